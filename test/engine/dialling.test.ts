import { describe, expect, test } from 'vitest'
import type { Call, DialRequest } from '../../src/index.ts'
import { errorOf, settled, setUp, setUpOnline, watch } from './support/desk.ts'

describe('Dialling', () => {
  test('is refused while offline', async () => {
    const { engine, transport } = setUp()

    expect(await errorOf(engine.dial('sip:bob@example.org'))).toMatchObject({
      code: 'connection.offline',
      state: 'offline',
      retryable: true
    })
    expect(transport.legs.size).toBe(0)
  })

  test('sends what was asked, once the microphone is open', async () => {
    const { engine, transport, devices } = await setUpOnline()
    devices.mode = 'waits'
    const headers = { 'X-Ticket': '42' }

    const call = await engine.dial('sip:bob@example.org', { headers, displayName: 'Alice' })
    const leg = transport.leg(call.id)
    expect(call.state.status).toBe('acquiring')
    expect(leg.commands).toEqual([])

    headers['X-Ticket'] = 'changed\r\nX-Evil: 1'
    devices.requests[0]?.grant()
    await settled()
    expect(leg.commands).toEqual([
      { type: 'dial', target: 'sip:bob@example.org', headers: { 'X-Ticket': '42' }, displayName: 'Alice' }
    ])
    expect(leg.attached).toHaveLength(1)
    expect(call.state.status).toBe('ringing')
  })

  test.each(['', '  ', 'sip:bob@example.org\r\nX-Evil: 1', 'bob\n', 'bob\u0000', 'bob\u007f'])(
    'is refused for a target that is none: %j',
    async (target) => {
      const { engine, transport } = await setUpOnline()

      expect(await errorOf(engine.dial(target))).toMatchObject({ code: 'call.invalid-target', retryable: false })
      expect(transport.legs.size).toBe(0)
    }
  )

  test.each<DialRequest>([
    { headers: { 'X-A': 'b\r\nX-Evil: 1' } },
    { headers: { 'X-A\r\nX-Evil': '1' } },
    { headers: { 'X A': '1' } },
    { headers: { '': '1' } },
    { headers: { 'X-A': 1 as never } },
    { displayName: 'Alice"\n' },
    { displayName: 5 as never }
  ])('is refused with headers that would say something else: %j', async (request) => {
    const { engine, transport } = await setUpOnline()

    expect(await errorOf(engine.dial('sip:bob@example.org', request))).toMatchObject({ code: 'call.invalid-header' })
    expect(transport.legs.size).toBe(0)
  })

  test('lets no other option reach the provider', async () => {
    const { dial } = await setUpOnline()
    const smuggled = { type: 'hangup', target: 'sip:eve@example.org' } as DialRequest

    const { leg } = await dial('sip:bob@example.org', smuggled)

    expect(leg.commands).toEqual([{ type: 'dial', target: 'sip:bob@example.org' }])
  })

  test('is refused where the provider does not understand the target', async () => {
    const { engine, transport } = await setUpOnline()
    transport.refusal = { code: 'call.invalid-target', text: 'Not a SIP address' }

    expect(await errorOf(engine.dial('bob'))).toMatchObject({
      code: 'call.invalid-target',
      message: 'Not a SIP address'
    })
  })

  test('fails when the adapter cannot make a leg, or not even look at the target', async () => {
    const { engine, transport } = await setUpOnline()
    transport.onLeg = () => {
      throw new Error('No more lines')
    }
    const noLeg = await errorOf(engine.dial('sip:bob@example.org'))
    transport.check = () => {
      throw new Error('Out of order')
    }
    const noCheck = await errorOf(engine.dial('sip:bob@example.org'))

    expect(noLeg).toMatchObject({ code: 'engine.failed', cause: { message: 'No more lines' } })
    expect(noCheck).toMatchObject({ code: 'engine.failed', cause: { message: 'Out of order' } })
    expect(engine.calls$.value).toEqual([])
  })
})

describe('A call that comes in', () => {
  test('is announced once, ringing already, and stands among the calls', async () => {
    const { engine, transport } = await setUpOnline()
    const heard: Call[] = []
    engine.incoming$.subscribe((call) => {
      expect(call.state.status).toBe('ringing')
      expect(engine.calls$.value).toEqual([call])
      heard.push(call)
    })

    transport.ring('a')

    expect(heard).toHaveLength(1)
    expect(heard[0]?.state).toMatchObject({
      id: 'a',
      direction: 'incoming',
      remote: { address: 'sip:bob@example.org', displayName: 'Bob' }
    })
  })

  test('can be answered, rejected or hung up by who hears of it first', async () => {
    const { engine, transport } = await setUpOnline()
    engine.incoming$.subscribe((call) => void call.answer())

    const leg = transport.ring()
    await settled()

    expect(leg.sent('answer')).toHaveLength(1)
    expect(engine.calls$.value[0]?.state.status).toBe('established')
  })

  test('under the name of one that stands is dropped, and harms neither', async () => {
    const { engine, transport, devices, told } = await setUpOnline()
    transport.ring('a')
    const call = engine.calls$.value[0] as Call
    await call.answer()

    transport.ring('a')
    expect(engine.calls$.value).toEqual([call])
    expect(told.at(-1)?.event.type).toBe('transport.garbage')

    await call.hangup()
    expect(devices.open).toEqual([])
  })

  test('is not taken for one we placed, whatever the adapter calls it', async () => {
    const { engine, transport } = await setUpOnline()
    transport.ring('call-1')

    const call = await engine.dial('sip:bob@example.org')

    expect(call.id).not.toBe('call-1')
    expect(engine.calls$.value).toHaveLength(2)
  })

  test('without a leg to it is told as garbage', async () => {
    const { engine, transport, told } = await setUpOnline()
    transport.onLeg = () => {
      throw new Error('No such leg')
    }

    transport.ring()

    expect(engine.calls$.value).toEqual([])
    expect(told.at(-1)?.event).toMatchObject({
      type: 'transport.garbage',
      text: expect.stringContaining('No such leg')
    })
  })
})

