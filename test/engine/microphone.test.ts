import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/index.ts'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'

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

  test('that is muted or live again is told to the leg, once for each change and not after the end', async () => {
    const { dial } = await setUpOnline()
    const { call, leg } = await dial()

    await Promise.all([call.mute(), call.mute()])
    leg.answered()
    await call.unmute()
    await call.hangup()
    await call.mute().catch(() => {})

    expect(leg.sent('microphone')).toEqual([
      { type: 'microphone', live: false },
      { type: 'microphone', live: true }
    ])
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

  test.each([
    ['the video was given up', (call: Call) => call.disableVideo()],
    ['the hangup', (call: Call) => call.hangup()]
  ])('is like a camera that is granted after %s: closed at once', async (_, ends) => {
    const { devices, established } = await setUpOnline({ capabilities: { video: true } })
    const { call } = await established()
    devices.mode = 'waits'
    const enabled = watch(call.enableVideo())
    await settled()

    watch(ends(call))
    const late = devices.requests.at(-1)?.grant()
    await settled()

    expect([late?.kind, late?.readyState]).toEqual(['video', 'ended'])
    expect(enabled.outcome).toMatchObject({ code: expect.any(String) as unknown })
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
