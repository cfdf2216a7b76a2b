import { Subject } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { NetworkEvent } from '../../src/index.ts'
import { setUp, setUpOnline, settled } from './support/desk.ts'

const backoff = { initialDelay: 100, jitter: 'none' } as const

async function setUpWithNetwork(options: Parameters<typeof setUpOnline>[0] = {}) {
  const network = new Subject<NetworkEvent>()
  const desk = await setUpOnline({ policy: { backoff }, ...options, engine: { network } })
  return { ...desk, network }
}

describe('What is told about the network', () => {
  test.each([
    { type: 'network.online' },
    { type: 'network.offline' },
    { type: 'network.changed' },
    { type: 'wake', slept: 20_000 }
  ] as const)('makes the connection prove itself: $type', async (event) => {
    const { engine, transport, network } = await setUpWithNetwork()
    transport.ignores.add('probe')

    network.next(event)
    expect(engine.connection$.value).toMatchObject({ status: 'online', proving: true })

    transport.emit({ type: 'transport.proved', attempt: 1 })
    expect(engine.connection$.value).toMatchObject({ status: 'online', proving: false })
  })

  test('that we slept makes the registration prove itself as well', async () => {
    const { transport, network } = await setUpWithNetwork()

    network.next({ type: 'wake', slept: 20_000 })

    expect(transport.sent('register')).toHaveLength(2)
  })

  test('brings back a connection that was given up', async () => {
    const { engine, transport, network, clock } = await setUpWithNetwork({ policy: { backoff: { maxAttempts: 1 } } })
    transport.close()
    expect(engine.connection$.value.status).toBe('offline')

    network.next({ type: 'network.online' })
    clock.increment(500)

    expect(engine.connection$.value.status).toBe('online')
    expect(engine.registration$.value.status).toBe('registered')
  })

  test('is nothing to who has disconnected, or never wanted a connection', async () => {
    const network = new Subject<NetworkEvent>()
    const { engine } = setUp({ engine: { network } })
    expect(network.observed).toBe(false)

    await engine.connect()
    expect(network.observed).toBe(true)
    await engine.disconnect()

    expect(network.observed).toBe(false)
  })

  test('is listened to no longer than the engine lives', async () => {
    const { engine, network } = await setUpWithNetwork()

    engine.dispose()

    expect(network.observed).toBe(false)
  })

  test('breaks nothing, whatever it is', async () => {
    const { engine, transport, network } = await setUpWithNetwork()

    for (const garbage of [null, 7, {}, { type: 'wake', slept: 'long' }, { type: 'connect' }, { type: 'disconnect' }]) {
      network.next(garbage as never)
    }
    network.error(new Error('Out of order'))

    expect(engine.connection$.value.status).toBe('online')
    expect(transport.sent('disconnect')).toEqual([])
  })
})

describe('While there is a call', () => {
  test('a connection that is dead is noticed within twelve seconds, though nobody says anything', async () => {
    const { engine, transport, clock, established } = await setUpWithNetwork()
    const { call } = await established()
    transport.ignores.add('probe').add('connect')

    for (let second = 0; second < 12; second++) clock.increment(1_000)

    expect(engine.connection$.value.status).toBe('reconnecting')
    expect(call.state).toMatchObject({ status: 'established', signalling: 'detached' })
  })

  test('and after it, the connection is asked nothing any more', async () => {
    const { transport, clock, established } = await setUpWithNetwork()
    const { call } = await established()
    for (let second = 0; second < 20; second++) clock.increment(1_000)
    const asked = transport.sent('probe').length
    expect(asked).toBeGreaterThanOrEqual(2)

    void call.hangup()
    clock.increment(60_000)

    expect(transport.sent('probe')).toHaveLength(asked)
  })

  test.each(['network.online', 'network.changed'] as const)('its path is renewed at once at %s', async (type) => {
    const { network, established } = await setUpWithNetwork()
    const { call, leg } = await established()

    network.next({ type })
    expect(leg.sent('offer')).toMatchObject([{ terms: { restarts: 1 } }])
    expect(call.state.path).toBe('restarting')

    leg.emit({ type: 'leg.path.connected' })
    expect(call.state.path).toBe('connected')
  })

  test('a doubt about its path that nothing confirms ends nothing', async () => {
    const { network, clock, established } = await setUpWithNetwork()
    const { call, leg } = await established()
    leg.onSend = () => {}

    network.next({ type: 'wake', slept: 20_000 })
    clock.increment(8_000)
    expect(call.state.path).toBe('connected')
    clock.increment(120_000)

    expect(call.state.status).toBe('established')
  })
})

