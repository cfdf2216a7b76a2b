import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { startRegistration } from './support/bench.ts'
import type { Line, Step } from './support/bench.ts'
import { seeded, withRandom } from './support/random.ts'
import { registrationSamples } from './support/samples.ts'
import { runs } from './support/stories.ts'

const names = Object.entries(registrationSamples).flatMap(([type, kinds]) =>
  Object.keys(kinds).map((kind) => (kind === '' ? type : `${type} (${kind})`))
)
const waits = fc.oneof(
  fc.constantFrom(0, 500, 5_000, 32_000, 150_000, 449_999, 450_000, 600_000),
  fc.integer({ min: 1, max: 700_000 })
)
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Step>(...names) },
    { weight: 3, arbitrary: fc.constantFrom<Step>('register', 'transport.registered', 'transport.opened') },
    { weight: 2, arbitrary: waits }
  ),
  { maxLength: 40 }
)
const seeds = fc.nat()
const stale = names.filter((name) => name.endsWith('(stale)'))

describe('Whatever happens to a registration', () => {
  test('we are reachable only while granted, in time, on the connection we have', () => {
    fc.assert(
      fc.property(steps, seeds, (steps, seed) => {
        withRandom(seeded(seed), () => {
          const registration = startRegistration()
          for (const step of steps) {
            registration.run(step)
            if (!registration.state().hasTag('reachable')) continue

            const granted = lastGrant(registration.log)
            expect(granted).not.toBe(null)
            expect(registration.clock.now - Number(granted)).toBeLessThan(600_000)
          }
        })
      }),
      runs
    )
  })

  test('an answer to an older request, or from an older connection, changes nothing', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(...stale), seeds, (steps, step, seed) => {
        withRandom(seeded(seed), () => {
          const registration = startRegistration()
          registration.run(...steps)
          const before = registration.state()
          const lines = registration.log.length

          registration.run(step)

          expect(registration.state().value).toEqual(before.value)
          expect(registration.log.slice(lines).filter(({ who }) => who !== 'hears')).toEqual([])
        })
      }),
      runs
    )
  })

  test('an unregister is done with within five seconds', () => {
    fc.assert(
      fc.property(steps, seeds, (steps, seed) => {
        withRandom(seeded(seed), () => {
          const registration = startRegistration()
          registration.run(...steps, 'unregister', 5_000)

          expect(registration.state().value).toBe('unregistered')
        })
      }),
      runs
    )
  })

  test('a permanent refusal is not tried again until somebody asks', () => {
    fc.assert(
      fc.property(steps, seeds, (steps, seed) => {
        withRandom(seeded(seed), () => {
          const registration = startRegistration()
          registration.run(...steps, 'unregister', 5_000, 'register', 'transport.refused (permanent)')
          const lines = registration.log.length

          registration.run(3_600_000, 'wake', 3_600_000)

          expect(registration.log.slice(lines).filter(({ who }) => who === 'transport')).toEqual([])
          expect(registration.state().value).toBe('refused')
        })
      }),
      runs
    )
  })
})

describe('A registration', () => {
  test('is refreshed when three quarters of its time are over, and stays reachable meanwhile', () => {
    const registration = startRegistration()

    registration.run('register', 'transport.registered', 450_000)

    expect(registration.state().value).toEqual({ registered: 'refreshing' })
    expect(registration.state().hasTag('reachable')).toBe(true)
  })

  test('outlives an unregistration of earlier that is confirmed late', () => {
    const registration = startRegistration()
    registration.run('register', 'transport.registered', 'unregister', 5_000, 'register', 'transport.registered')

    registration.run('transport.unregistered (stale)')

    expect(registration.state().hasTag('reachable')).toBe(true)
  })

  test('outlives the end of a connection that was given up before it', () => {
    const registration = startRegistration()
    registration.run('transport.opened', 'transport.opened', 'register', 'transport.registered')

    registration.run('transport.closed (stale)')
    expect(registration.state().hasTag('reachable')).toBe(true)

    registration.run('transport.closed')
    expect(registration.state().hasTag('reachable')).toBe(false)
  })

  test('granted for longer than a timer can wait is not refreshed at once', () => {
    const registration = startRegistration()
    registration.run('register')

    registration.send({ type: 'transport.registered', attempt: 1, expires: 2 ** 32 - 1 })
    registration.run(86_400_000)

    expect(registration.said('transport', 'register')).toHaveLength(1)
  })

  test('gives up after as many tries as its policy allows', () => {
    const registration = startRegistration({ maxAttempts: 2 })

    registration.run('register', 'transport.refused', 500, 'transport.refused', 60_000)

    expect(registration.said('transport', 'register')).toHaveLength(2)
    expect(registration.said('tells', 'registration.failed')).toMatchObject([{ permanent: false }, { permanent: true }])
  })
})

/** When we were last granted what has not been taken from us since; by the facts alone. */
function lastGrant(log: readonly Line[]): number | null {
  let asked: number | null = null
  let granted: number | null = null
  let connection = 0
  for (const { at, who, event } of log) {
    if (who === 'transport' && event.type === 'register') asked = Number(event['attempt'])
    if (who === 'transport' && event.type === 'unregister') [asked, granted] = [null, null]
    if (who !== 'hears') continue
    const attempt = Number(event['attempt'])
    if (event.type === 'transport.opened') connection = Math.max(connection, attempt)
    if (event.type === 'transport.closed' && attempt >= connection) [asked, granted] = [null, null]
    if (event.type === 'transport.refused' && attempt === asked) [asked, granted] = [null, null]
    if (event.type === 'transport.registered' && attempt === asked) [asked, granted] = [null, at]
  }
  return granted
}
