/** Clients that lost the same server do not come back in step. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BackoffPolicy } from '../../machines/index.ts'
import { resolvePolicy } from '../../src/policy.ts'
import { startConnection, startRegistration } from '../machines/support/bench.ts'
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

test('nor in step where a network that is back tells all of them at once', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('network.online', 'network.changed', 'wake'), (seed, hint) => {
      const times = withRandom(seeded(seed), () =>
        Array.from({ length: clients }, () => {
          const client = startConnection({ initialDelay: 1_000 })
          client.run('connect', 'transport.opened', 10_000, 'transport.closed')
          while (!client.state().matches({ reconnecting: 'opening' })) client.run(10)
          client.run('transport.closed', hint)
          const told = client.clock.now
          while (!client.state().matches({ reconnecting: 'opening' })) client.run(10)
          return client.clock.now - told
        })
      )

      expect(Math.max(...times)).toBeLessThanOrEqual(1_010)
      expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(800)
    }),
    { numRuns: 9 }
  )
}, 300_000)

test('nor do their registrations, which are refused all at once by a server that is busy', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom<'full' | 'equal'>('full', 'equal'), (seed, jitter) => {
      const times = withRandom(seeded(seed), () =>
        Array.from({ length: clients }, () => {
          const client = startRegistration({ initialDelay: 1_000, jitter })
          client.run('transport.opened', 'register', 'transport.refused')
          while (!client.state().matches('registering')) client.run(10)
          return client.clock.now
        })
      )

      expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(jitter === 'full' ? 800 : 400)
    }),
    { numRuns: 6 }
  )
}, 300_000)

test('a connection that stood for a while is lost as if for the first time, one that flaps is not', () => {
  const policy = { initialDelay: 100, maxDelay: 100_000, jitter: 'none' } as const
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 12_000 }), { minLength: 2, maxLength: 6 }), (standing) => {
      const client = startConnection(policy)
      client.run('connect', 'transport.opened', 10_000, 'transport.closed')
      let wait = 100
      for (const stood of standing) {
        client.run(wait - 1)
        expect(client.state().matches({ reconnecting: 'waiting' })).toBe(true)
        client.run(1)
        expect(client.state().matches({ reconnecting: 'opening' })).toBe(true)
        client.run('transport.opened', stood, 'transport.closed')
        wait = stood >= 5_000 ? 100 : wait * 2
      }
    }),
    { numRuns: 60 }
  )
})

test('what an application gets without asking is spread in full, for registrations at least by half', () => {
  const { backoff, registrationBackoff } = resolvePolicy({}, true)

  expect(backoff.jitter).toBe('full')
  expect(['full', 'equal']).toContain(registrationBackoff.jitter)
})
