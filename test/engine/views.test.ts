import { describe, expect, test } from 'vitest'
import type { Call, CallCommandName, CallEnd, CallView } from '../../src/index.ts'
import { settled, setUp, setUpOnline } from './support/desk.ts'

const commands: CallCommandName[] = ['answer', 'reject', 'hangup', 'hold', 'resume', 'mute', 'unmute', 'dtmf']

const allowed = (call: Call) => commands.filter((command) => call.can(command))

describe('The view of a call', () => {
  test('tells a call from the first wish to its end', async () => {
    const { engine, transport, devices } = await setUpOnline()
    devices.mode = 'waits'
    transport.ignores.add('dial').add('hangup')
    const call = await engine.dial('sip:bob@example.org')
    const leg = transport.leg(call.id)
    const statuses: string[] = []
    call.status$.subscribe((status) => statuses.push(status))

    devices.requests[0]?.grant()
    await settled()
    leg.emit({ type: 'leg.ringing', earlyMedia: true })
    expect(call.state.earlyMedia).toBe(true)
    leg.answered()
    void call.hangup()
    leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })

    expect(statuses).toEqual(['acquiring', 'connecting', 'ringing', 'established', 'ending', 'ended'])
    const { started, ringing, established, ended } = call.state.times
    expect([started, ringing, established, ended].every((time) => typeof time === 'number')).toBe(true)
  })

  test('is plain data and frozen to the bottom, in every state', async () => {
    const { transport, clock, established } = await setUpOnline()
    const { call, leg } = await established()
    const views: CallView[] = []
    call.view$.subscribe((view) => views.push(view))

    transport.ignores.add('offer')
    void call.hold()
    void call.dtmf('12')
    leg.emit({ type: 'leg.path.interrupted' })
    transport.close()
    clock.increment(3_000)
    leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'busy', provider: { code: 486, text: 'Busy' } } })

    expect(views.length).toBeGreaterThan(5)
    for (const view of views) {
      expect(structuredClone(view)).toEqual(view)
      expect(JSON.parse(JSON.stringify(view))).toEqual(view)
      expect(isFrozen(view)).toBe(true)
    }
  })

  test('is the same object until something in it changes', async () => {
    const { transport, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('dtmf')
    const before = call.state

    leg.emit({ type: 'leg.path.connected' })
    leg.plays()
    expect(call.state).toBe(before)
    void call.dtmf('1')
    const sending = call.state
    leg.emit({ type: 'leg.dtmf.sent', attempt: 99 })
    expect(call.state).toBe(sending)

    await call.mute()
    expect(call.state).not.toBe(before)
    expect(call.state.hold).toBe(before.hold)
    expect(call.state.times).toBe(before.times)
    expect(call.state.remote).toBe(before.remote)
  })

  test('shows an end only when there is one', async () => {
    const { transport, clock, established } = await setUpOnline()
    const { call } = await established()
    const ends: (CallEnd | null)[] = []
    call.end$.subscribe((end) => ends.push(end))
    transport.ignores.add('hangup')

    void call.hangup()
    expect(ends).toEqual([null])

    clock.increment(5_000)
    expect(ends).toEqual([null, { by: 'local', reason: 'hangup' }])
  })

  test('has no microphone, no path and nothing left to send when the call is over', async () => {
    const { established } = await setUpOnline()
    const { call } = await established()
    await call.mute()
    void call.dtmf('123')

    await call.hangup()

    expect(call.state).toMatchObject({
      status: 'ended',
      microphone: 'off',
      path: null,
      signalling: null,
      negotiation: null,
      digits: '',
      hold: { local: 'active', remote: 'active' }
    })
  })

  test('says that the peer holds', async () => {
    const { established } = await setUpOnline()
    const { call, leg } = await established()

    leg.onSend = () => leg.emit({ type: 'leg.offer.answered', peerHolds: true })
    leg.emit({ type: 'leg.offer.received' })

    expect(call.state.hold).toEqual({ local: 'active', remote: 'held' })
  })
})

describe('What a call allows', () => {
  test('is what its chart takes', async () => {
    const { engine, transport, devices } = await setUpOnline()
    devices.mode = 'waits'
    const call = await engine.dial('sip:bob@example.org')
    const leg = transport.leg(call.id)
    expect(allowed(call)).toEqual(['hangup', 'mute'])

    devices.requests[0]?.grant()
    await settled()
    expect(allowed(call)).toEqual(['hangup', 'mute'])

    leg.answered()
    expect(allowed(call)).toEqual(['hangup', 'hold', 'mute', 'dtmf'])

    await call.hold()
    await call.mute()
    expect(allowed(call)).toEqual(['hangup', 'resume', 'unmute', 'dtmf'])

    await call.hangup()
    expect(allowed(call)).toEqual([])
  })

  test('is what a ringing call takes', async () => {
    const { engine, transport } = await setUpOnline()
    transport.ring()

    expect(allowed(engine.calls$.value[0] as Call)).toEqual(['answer', 'reject', 'hangup', 'mute'])
  })

  test('can be watched', async () => {
    const { established } = await setUpOnline()
    const { call } = await established()
    const seen: boolean[] = []
    let isOver = false
    call.can$('hold').subscribe({ next: (can) => seen.push(can), complete: () => (isOver = true) })

    await call.hold()
    await call.resume()
    await call.hangup()

    expect(seen).toEqual([true, false, true, false])
    expect(isOver).toBe(true)
  })
})

describe('The view of the account', () => {
  test('tells the connection and the registration', async () => {
    const { engine, transport, clock } = setUp({ policy: { backoff: { initialDelay: 100, jitter: 'none' } } })
    const seen: string[] = []
    engine.connection$.subscribe(({ status }) => seen.push(status))
    engine.registration$.subscribe(({ status }) => seen.push(status))

    await engine.connect()
    transport.close()
    clock.increment(100)
    await engine.disconnect()
    engine.dispose()

    expect(seen.filter((status, index) => status !== seen[index - 1])).toEqual([
      'offline',
      'unregistered',
      'connecting',
      'online',
      'registering',
      'registered',
      'unregistered',
      'reconnecting',
      'online',
      'registering',
      'registered',
      'unregistering',
      'unregistered',
      'disconnecting',
      'offline'
    ])
  })

  test('is frozen, plain, and the same object until something in it changes', async () => {
    const { engine, transport } = await setUpOnline()
    const { value } = engine.connection$

    transport.emit({ type: 'transport.proved', attempt: 77 })

    expect(engine.connection$.value).toBe(value)
    expect(value).toEqual({
      status: 'online',
      proving: false,
      identity: 'sip:me@example.org',
      tries: expect.any(Number),
      cause: null
    })
    expect(isFrozen(value)).toBe(true)
    expect(structuredClone(engine.registration$.value)).toEqual({ status: 'registered', cause: null })
  })

  test('says offline once the engine is disposed of, to late listeners too', async () => {
    const { engine } = await setUpOnline()

    engine.dispose()

    const told: unknown[] = []
    engine.connection$.subscribe({ next: ({ status }) => told.push(status), complete: () => told.push('complete') })
    engine.registration$.subscribe({ next: ({ status }) => told.push(status), complete: () => told.push('complete') })
    expect(told).toEqual(['offline', 'complete', 'unregistered', 'complete'])
  })
})

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isFrozen)
}
