import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { defaultBackoff } from '../../machines/index.ts'
import { startConnection } from './support/bench.ts'
import type { Step } from './support/bench.ts'
import { seeded, withRandom } from './support/random.ts'
import { connectionSamples } from './support/samples.ts'
import { runs } from './support/stories.ts'

const names = Object.entries(connectionSamples).flatMap(([type, kinds]) =>
  Object.keys(kinds).map((kind) => (kind === '' ? type : `${type} (${kind})`))
)
const waits = fc.oneof(fc.constantFrom(0, 10, 500, 2_000, 5_000, 10_000, 15_000), fc.integer({ min: 1, max: 20_000 }))
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Step>(...names) },
    { weight: 2, arbitrary: fc.constantFrom<Step>('connect', 'transport.opened', 'transport.closed') },
    { weight: 2, arbitrary: waits }
  ),
  { maxLength: 50 }
)
const policies = fc.constantFrom(
  defaultBackoff,
  { ...defaultBackoff, maxAttempts: 3 },
  { ...defaultBackoff, maxElapsed: 30_000 },
  { ...defaultBackoff, initialDelay: 50, maxDelay: 1_000, maxAttempts: 50, jitter: 'none' as const }
)
const seeds = fc.nat()

describe('Whatever happens to a connection', () => {
  test('an opening is answered, timed out or given up before the next one', () => {
    fc.assert(
      fc.property(policies, steps, seeds, (policy, steps, seed) => {
        const { log } = withRandom(seeded(seed), () => {
          const connection = startConnection(policy)
          connection.run(...steps, 120_000)
          return connection
        })

        let open = 0
        for (const { who, event } of log) {
          const answers =
            who === 'hears' && /^transport\.(opened|closed)$/.test(event.type) && event['attempt'] === open
          if (answers || event.type === 'disconnect') open = 0
          if (who !== 'transport' || event.type !== 'connect') continue
          expect(open).toBe(0)
          open = Number(event['attempt'])
        }
      }),
      runs
    )
  })

  test('an answer to an older attempt changes nothing', () => {
    fc.assert(
      fc.property(policies, steps, seeds, (policy, steps, seed) => {
        withRandom(seeded(seed), () => {
          const connection = startConnection(policy)
          connection.run(...steps)
          const before = connection.state()
          const lines = connection.log.length

          connection.run('transport.opened (stale)', 'transport.closed (stale)', 'transport.proved (stale)')

          expect(connection.state().value).toEqual(before.value)
          expect(connection.log.slice(lines).filter(({ who }) => who !== 'hears')).toEqual([])
        })
      }),
      runs
    )
  })

  test('what is told alternates between up and down', () => {
    fc.assert(
      fc.property(policies, steps, seeds, (policy, steps, seed) => {
        const { log } = withRandom(seeded(seed), () => {
          const connection = startConnection(policy)
          connection.run(...steps)
          return connection
        })

        const told = log.filter(({ who }) => who === 'tells').map(({ event }) => event.type.replace('connection.', ''))
        const may: Record<string, string[]> = {
          disconnected: ['connected', 'disconnected'],
          connected: ['reconnecting', 'disconnected'],
          reconnecting: ['reconnected', 'disconnected'],
          reconnected: ['reconnecting', 'disconnected']
        }
        const odd = told.filter((fact, index) => !may[told[index - 1] ?? 'disconnected']?.includes(fact))
        expect(odd).toEqual([])
      }),
      runs
    )
  })

  test('a disconnect leads offline within two seconds, and nothing is tried after it', () => {
    fc.assert(
      fc.property(policies, steps, seeds, (policy, steps, seed) => {
        withRandom(seeded(seed), () => {
          const connection = startConnection(policy)
          connection.run(...steps, 'disconnect', 2_000)
          expect(connection.state().value).toBe('offline')
          const lines = connection.log.length

          connection.run(3_600_000, 'transport.opened', 'transport.closed', 'network.online', 'wake', 60_000)

          expect(connection.log.slice(lines).filter(({ who }) => who !== 'hears')).toEqual([])
        })
      }),
      runs
    )
  })

  test('a permanent refusal is never tried again', () => {
    fc.assert(
      fc.property(steps, seeds, (steps, seed) => {
        withRandom(seeded(seed), () => {
          const connection = startConnection()
          connection.run(...steps, 'connect', 15_000)
          if (!connection.state().can({ type: 'disconnect' })) return
          while (!connection.state().hasTag('online') && !connection.state().matches({ connecting: 'opening' })) {
            if (connection.state().matches({ reconnecting: 'opening' })) break
            connection.run(100)
          }
          const lines = connection.log.length

          connection.run('transport.closed (permanent)', 3_600_000, 'network.online', 'wake')

          expect(connection.state().value).toBe('offline')
          const sent = connection.log.slice(lines).filter(({ who }) => who === 'transport')
          expect(sent.map(({ event }) => event.type)).toEqual(['disconnect'])
        })
      }),
      runs
    )
  })

  test('the waits stay within what the policy allows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), seeds, (failures, seed) => {
        withRandom(seeded(seed), () => {
          const connection = startConnection()
          connection.run('connect')
          for (let failure = 0; failure < failures; failure++) {
            const failed = connection.clock.now
            connection.run('transport.closed')
            while (!connection.state().matches({ connecting: 'opening' })) connection.run(1)
            const longest = Math.min(defaultBackoff.maxDelay, defaultBackoff.initialDelay * 2 ** failure)

            expect(connection.clock.now - failed).toBeLessThanOrEqual(Math.max(1, longest))
          }
        })
      }),
      runs
    )
  })
})

