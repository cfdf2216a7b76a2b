import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { backoffDelay, defaultBackoff } from '../../machines/index.ts'
import type { BackoffPolicy } from '../../machines/index.ts'

const policies: fc.Arbitrary<BackoffPolicy> = fc.record({
  initialDelay: fc.integer({ min: 0, max: 10_000 }),
  factor: fc.double({ min: 1, max: 4, noNaN: true }),
  maxDelay: fc.integer({ min: 0, max: 60_000 }),
  maxAttempts: fc.constant(Infinity),
  maxElapsed: fc.constant(Infinity),
  jitter: fc.constantFrom('none', 'full', 'equal')
})
const waits = fc.integer({ min: 0, max: 5_000 })
const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('The wait before a retry', () => {
  test('doubles from half a second up to 15 seconds when nothing is left to chance', () => {
    const policy: BackoffPolicy = { ...defaultBackoff, jitter: 'none' }

    const delays = [0, 1, 2, 3, 4, 5, 6].map((earlier) => backoffDelay(policy, earlier))

    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  })

  test('is anywhere between nothing and all of it with full jitter', () => {
    expect(backoffDelay(defaultBackoff, 1, () => 0)).toBe(0)
    expect(backoffDelay(defaultBackoff, 1, () => 0.5)).toBe(500)
    expect(backoffDelay(defaultBackoff, 1, () => 0.999_999)).toBe(1_000)
  })

  test('is at least half of it with equal jitter', () => {
    const policy: BackoffPolicy = { ...defaultBackoff, jitter: 'equal' }

    expect(backoffDelay(policy, 1, () => 0)).toBe(500)
    expect(backoffDelay(policy, 1, () => 0.999_999)).toBe(1_000)
  })

  test('follows a policy a provider documents: 50 ms, doubled, at most a second', () => {
    const policy: BackoffPolicy = { ...defaultBackoff, initialDelay: 50, maxDelay: 1_000, jitter: 'none' }

    expect([0, 1, 2, 3, 4, 5, 6].map((earlier) => backoffDelay(policy, earlier))).toEqual([
      50, 100, 200, 400, 800, 1_000, 1_000
    ])
  })

  test('is something a timer can wait, and never more than the policy allows', () => {
    fc.assert(
      fc.property(policies, waits, dice, (policy, earlier, die) => {
        const delay = backoffDelay(policy, earlier, () => die)

        expect(Number.isFinite(delay)).toBe(true)
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThanOrEqual(policy.maxDelay)
      })
    )
  })

  test('never shrinks from one failure to the next', () => {
    fc.assert(
      fc.property(policies, waits, dice, (policy, earlier, die) => {
        const longer = backoffDelay(policy, earlier + 1, () => die)

        expect(longer).toBeGreaterThanOrEqual(backoffDelay(policy, earlier, () => die))
      })
    )
  })
})
