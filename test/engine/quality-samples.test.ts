import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { QualityReason, QualitySample } from '../../machines/index.ts'
import { meanOpinionScore, transmissionRating } from '../../src/quality-emodel.ts'
import { sampleBetween } from '../../src/quality-sample.ts'
import { defaultThresholds, judge, noVerdict } from '../../src/quality-verdict.ts'
import { measureOf } from './support/measures.ts'

const codecs = ['audio/opus', 'audio/PCMU', 'audio/PCMA', 'audio/G722', 'audio/made-up', null]
const fraction = fc.double({ min: 0, max: 1, noNaN: true })
const delay = fc.double({ min: 0, max: 5_000, noNaN: true })
const codec = fc.constantFrom(...codecs)

describe('The opinion of a call', () => {
  test.each([
    // R 93.2: nothing lost, nothing late
    [{ loss: 0, delay: 0, codec: 'audio/PCMU' }, 4.41],
    [{ loss: 0, delay: 150, codec: 'audio/PCMU' }, 4.4],
    [{ loss: 0.02, delay: 20, codec: 'audio/PCMU' }, 4.24],
    [{ loss: 0.1, delay: 20, codec: 'audio/opus' }, 2.36],
    [{ loss: 1, delay: 20, codec: 'audio/opus' }, 1]
  ])('of %j is %d', (impairment, mos) => {
    expect(meanOpinionScore(impairment)).toBeCloseTo(mos, 1)
  })

  test.each([
    // by hand: X is 0.58, 2 and 3
    [150, 0.2],
    [400, 24.1],
    [800, 40.8]
  ])('suffers from a delay of %d ms by %d', (milliseconds, impairment) => {
    const perfect = transmissionRating({ loss: 0, delay: 0, codec: 'audio/PCMU' })

    expect(perfect - transmissionRating({ loss: 0, delay: milliseconds, codec: 'audio/PCMU' })).toBeCloseTo(
      impairment,
      0
    )
  })

  test('is never the better for more loss or more delay, and always from 1 to 4.41', () => {
    fc.assert(
      fc.property(fraction, fraction, delay, delay, codec, (one, another, soon, late, name) => {
        const [less, more] = [Math.min(one, another), Math.max(one, another)]
        const [shorter, longer] = [Math.min(soon, late), Math.max(soon, late)]
        const good = meanOpinionScore({ loss: less, delay: shorter, codec: name })
        const bad = meanOpinionScore({ loss: more, delay: longer, codec: name })

        expect(bad).toBeLessThanOrEqual(good + 1e-9)
        expect(bad).toBeGreaterThanOrEqual(1)
        expect(good).toBeLessThanOrEqual(4.42)
      })
    )
  })
})

describe('A sample', () => {
  test('is what happened between two measures', () => {
    const before = measureOf({
      at: 1_000,
      received: { packets: 100, lost: 5, bytes: 8_000 },
      sent: { packets: 90, lost: 1 }
    })
    const after = measureOf({
      at: 2_000,
      roundTrip: 0.1,
      received: { packets: 138, lost: 7, discarded: 4, bytes: 12_000, jitter: 0.03, buffered: 4, played: 100 },
      sent: { packets: 140, lost: 6 }
    })

    const sample = sampleBetween(before, after)

    expect(sample).toMatchObject({
      at: 2_000,
      duration: 1_000,
      roundTrip: 100,
      received: { packets: 38, loss: 0.15, jitter: 30, bitrate: 32_000, codec: 'audio/opus' },
      sent: { packets: 50, loss: 0.1 }
    })
    // half the round trip, 40 ms in the buffer, 20 ms in a packet
    expect(sample?.mos).toBeCloseTo(meanOpinionScore({ loss: 0.15, delay: 110, codec: 'audio/opus' }))
  })

  test('has no loss and no opinion where nothing was sent', () => {
    const sample = sampleBetween(measureOf({ at: 0 }), measureOf({ at: 1_000 }))

    expect(sample).toMatchObject({ mos: null, received: { packets: 0, loss: null }, sent: { packets: 0, loss: null } })
  })

  test('is none where time stood still, or the connection is another one', () => {
    const before = measureOf({ at: 1_000, received: { packets: 10 } })

    expect(sampleBetween(before, measureOf({ at: 1_000, received: { packets: 20 } }))).toBeNull()
    expect(sampleBetween(before, measureOf({ at: 2_000, received: { packets: 3 } }))).toBeNull()
    expect(sampleBetween(before, measureOf({ at: 2_000, received: null }))).toBeNull()
  })

  test('is plain numbers within their bounds, whatever is measured', () => {
    const number = fc.double({ noDefaultInfinity: true, noNaN: true, min: -1e6, max: 1e6 })
    const way = fc.record({
      packets: fc.nat(),
      lost: fc.integer(),
      discarded: fc.nat(),
      bytes: number,
      jitter: fraction
    })
    const measured = fc.record({
      at: fc.nat(),
      roundTrip: fc.option(fraction),
      received: fc.option(way),
      sent: fc.option(way)
    })

    fc.assert(
      fc.property(measured, measured, (one, another) => {
        const sample = sampleBetween(measureOf(one), measureOf(another))
        if (sample === null) return
        for (const part of [sample.received, sample.sent]) {
          expect(part?.loss ?? 0).toBeGreaterThanOrEqual(0)
          expect(part?.loss ?? 0).toBeLessThanOrEqual(1)
          expect(part?.packets ?? 0).toBeGreaterThanOrEqual(0)
          expect(part?.bitrate ?? 0).toBeGreaterThanOrEqual(0)
        }
        expect(sample.mos ?? 1).toBeGreaterThanOrEqual(1)
      })
    )
  })
})

describe('A verdict', () => {
  const good: QualitySample = sampleOf(0)
  const bad: QualitySample = sampleOf(0.2)

  test('changes after three samples that contradict it, and not before', () => {
    let verdict = noVerdict
    const loss = [bad, bad, good, bad, bad, bad, good, good, bad, good, good, good].map((sample) => {
      verdict = judge(verdict, sample, { ...defaultThresholds, mos: 0 })
      return verdict.believed.includes('loss')
    })

    const [yes, no] = [true, false]
    expect(loss).toEqual([no, no, no, no, no, yes, yes, yes, yes, yes, yes, no])
  })

  test('never changes twice within three samples', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }), (losses) => {
        const changes: Record<string, number> = {}
        let verdict = noVerdict
        for (const [index, loss] of losses.entries()) {
          const next = judge(verdict, sampleOf(loss), defaultThresholds)
          for (const reason of ['loss', 'mos', 'jitter', 'no-audio'] as QualityReason[]) {
            if (next.believed.includes(reason) === verdict.believed.includes(reason)) continue
            expect(index - (changes[reason] ?? -1)).toBeGreaterThanOrEqual(3)
            changes[reason] = index
          }
          verdict = next
        }
      })
    )
  })
})

function sampleOf(loss: number): QualitySample {
  const packets = Math.round(1_000 * (1 - loss))
  const after = measureOf({ at: 1_000, received: { packets, lost: 1_000 - packets }, sent: { packets: 50 } })
  return sampleBetween(measureOf({ at: 0 }), after) as QualitySample
}
