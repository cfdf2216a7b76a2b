import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { audioDirection, holdIn, iceUfrag, isHolding } from '../../../adapters/sip/wire.ts'

const audio = 'm=audio 9 UDP/TLS/RTP/SAVPF 0'
const video = 'm=video 9 UDP/TLS/RTP/SAVPF 96'
const sdp = (lines: readonly string[], end = '\r\n') => ['v=0', 's=-', 't=0 0', ...lines, ''].join(end)

describe.each([
  ['CRLF', '\r\n'],
  ['LF', '\n']
])('a description with %s', (_, end) => {
  test.each([
    [[audio, 'a=sendonly'], 'sendonly'],
    [[audio], 'sendrecv'],
    [['a=inactive', audio], 'inactive'],
    [['a=inactive', audio, 'a=recvonly'], 'recvonly'],
    [[video, 'a=sendonly', audio, 'a=recvonly'], 'recvonly'],
    [[audio, 'a=recvonly', video, 'a=sendonly'], 'recvonly'],
    [[audio, 'a=x-sendonly', 'a=sendonlyish'], 'sendrecv'],
    [[video, 'a=sendonly'], 'sendrecv']
  ])('%j says %s of the audio', (lines, direction) => {
    expect(audioDirection(sdp(lines, end))).toBe(direction)
  })

  test.each([
    [
      [audio, 'a=sendrecv'],
      [audio, 'a=sendonly']
    ],
    [
      [audio, 'a=recvonly'],
      [audio, 'a=inactive']
    ],
    [
      [audio, 'a=sendonly'],
      [audio, 'a=sendonly']
    ],
    [
      [audio, 'a=inactive'],
      [audio, 'a=inactive']
    ],
    [[audio], [audio, 'a=sendonly']],
    [
      ['a=sendrecv', audio],
      ['a=sendonly', audio]
    ],
    [
      ['a=recvonly', audio, 'a=sendrecv', video],
      ['a=inactive', audio, 'a=sendonly', video]
    ],
    [
      [audio, 'a=mid:0', video, 'a=recvonly'],
      [audio, 'a=mid:0', 'a=sendonly', video, 'a=inactive']
    ],
    [['m=application 9 UDP/DTLS/SCTP webrtc-datachannel'], ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel']]
  ])('%j that holds is %j', (lines, held) => {
    expect(holdIn(sdp(lines, end))).toBe(sdp(held, end))
  })
})

test.each([
  ['sendrecv', false],
  ['recvonly', false],
  ['sendonly', true],
  ['inactive', true]
])('a peer that is %s holds us: %s', (direction, isHeld) => {
  expect(isHolding(sdp([audio, `a=${direction}`]))).toBe(isHeld)
})

test('the user fragment of ICE is read wherever it stands', () => {
  expect(iceUfrag(sdp(['a=ice-ufrag:one', audio]))).toBe('one')
  expect(iceUfrag(sdp([audio, 'a=ice-ufrag:two'], '\n'))).toBe('two')
  expect(iceUfrag(sdp([audio]))).toBeNull()
})

const directions = fc.constantFrom('a=sendrecv', 'a=sendonly', 'a=recvonly', 'a=inactive')
const lines = fc.array(
  fc.oneof(directions, fc.constantFrom(audio, video, 'm=', 'a=mid:0', 'c=IN IP4 0.0.0.0', '', 'a=send'), fc.string()),
  { maxLength: 20 }
)
const anySdp = fc.tuple(lines, fc.constantFrom('\r\n', '\n', '\r')).map(([all, end]) => all.join(end))

describe('a description, whatever stands in it,', () => {
  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(anySdp, fc.string({ unit: 'binary' })), (text) => {
        isHolding(text)
        iceUfrag(text)
        expect(['sendrecv', 'sendonly', 'recvonly', 'inactive']).toContain(audioDirection(text))
      })
    )
  })

  test('that holds cannot hold any more', () => {
    fc.assert(
      fc.property(anySdp, (text) => {
        expect(holdIn(holdIn(text))).toBe(holdIn(text))
      })
    )
  })

  test('with audio in it holds once it is held', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom('\r\n', '\n'), (all, end) => {
        const text = sdp([audio, ...all.filter((line) => !line.includes('\n') && !line.includes('\r'))], end)

        expect(isHolding(holdIn(text))).toBe(true)
      })
    )
  })

  test('keeps everything but its directions when it is held', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom('\r\n', '\n'), (all, end) => {
        const others = (text: string) => text.split(/\r?\n/).filter((line) => !/^a=(send|recv|inactive)/.test(line))
        const text = sdp([audio, ...all.filter((line) => !line.includes('\n') && !line.includes('\r'))], end)

        expect(others(holdIn(text))).toEqual(others(text))
      })
    )
  })
})
