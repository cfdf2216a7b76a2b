import { describe, expect, test } from 'vitest'
import type { Failure } from '../../src/index.ts'
import { errorOf, settled, setUp, setUpOnline, watch } from './support/desk.ts'

const unauthorized: Failure = { code: 'registration.unauthorized', text: 'Wrong password', provider: { code: 401 } }
const busy: Failure = { code: 'registration.rejected', text: 'Busy', provider: { code: 503 } }
const unreachable: Failure = { code: 'connection.unreachable', text: 'No route' }

describe('Connecting', () => {
  test('is done only when calls can reach us', async () => {
    const { engine, transport } = setUp()
    transport.ignores.add('register')

    const connect = watch(engine.connect())
    await settled()
    expect(engine.connection$.value.status).toBe('online')
    expect(engine.registration$.value.status).toBe('registering')
    expect(connect.outcome).toBe('pending')

    transport.emit({ type: 'transport.registered', attempt: 1, expires: 600 })
    await settled()
    expect(connect.outcome).toBe('resolved')
  })

  test.each([
    ['the provider has no registration', { capabilities: { registration: false } }],
    ['none is wanted', { policy: { register: false } }]
  ])('is done with the connection where %s', async (_, options) => {
    const { engine, transport } = setUp(options)

    await engine.connect()

    expect(transport.sent('register')).toEqual([])
    expect(engine.registration$.value.status).toBe('unregistered')
  })

  test('is done at once when we are connected already', async () => {
    const { engine, transport } = await setUpOnline()

    await engine.connect()

    expect(transport.sent('connect')).toHaveLength(1)
  })

  test('is one promise for all who ask meanwhile', async () => {
    const { engine, transport } = setUp()
    transport.ignores.add('connect')

    const first = engine.connect()
    expect(engine.connect()).toBe(first)

    transport.emit({ type: 'transport.opened', attempt: 1, identity: 'sip:me@example.org' })
    await first
    expect(transport.sent('connect')).toHaveLength(1)
  })

  test('fails with what the registrar said for good, and nobody is asked again', async () => {
    const { engine, transport, clock } = setUp()
    transport.ignores.add('register')

    const error = errorOf(engine.connect())
    transport.emit({ type: 'transport.refused', attempt: 1, permanent: true, cause: unauthorized })

    expect(await error).toMatchObject({
      code: 'registration.unauthorized',
      provider: { code: 401 },
      retryable: false
    })
    expect(engine.registration$.value).toEqual({ status: 'refused', cause: unauthorized })
    clock.increment(3_600_000)
    expect(transport.sent('register')).toHaveLength(1)
  })

  test('can be tried again after a refusal for good', async () => {
    const { engine, transport } = setUp()
    transport.ignores.add('register')
    const error = errorOf(engine.connect())
    transport.emit({ type: 'transport.refused', attempt: 1, permanent: true, cause: unauthorized })
    await error

    transport.ignores.delete('register')
    await engine.connect()

    expect(engine.registration$.value).toEqual({ status: 'registered', cause: null })
  })

  test('goes on when the registrar refuses for now', async () => {
    const { engine, transport, clock } = setUp()
    transport.ignores.add('register')

    const connect = watch(engine.connect())
    transport.emit({ type: 'transport.refused', attempt: 1, permanent: false, cause: busy })
    await settled()
    expect(connect.outcome).toBe('pending')

    transport.ignores.delete('register')
    clock.increment(1_000)
    await settled()
    expect(connect.outcome).toBe('resolved')
  })

  test('fails with what the provider said for good', async () => {
    const { engine, transport, clock } = setUp()
    transport.ignores.add('connect')

    const error = errorOf(engine.connect())
    transport.emit({ type: 'transport.closed', attempt: 1, permanent: true, cause: unreachable })

    expect(await error).toMatchObject({ code: 'connection.unreachable' })
    expect(engine.connection$.value).toMatchObject({ status: 'offline', cause: unreachable })
    clock.increment(3_600_000)
    expect(transport.sent('connect')).toHaveLength(1)
  })

  test('fails when all attempts are used up, and says what the last one failed for', async () => {
    const { engine, transport, clock } = setUp({ policy: { backoff: { maxAttempts: 2, jitter: 'none' } } })
    transport.onSend = (command) => {
      if (command.type === 'connect')
        transport.emit({ type: 'transport.closed', attempt: command.attempt, permanent: false, cause: unreachable })
    }

    const error = errorOf(engine.connect())
    clock.increment(500)

    expect(await error).toMatchObject({
      code: 'connection.exhausted',
      retryable: true,
      cause: { code: 'connection.unreachable' }
    })
  })

  test('fails at its deadline, while the engine goes on trying', async () => {
    const { engine, transport, clock } = setUp({ policy: { connectDeadline: 1_000 } })
    transport.ignores.add('connect')

    const error = errorOf(engine.connect())
    clock.increment(1_000)
    expect(await error).toMatchObject({ code: 'connection.timeout', retryable: true })
    expect(engine.connection$.value.status).toBe('connecting')

    transport.emit({ type: 'transport.opened', attempt: 1, identity: 'sip:me@example.org' })
    expect(engine.connection$.value.status).toBe('online')
    await expect(engine.connect()).resolves.toBeUndefined()
  })

  test('has a deadline of its own each time', async () => {
    const { engine, transport, clock } = setUp({ policy: { connectDeadline: 1_000 } })
    transport.ignores.add('connect')
    const first = errorOf(engine.connect())
    clock.increment(900)
    await engine.disconnect()
    await first

    const promise = engine.connect()
    const second = watch(promise)
    clock.increment(900)
    await settled()
    expect(second.outcome).toBe('pending')
    expect(engine.connect()).toBe(promise)

    clock.increment(100)
    await settled()
    expect(second.outcome).toMatchObject({ code: 'connection.timeout' })
  })

  test('says at its deadline what the registrar has refused so far', async () => {
    const { engine, transport, clock } = setUp({ policy: { connectDeadline: 10 } })
    transport.ignores.add('register')

    const error = errorOf(engine.connect())
    transport.emit({ type: 'transport.refused', attempt: 1, permanent: false, cause: busy })
    clock.increment(10)

    expect(await error).toMatchObject({ code: 'connection.timeout', cause: { code: 'registration.rejected' } })
  })

  test('fails when the transport cannot even try, and does not stop trying', async () => {
    const { engine, transport, clock } = setUp({ policy: { backoff: { maxAttempts: 2, jitter: 'none' } } })
    transport.onSend = () => {
      throw new Error('No sockets here')
    }

    const error = errorOf(engine.connect())
    clock.increment(500)

    const cause = { code: 'connection.refused', message: 'No sockets here' }
    expect(await error).toMatchObject({ code: 'connection.exhausted', cause })
    expect(transport.sent('connect')).toHaveLength(2)
  })

  test.each([
    ['fails', 'error'],
    ['lets go of the account', 'complete']
  ] as const)('fails for good when the adapter %s', async (_, how) => {
    const { engine, transport, clock } = setUp()
    transport.ignores.add('connect')

    const error = errorOf(engine.connect())
    transport.subject[how](new Error('The adapter broke'))
    expect(await error).toMatchObject({ code: 'engine.failed' })

    expect(await errorOf(engine.connect())).toMatchObject({ code: 'engine.failed' })
    expect(engine.connection$.value.status).toBe('offline')
    clock.increment(60_000)
  })
})