describe('A connection', () => {
  test('gives up after as many tries as its policy allows, and says so once', () => {
    const connection = startConnection({ maxAttempts: 3 })

    connection.run('connect', 'transport.closed', 500, 'transport.closed', 1_000, 'transport.closed', 60_000)

    expect(connection.said('transport', 'connect')).toHaveLength(3)
    expect(connection.said('tells', 'connection.disconnected')).toMatchObject([{ reason: 'exhausted' }])
  })

  test('gives up when its policy allows no more time', () => {
    const connection = startConnection({ maxElapsed: 30_000 })

    connection.run('connect', 29_999)
    expect(connection.state().hasTag('trying')).toBe(true)

    connection.run(1)
    expect(connection.said('tells', 'connection.disconnected')).toMatchObject([{ reason: 'exhausted' }])
  })

  test('keeps backing off when it never stands for long', () => {
    const connection = startConnection({ jitter: 'none' })

    connection.run('connect', 'transport.opened', 1_000, 'transport.closed', 500, 'transport.opened', 1_000)
    connection.run('transport.closed', 999)
    expect(connection.state().value).toEqual({ reconnecting: 'waiting' })

    connection.run(1)
    expect(connection.state().value).toEqual({ reconnecting: 'opening' })
  })

  test('starts anew with its waits when it has stood for five seconds', () => {
    const connection = startConnection({ jitter: 'none' })

    connection.run('connect', 'transport.closed', 500, 'transport.closed', 1_000, 'transport.opened', 5_000)
    connection.run('transport.closed', 500)

    expect(connection.state().value).toEqual({ reconnecting: 'opening' })
  })

  test('that does not open in time is given up before the next one is tried', () => {
    const connection = startConnection({ jitter: 'none' })

    connection.run('connect', 10_000)
    connection.run('transport.opened', 500)

    expect(connection.state().value).toEqual({ connecting: 'opening' })
    expect(connection.log.filter(({ who }) => who === 'transport').map(({ event }) => event.type)).toEqual([
      'connect',
      'disconnect',
      'connect'
    ])
  })

  test('that was lost is not back because its opening is reported once more', () => {
    const connection = startConnection()
    connection.run('connect', 'transport.opened', 'transport.closed')

    connection.run('transport.opened')

    expect(connection.state().value).toEqual({ reconnecting: 'waiting' })
    expect(connection.said('tells', 'connection.reconnected')).toEqual([])
  })

  test('that does not prove itself is closed before it is opened anew', () => {
    const connection = startConnection()
    connection.run('connect', 'transport.opened', 'wake')

    connection.run(5_000, 500)

    expect(connection.log.filter(({ who }) => who === 'transport').map(({ event }) => event.type)).toEqual([
      'connect',
      'probe',
      'disconnect',
      'connect'
    ])
  })
})
