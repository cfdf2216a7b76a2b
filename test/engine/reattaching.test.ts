import { describe, expect, test } from 'vitest'
import { setUpOnline } from './support/desk.ts'

const backoff = { initialDelay: 100, jitter: 'none' } as const

describe('When the connection is lost in a call', () => {
  test('the call lives on, and is asked after once we are registered again', async () => {
    const { transport, clock, established } = await setUpOnline({ policy: { backoff } })
    const { call, leg } = await established()
    transport.ignores.add('register').add('verify')

    transport.close()
    expect(call.state).toMatchObject({ status: 'established', signalling: 'detached', path: 'connected' })

    clock.increment(100)
    expect(transport.sent('connect')).toHaveLength(2)
    expect(transport.sent('register')).toHaveLength(2)
    expect(leg.sent('verify')).toEqual([])
    expect(call.state.signalling).toBe('detached')

    transport.emit({ type: 'transport.registered', attempt: 2, expires: 600 })
    expect(leg.sent('verify')).toHaveLength(1)
    expect(call.state.signalling).toBe('reattaching')

    leg.emit({ type: 'leg.verified', attempt: 1 })
    expect(call.state.signalling).toBe('attached')
    expect(leg.sent('hangup')).toEqual([])
  })

  test('the call is asked after as soon as we are connected, where there is no registration', async () => {
    const { transport, clock, established } = await setUpOnline({
      policy: { backoff },
      capabilities: { registration: false }
    })
    const { call, leg } = await established()

    transport.close()
    clock.increment(100)

    expect(leg.sent('verify')).toHaveLength(1)
    expect(call.state.signalling).toBe('attached')
  })

  test('the call ends when the far end no longer knows it', async () => {
    const { transport, clock, established } = await setUpOnline({ policy: { backoff } })
    const { call, leg } = await established()
    transport.ignores.add('verify')

    transport.close()
    clock.increment(100)
    leg.emit({ type: 'leg.gone', attempt: 1 })

    await expect(call.ended()).resolves.toMatchObject({ reason: 'network' })
  })

  test('the call ends when the connection is away for the whole grace, and not before', async () => {
    const { transport, clock, established } = await setUpOnline({
      policy: { backoff, deadlines: { signallingGrace: 10_000 } }
    })
    const { call } = await established()
    transport.ignores.add('connect').add('hangup')

    transport.close()
    clock.increment(9_999)
    expect(call.state.status).toBe('established')
    clock.increment(1)
    expect(call.state.status).toBe('ending')
    clock.increment(5_000)

    expect(call.state.end).toEqual({ by: 'system', reason: 'network' })
  })

  test('the call is found again even after the engine had given up connecting', async () => {
    const { engine, transport, clock, established } = await setUpOnline({ policy: { backoff: { maxAttempts: 1 } } })
    const { call, leg } = await established()

    transport.close()
    expect(engine.connection$.value.status).toBe('offline')
    expect(call.state.signalling).toBe('detached')

    clock.increment(30_000)
    await engine.connect()
    expect(leg.sent('verify')).toHaveLength(1)
    expect(call.state.signalling).toBe('attached')
  })

  test('a second loss, while the call is asked after, starts anew', async () => {
    const { transport, clock, established } = await setUpOnline({ policy: { backoff } })
    const { call, leg } = await established()
    transport.ignores.add('verify')

    transport.close()
    clock.increment(100)
    transport.close()
    expect(call.state.signalling).toBe('detached')
    leg.emit({ type: 'leg.verified', attempt: 1 })
    expect(call.state.signalling).toBe('detached')

    clock.increment(200)
    leg.emit({ type: 'leg.verified', attempt: 2 })
    expect(call.state.signalling).toBe('attached')
  })

  test('a connection that only fell silent, and whose end nobody reports, counts as lost with its registration', async () => {
    const { engine, transport, clock, established } = await setUpOnline({ policy: { backoff } })
    const { call, leg } = await established()
    transport.ignores.add('probe').add('disconnect')

    transport.emit({ type: 'transport.silent' })
    clock.increment(5_000)
    expect(engine.connection$.value.status).toBe('reconnecting')
    expect(engine.registration$.value.status).toBe('unregistered')
    expect(call.state.signalling).toBe('detached')

    clock.increment(100)
    expect(transport.sent('register')).toHaveLength(2)
    expect(leg.sent('verify')).toHaveLength(1)
  })

  test('the late end of the old connection does not take the new registration away', async () => {
    const { engine, transport, clock } = await setUpOnline({ policy: { backoff } })
    const cause = { code: 'connection.lost', text: 'The socket closed' } as const

    transport.close()
    clock.increment(100)
    expect(engine.registration$.value.status).toBe('registered')
    transport.emit({ type: 'transport.closed', attempt: 1, permanent: false, cause })

    expect(engine.connection$.value.status).toBe('online')
    expect(engine.registration$.value.status).toBe('registered')
  })

  test('new calls are refused until we are connected again', async () => {
    const { engine, transport, clock } = await setUpOnline({ policy: { backoff } })

    transport.close()
    await expect(engine.dial('sip:bob@example.org')).rejects.toMatchObject({
      code: 'connection.offline',
      state: 'reconnecting',
      retryable: true
    })
    clock.increment(100)

    await expect(engine.dial('sip:bob@example.org')).resolves.toBeDefined()
  })
})
