import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measureConnection, measureOf } from '../../../adapters/webrtc/stats.ts'

/** As Chromium 156 gives them, without what nobody reads. */
const reports = [
  { id: 'C1', type: 'codec', mimeType: 'audio/opus' },
  { id: 'C2', type: 'codec', mimeType: 'audio/PCMU' },
  { id: 'T1', type: 'transport', selectedCandidatePairId: 'P2' },
  { id: 'P1', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.9 },
  { id: 'P2', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.02 },
  {
    id: 'I1',
    type: 'inbound-rtp',
    kind: 'audio',
    codecId: 'C1',
    packetsReceived: 100,
    packetsLost: 3,
    packetsDiscarded: 1,
    bytesReceived: 8_000,
    jitter: 0.004,
    audioLevel: 0.25,
    totalAudioEnergy: 1.5,
    jitterBufferDelay: 2_880,
    jitterBufferEmittedCount: 96_000
  },
  { id: 'O1', type: 'outbound-rtp', kind: 'audio', codecId: 'C2', packetsSent: 90, bytesSent: 7_000 },
  { id: 'S1', type: 'media-source', kind: 'audio', audioLevel: 0.5, totalAudioEnergy: 4 },
  { id: 'R1', type: 'remote-inbound-rtp', kind: 'audio', packetsLost: 2, jitter: 0.008, roundTripTime: 0.05 }
]

describe('A measure', () => {
  test('has of both ways of the sound what the browser tells', () => {
    expect(measureOf(reports, 1_000)).toEqual({
      at: 1_000,
      roundTrip: 0.05,
      audio: {
        sent: {
          packets: 90,
          bytes: 7_000,
          codec: 'audio/PCMU',
          level: 0.5,
          energy: 4,
          frames: null,
          lost: 2,
          jitter: 0.008
        },
        received: {
          packets: 100,
          lost: 3,
          discarded: 1,
          bytes: 8_000,
          jitter: 0.004,
          codec: 'audio/opus',
          level: 0.25,
          energy: 1.5,
          buffered: 2_880,
          played: 96_000,
          frames: null
        }
      },
      video: { sent: null, received: null }
    })
  })

  test('takes the round trip of the addresses in use until the peer has reported one', () => {
    const early = reports.filter(({ type }) => type !== 'remote-inbound-rtp')

    expect(measureOf(early, 0)).toMatchObject({ roundTrip: 0.02, audio: { sent: { lost: null, jitter: null } } })
  })

  test('counts several streams of video together', () => {
    const layers = [1, 2].map((id) => ({
      id: `V${id}`,
      type: 'outbound-rtp',
      kind: 'video',
      packetsSent: 5,
      framesSent: id
    }))

    expect(measureOf(layers, 0)?.video.sent).toMatchObject({ packets: 10, frames: 3, bytes: 0 })
  })

  test('there is none where there is no media, no connection, or one that is closed', async () => {
    const closed = { getStats: () => Promise.reject(new DOMException('Closed', 'InvalidStateError')) }
    const broken = {
      getStats() {
        throw new Error('Out of order')
      }
    }

    expect(measureOf([{ id: 'P', type: 'peer-connection' }], 0)).toBeNull()
    expect(await measureConnection(null)).toBeNull()
    expect(await measureConnection(closed as never)).toBeNull()
    expect(await measureConnection(broken as never)).toBeNull()
  })

  test('is plain finite numbers, whatever a browser reports', () => {
    const value = fc.oneof(
      fc.double({ min: 0.1, max: 1e9 }),
      fc.constantFrom(NaN, Infinity),
      fc.string(),
      fc.constant(null),
      fc.constant(undefined),
      fc.integer()
    )
    const types = fc.constantFrom('inbound-rtp', 'outbound-rtp', 'remote-inbound-rtp', 'media-source', 'codec')
    const names = ['packetsReceived', 'packetsSent', 'packetsLost', 'jitter', 'audioLevel', 'codecId', 'mimeType']
    const report = fc.record({
      id: fc.string(),
      type: types,
      kind: fc.constantFrom('audio', 'video'),
      ...Object.fromEntries(names.map((name) => [name, value]))
    })

    fc.assert(
      fc.property(fc.array(report), (any) => {
        const measure = measureOf(any, 0)
        expect(JSON.parse(JSON.stringify(measure))).toEqual(measure)
      })
    )
  })
})