describe('A call that is not answered yet', () => {
  test.each(['connecting', 'ringing'] as const)('ends at once when the connection is lost, %s', async (status) => {
    const { transport, dial } = await setUpWithNetwork()
    if (status === 'connecting') transport.ignores.add('dial')
    const { call, leg } = await dial()
    expect(call.state.status).toBe(status)
    leg.onSend = () => {}

    transport.close()

    expect(call.state.end).toMatchObject({ by: 'system', reason: 'network' })
    expect(leg.disposals).toBe(1)
  })

  test('rings no longer when the connection it came on is lost, also while the microphone opens', async () => {
    const { engine, transport, devices } = await setUpWithNetwork()
    devices.mode = 'waits'
    transport.ring()
    const ringing = engine.calls$.value[0]
    transport.ring()
    const answering = engine.calls$.value[1]
    void answering?.answer()

    transport.close()

    expect(ringing?.state.end).toMatchObject({ reason: 'network' })
    expect(answering?.state.end).toMatchObject({ reason: 'network' })
    for (const request of devices.requests) request.grant()
    await settled()
    expect(devices.open).toEqual([])
  })

  test('whose answer was on its way has ten seconds to be confirmed on another connection', async () => {
    const { engine, transport, clock } = await setUpWithNetwork()
    transport.ignores.add('answer').add('hangup')
    const ends = ['confirmed', 'not confirmed'].map((name) => {
      const leg = transport.ring(name)
      const call = engine.calls$.value.find(({ id }) => id === name)
      void call?.answer()
      return { leg, call }
    })
    await settled()

    transport.close()
    clock.increment(100)
    expect(engine.registration$.value.status).toBe('registered')
    ends[0]?.leg.answered()
    clock.increment(10_000)
    clock.increment(5_000)

    expect(ends[0]?.call?.state).toMatchObject({ status: 'established', path: 'connected' })
    expect(ends[1]?.call?.state.end).toMatchObject({ by: 'system', reason: 'network' })
  })

  test('does not ring on after a sleep that no caller outlasts', async () => {
    const { engine, transport, network } = await setUpWithNetwork()
    transport.ignores.add('reject')
    transport.ring()
    const call = engine.calls$.value[0]

    network.next({ type: 'wake', slept: 10_000 })
    expect(call?.state.status).toBe('ringing')
    network.next({ type: 'wake', slept: 60_000 })

    expect(call?.state.status).toBe('rejecting')
    const leg = transport.legs.get(call?.id ?? '')
    expect(leg?.sent('reject')).toMatchObject([{ reason: 'no-answer' }])
  })

  test('says why when its microphone never opens', async () => {
    const { engine, devices, clock } = await setUpWithNetwork()
    devices.mode = 'waits'
    const call = await engine.dial('sip:bob@example.org')
    const answered = call.established()

    clock.increment(60_000)

    await expect(answered).rejects.toMatchObject({ code: 'media.failed' })
    expect(call.state.end).toMatchObject({ reason: 'media', provider: { code: 'media.failed' } })
  })
})

describe('A call whose media and signalling are both broken', () => {
  test('is not ended by the grace of its media while nothing can be done about that', async () => {
    const { transport, clock, established } = await setUpWithNetwork()
    const { call, leg } = await established()
    transport.ignores.add('connect')

    transport.close()
    leg.emit({ type: 'leg.path.interrupted' })
    clock.increment(45_000)
    expect(call.state).toMatchObject({ status: 'established', path: 'interrupted', signalling: 'detached' })

    transport.ignores.delete('connect')
    clock.increment(10_000)
    clock.increment(5_000)
    expect(call.state).toMatchObject({ signalling: 'attached', path: 'restarting' })
    expect(leg.sent('offer')).toMatchObject([{ terms: { restarts: 1 } }])
    leg.emit({ type: 'leg.path.connected' })
    expect(call.state.path).toBe('connected')
  })

  test('is ended by the grace of its signalling', async () => {
    const { transport, clock, established } = await setUpWithNetwork()
    const { call, leg } = await established()
    transport.ignores.add('connect')

    transport.close()
    leg.emit({ type: 'leg.path.interrupted' })
    clock.increment(60_000)

    expect(call.state.end).toEqual({ by: 'system', reason: 'network' })
  })

  test('has the whole grace of its media again once something can be done', async () => {
    const { transport, clock, established } = await setUpWithNetwork()
    const { call, leg } = await established()
    transport.ignores.add('connect')
    transport.close()
    leg.emit({ type: 'leg.path.failed' })
    clock.increment(40_000)
    transport.ignores.delete('connect')
    clock.increment(11_000)
    clock.increment(4_000)
    expect(call.state.signalling).toBe('attached')

    clock.increment(10_000)
    clock.increment(10_000)
    expect(call.state.status).toBe('established')
    clock.increment(10_000)
    clock.increment(5_000)

    expect(call.state.end).toEqual({ by: 'system', reason: 'network' })
  })
})