describe('A microphone', () => {
  test.each([
    ['NotAllowedError', 'media.denied'],
    ['NotFoundError', 'media.no-device'],
    ['OverconstrainedError', 'media.no-device'],
    ['NotReadableError', 'media.busy'],
    ['SomethingElse', 'media.failed']
  ])('that is refused with %s ends the call we place with %s, and leaves nothing open', async (name, code) => {
    const { transport, devices, dial } = await setUpOnline()
    devices.mode = { refuses: name }

    const { call, leg } = await dial()

    expect(await errorOf(call.established())).toMatchObject({ code, provider: { text: 'Not now' } })
    expect(call.state).toMatchObject({ status: 'ended', end: { reason: 'media' } })
    expect(leg.commands).toEqual([])
    expect(leg.disposals).toBe(1)
    expect(devices.tracks).toEqual([])
    expect(transport.legs.size).toBe(1)
  })

  test('that nobody can open is told as unsupported', async () => {
    const { dial } = await setUpOnline({ engine: { media: {} } })

    const { call } = await dial()

    expect(await errorOf(call.established())).toMatchObject({ code: 'media.unsupported' })
  })

  test('that is refused when answering lets it ring on, and can be tried again', async () => {
    const { engine, transport, devices } = await setUpOnline()
    const leg = transport.ring()
    const call = engine.calls$.value[0] as Call

    devices.mode = { refuses: 'NotAllowedError' }
    expect(await errorOf(call.answer())).toMatchObject({ code: 'media.denied' })
    expect(call.state.status).toBe('ringing')
    expect(leg.commands).toEqual([])

    devices.mode = 'grants'
    await call.answer()
    expect(call.state.status).toBe('established')
    expect(devices.open).toHaveLength(1)
  })

  test('that is granted after the hangup is closed at once', async () => {
    const { devices, dial } = await setUpOnline()
    devices.mode = 'waits'
    const { call, leg } = await dial()

    await call.hangup()
    devices.requests[0]?.grant()
    await settled()

    expect(devices.tracks).toHaveLength(1)
    expect(devices.open).toEqual([])
    expect(leg.commands).toEqual([])
  })

  test('that is granted to an earlier attempt is closed, and only the last one is used', async () => {
    const { engine, transport, clock, devices } = await setUpOnline()
    devices.mode = 'waits'
    const leg = transport.ring()
    const call = engine.calls$.value[0] as Call

    const first = watch(call.answer())
    clock.increment(60_000)
    const second = watch(call.answer())
    const late = devices.requests[0]?.grant()
    const used = devices.requests[1]?.grant()
    await settled()

    expect(first.outcome).toMatchObject({ code: 'media.failed' })
    expect(second.outcome).toBe('resolved')
    expect(late?.readyState).toBe('ended')
    expect(devices.open).toEqual([used])
    expect(leg.attached).toHaveLength(1)
  })

  test('is the one that was asked for, with what the application wants of every one', async () => {
    const { engine, devices } = await setUpOnline()
    devices.mode = 'waits'

    await engine.dial('sip:bob@example.org', { media: { audio: { deviceId: 'headset' } } })

    expect(devices.requests[0]?.constraints).toEqual({ audio: { deviceId: { exact: 'headset' } }, video: false })
  })

  test('is not opened when none is wanted', async () => {
    const { devices, dial } = await setUpOnline()

    const { leg } = await dial('sip:bob@example.org', { media: { audio: false } })

    expect(devices.tracks).toEqual([])
    expect(leg.sent('dial')).toHaveLength(1)
    expect(leg.attached).toEqual([])
  })

  test('is silent while muted or held, and the loudspeaker while we hold', async () => {
    const { devices, established } = await setUpOnline()
    const { call, leg } = await established()
    const [microphone] = devices.open
    const [loudspeaker] = leg.plays().tracks
    const heard = () => [microphone?.enabled, loudspeaker?.enabled]

    expect(heard()).toEqual([true, true])
    await call.mute()
    expect(heard()).toEqual([false, true])
    await call.hold()
    expect(heard()).toEqual([false, false])
    await call.resume()
    expect(heard()).toEqual([false, true])
    await call.unmute()
    expect(heard()).toEqual([true, true])
    await call.hold()
    await call.mute()
    await call.unmute()
    expect(heard()).toEqual([false, false])
  })
})
