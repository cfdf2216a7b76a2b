/** When a connection that is lost is opened again, and how it is found out that it is. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { startConnection } from './support/bench.ts'
import { seeded, withRandom } from './support/random.ts'
import { runs } from './support/stories.ts'
import { VirtualClock } from './support/virtual-clock.ts'

describe('A connection', () => {
  test.each(['network.online', 'network.changed', 'wake'])(
    'is tried soon after %s, and counts its tries on',
    (hint) => {
      const connection = startConnection({ initialDelay: 15_000, maxAttempts: 2, jitter: 'none' })
      connection.run('connect', 'transport.closed')

      connection.run(hint, 2_000)
      expect(connection.said('transport', 'connect')).toHaveLength(2)

      connection.run('transport.closed')
      expect(connection.state().value).toBe('exhausted')
    }
  )

  test('is tried as soon after a network that was away for long as after one that was not', () => {
    const connection = startConnection()
    connection.run('connect', 'transport.opened', 10_000, 'transport.closed')
    for (let tries = 0; tries < 8; tries++) connection.run(15_000, 'transport.closed')
    const before = connection.said('transport', 'connect').length

    connection.run('network.online', 500)

    expect(connection.said('transport', 'connect')).toHaveLength(before + 1)
  })

  test('hopes less the more often that was in vain', () => {
    const delays = withRandom(
      () => 0.999,
      () => {
        const connection = startConnection({ initialDelay: 500 })
        connection.run('connect')
        return [0, 1, 2, 3, 4].map(() => {
          connection.run('transport.closed', 'network.online')
          const since = connection.clock.now
          while (!connection.state().matches({ connecting: 'opening' })) connection.run(10)
          return connection.clock.now - since
        })
      }
    )

    expect(delays).toEqual([500, 1_000, 2_000, 2_000, 2_000])
  })

  test('that was begun on a network that is gone does not wait for it in vain', () => {
    const connection = startConnection()
    connection.run('connect')

    connection.run('network.online', 500)

    const sent = connection.log.filter(({ who }) => who === 'transport').map(({ event }) => event.type)
    expect(sent).toEqual(['connect', 'disconnect', 'connect'])
  })

  test.each(['network.online', 'network.changed', 'wake', 'connect'])(
    'that was given up is tried again at %s',
    (hint) => {
      const connection = startConnection({ maxAttempts: 1 })
      connection.run('connect', 'transport.closed')
      expect(connection.state().value).toBe('exhausted')

      connection.run(hint, 500)

      expect(connection.said('transport', 'connect')).toHaveLength(2)
    }
  )

  test('that was taken back is not tried again because the network is back', () => {
    const connection = startConnection({ maxAttempts: 1 })
    connection.run('connect', 'transport.closed', 'disconnect')

    connection.run('network.online', 'wake', 60_000)

    expect(connection.said('transport', 'connect')).toHaveLength(1)
  })

  test('that calls depend on is asked every few seconds whether it is there, and no other one', () => {
    const connection = startConnection()
    connection.run('connect', 'transport.opened', 600_000)
    expect(connection.said('transport', 'probe')).toEqual([])

    connection.run('calls.begun', 1_000, 'transport.proved', 6_000, 'transport.proved', 6_000, 'transport.proved')
    expect(connection.said('transport', 'probe')).toHaveLength(3)

    connection.run('calls.over', 600_000)
    expect(connection.said('transport', 'probe')).toHaveLength(3)
  })
})

describe('While there are calls', () => {
  test('a connection that is dead is noticed within twelve seconds, whenever it dies', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), fc.nat({ max: 60_000 }), fc.nat(200), (begins, dies, trip) => {
        const clock = new VirtualClock()
        let isDead = false
        const connection = startConnection({}, clock, ({ type }) => {
          if (type !== 'probe' || isDead) return
          clock.setTimeout(() => connection.run('transport.proved'), trip)
        })
        connection.run('connect', 'transport.opened', begins, 'calls.begun', dies)
        isDead = true

        connection.run(12_000)

        expect(connection.said('tells', 'connection.reconnecting')).toHaveLength(1)
      }),
      runs
    )
  })
})

describe('However often somebody says that the network is back', () => {
  test('a connection that keeps failing is not opened more than a few times, and then once a second on the average', () => {
    const hints = fc.array(
      fc.record({
        hint: fc.constantFrom('network.online', 'network.changed', 'wake'),
        pause: fc.integer({ min: 0, max: 300 })
      }),
      { minLength: 400, maxLength: 400 }
    )
    fc.assert(
      fc.property(hints, fc.nat(), (hints, seed) => {
        withRandom(seeded(seed), () => {
          const connection = startConnection()
          connection.run('connect')
          for (const { hint, pause } of hints) {
            const { value } = connection.state()
            if (value === 'exhausted' || (typeof value === 'object' && Object.values(value)[0] === 'opening')) {
              connection.run('transport.closed')
            }
            connection.run(hint, pause)
          }
          const opened = connection.said('transport', 'connect').length

          expect(opened).toBeLessThan(8 + (2 * connection.clock.now) / 1_000)
        })
      }),
      { ...runs, numRuns: Math.min(runs.numRuns ?? 50, 50) }
    )
  })
})

test('a thousand clients of a server that restarts do not come back at once', () => {
  const retries = withRandom(seeded(20_261_121), () =>
    Array.from({ length: 1_000 }, () => {
      const client = startConnection()
      client.run('connect', 'transport.opened', 10_000, 'transport.closed')
      const lost = client.clock.now
      const times: number[] = []
      for (let retry = 0; retry < 3; retry++) {
        while (!client.state().matches({ reconnecting: 'opening' })) client.run(10)
        times.push(client.clock.now - lost)
        client.run('transport.closed')
      }
      return times
    })
  )

  expectSpread(retries, [500, 1_500, 3_500])
})

test('a thousand clients of a network that comes back do not come back at once', () => {
  const returns = withRandom(seeded(20_261_121), () =>
    Array.from({ length: 1_000 }, () => {
      const client = startConnection()
      client.run('connect', 'transport.opened', 10_000, 'transport.closed', 500, 'transport.closed')
      while (!client.state().matches({ reconnecting: 'waiting' })) client.run(10)
      const back = client.clock.now
      client.run('network.online')
      while (!client.state().matches({ reconnecting: 'opening' })) client.run(10)
      return [client.clock.now - back]
    })
  )

  expectSpread(returns, [500])
})

function expectSpread(retries: readonly (readonly number[])[], spreads: readonly number[]) {
  for (const [retry, spread] of spreads.entries()) {
    const times = retries.map((times) => times[retry] ?? 0)
    const slots = Array.from({ length: 10 }, (_, slot) =>
      times.filter((time) => Math.floor((time * 10) / (spread + 10)) === slot)
    )
    // nowhere more than three times what an even spread would bring
    expect(Math.max(...slots.map((slot) => slot.length))).toBeLessThan(300)
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(spread * 0.7)
  }
}
