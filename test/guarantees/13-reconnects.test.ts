/** Clients that lost the same server do not come back in step. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BackoffPolicy } from '../../machines/index.ts'
import { resolvePolicy } from '../../src/policy.ts'
import { startConnection } from '../machines/support/bench.ts'
import { seeded, withRandom } from '../machines/support/random.ts'

const clients = 120

/** When each of many clients tries again after they all lost their connection at the same moment, by the number of the try. */
function returns(policy: Partial<BackoffPolicy>, tries: number, seed: number): number[][] {
  return withRandom(seeded(seed), () => {
    const all = Array.from({ length: clients }, () => {
      const client = startConnection(policy)
      client.run('connect', 'transport.opened', 10_000, 'transport.closed')
      const lost = client.clock.now
      return Array.from({ length: tries }, () => {
        while (!client.state().matches({ reconnecting: 'opening' })) client.run(10)
        const at = client.clock.now - lost
        client.run('transport.closed')
        return at
      })
    })
    return Array.from({ length: tries }, (_, index) => all.map((times) => times[index] ?? 0))
  })
}

test('however the wait grows, clients come back spread over it, and more so with every try', () => {
  const policies = fc.record({
    initialDelay: fc.integer({ min: 200, max: 2_000 }),
    factor: fc.constantFrom(1.5, 2, 3),
    maxDelay: fc.integer({ min: 2_000, max: 15_000 }),
    jitter: fc.constantFrom<'full' | 'equal'>('full', 'equal')
  })
  fc.assert(
    fc.property(policies, fc.nat(), (policy, seed) => {
      const spreads = returns(policy, 3, seed).map((times) => {
        const [least, most] = [Math.min(...times), Math.max(...times)]
        // the busiest tenth of the time sees no more than three times an even share
        const slots = Array.from({ length: 10 }, (_, slot) => {
          const from = least + ((most - least) * slot) / 10
          return times.filter((at) => at >= from && at < from + (most - least) / 10).length
        })
        expect(Math.max(...slots)).toBeLessThan((3 * clients) / 10)
        return most - least
      })

      const share = policy.jitter === 'full' ? 0.8 : 0.4
      expect(spreads[0]).toBeGreaterThan(policy.initialDelay * share)
      expect(spreads).toEqual(spreads.toSorted((a, b) => a - b))
    }),
    { numRuns: 12 }
  )
}, 300_000)

test('what an application gets without asking is spread in full, for registrations at least by half', () => {
  const { backoff, registrationBackoff } = resolvePolicy({}, true)

  expect(backoff.jitter).toBe('full')
  expect(['full', 'equal']).toContain(registrationBackoff.jitter)
})
