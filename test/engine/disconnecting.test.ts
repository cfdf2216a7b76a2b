import { describe, expect, test } from 'vitest'
import { errorOf, settled, setUp, setUpOnline, watch } from './support/desk.ts'

describe('Disconnecting', () => {
  test('hangs up, unregisters and closes, in this order', async () => {
    const { engine, transport, established } = await setUpOnline()
    const { call, leg } = await established()
    const order: string[] = []
    leg.onSend = ({ type }) => {
      order.push(type)
      leg.emit({ type: 'leg.ended', end: { by: 'local', reason: 'hangup' } })
    }
    transport.onSend = (command) => {
      order.push(command.type)
      if (command.type === 'unregister') transport.emit({ type: 'transport.unregistered', attempt: command.attempt })
      else transport.close()
    }

    await engine.disconnect()

    expect(order).toEqual(['hangup', 'unregister', 'disconnect'])
    expect(call.state.status).toBe('ended')
    expect(engine.connection$.value.status).toBe('offline')
    expect(engine.registration$.value.status).toBe('unregistered')
    expect(engine.calls$.value).toEqual([])
  })

  test('needs nobody to answer', async () => {
    const { engine, transport, clock, established } = await setUpOnline()
    await established()
    transport.ignores.add('hangup').add('unregister').add('disconnect')

    const disconnect = watch(engine.disconnect())
    for (let waited = 0; waited < 12; waited++) {
      clock.increment(1_000)
      await settled()
    }

    expect(disconnect.outcome).toBe('resolved')
    expect(engine.connection$.value.status).toBe('offline')
  })

  test('cancels a connecting that is under way, at once', async () => {
    const { engine, transport } = setUp()
    transport.ignores.add('connect')

    const error = errorOf(engine.connect())
    await engine.disconnect()

    expect(await error).toMatchObject({ code: 'connection.cancelled', retryable: false })
    transport.emit({ type: 'transport.opened', attempt: 1, identity: 'sip:me@example.org' })
    expect(engine.connection$.value.status).toBe('offline')
  })

  test('cancels a connecting that waits for the registrar', async () => {
    const { engine, transport } = setUp()
    transport.ignores.add('register')

    const error = errorOf(engine.connect())
    await settled()
    await engine.disconnect()

    expect(await error).toMatchObject({ code: 'connection.cancelled' })
  })

  test('is one promise for all who ask meanwhile, and fine when we are offline', async () => {
    const { engine } = await setUpOnline()

    expect(engine.disconnect()).toBe(engine.disconnect())
    await engine.disconnect()
    await expect(engine.disconnect()).resolves.toBeUndefined()
  })

  test('refuses new calls from the start, and hangs up those that come in on the way out', async () => {
    const { engine, transport } = await setUpOnline()
    transport.ignores.add('unregister')

    const disconnect = engine.disconnect()
    expect(await errorOf(engine.dial('sip:bob@example.org'))).toMatchObject({ code: 'connection.offline' })
    await settled()
    const leg = transport.ring()
    transport.emit({ type: 'transport.unregistered', attempt: 2 })
    await disconnect

    expect(leg.sent('reject')).toHaveLength(1)
    expect(engine.calls$.value).toEqual([])
  })

  test('and connecting again, in one breath, ends connected', async () => {
    const { engine, transport } = setUp()
    transport.ignores.add('register')

    const first = watch(engine.connect())
    const away = engine.disconnect()
    transport.ignores.delete('register')
    const again = engine.connect()
    await away
    await again

    expect(first.outcome).toMatchObject({ code: 'connection.cancelled' })
    expect(engine.connection$.value.status).toBe('online')
    expect(engine.registration$.value.status).toBe('registered')
    expect(transport.commands.map(({ type }) => type).at(-1)).toBe('register')
  })

  test('again, while a connecting waits for the disconnecting, cancels that too', async () => {
    const { engine, transport } = await setUpOnline()
    transport.ignores.add('unregister')

    const away = engine.disconnect()
    const again = errorOf(engine.connect())
    expect(engine.disconnect()).toBe(away)
    expect(await again).toMatchObject({ code: 'connection.cancelled' })

    await settled()
    transport.emit({ type: 'transport.unregistered', attempt: 2 })
    await away
    expect(engine.connection$.value.status).toBe('offline')
  })

  test('does not register again when the connection comes back meanwhile', async () => {
    const { engine, transport, clock, established } = await setUpOnline()
    await established()
    transport.ignores.add('hangup')

    const away = engine.disconnect()
    transport.close()
    clock.increment(1_000)
    expect(transport.sent('connect')).toHaveLength(2)
    clock.increment(5_000)
    await away

    expect(transport.sent('register')).toHaveLength(1)
  })
})
