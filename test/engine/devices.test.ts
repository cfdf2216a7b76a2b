import { describe, expect, test } from 'vitest'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'
import type { FakeTrack } from './support/fake-media.ts'
import { FakePermissions, talking } from './support/two-microphones.ts'

const names = (tracks: readonly FakeTrack[]) => tracks.map(({ deviceId }) => deviceId)

describe('Another microphone in a call', () => {
  test('takes the place of the first one once it is proven, and the first one is closed', async () => {
    const { call, sent, passes, mediaDevices } = await talking()
    expect(call.state.capture).toEqual({
      status: 'live',
      device: { deviceId: 'desk', label: 'The desk' },
      cause: null
    })

    const done = watch(call.useMicrophone('headset'))
    await settled()
    expect(call.state.capture?.status).toBe('replacing')
    expect(names(sent())).toEqual(['headset'])
    expect(names(mediaDevices.open)).toEqual(['desk', 'headset'])
    await passes(1_000)

    expect(done.outcome).toBe('resolved')
    expect(call.state.capture).toMatchObject({ status: 'live', device: { deviceId: 'headset' } })
    expect(names(mediaDevices.open)).toEqual(['headset'])
  })

  test('that delivers nothing is given back, and the first one goes on', async () => {
    const { call, sent, passes, mediaDevices, dead, facts } = await talking()
    dead.add('headset')

    const done = watch(call.useMicrophone('headset'))
    await passes(2_400)
    expect(done.outcome).toBe('pending')
    await passes(200)

    expect(done.outcome).toMatchObject({ code: 'media.silent', retryable: true })
    expect(names(sent())).toEqual(['desk'])
    expect(names(mediaDevices.open)).toEqual(['desk'])
    expect(call.state.capture).toMatchObject({ status: 'live', device: { deviceId: 'desk' } })
    expect(facts).toContain('capture.failed')
  })

  test.each([
    ['NotAllowedError', 'media.denied'],
    ['NotReadableError', 'media.busy']
  ])('that is refused with %s is told as %s, and nothing changes', async (name, code) => {
    const { call, sent, mediaDevices } = await talking()
    mediaDevices.mode = { refuses: name }

    expect(await errorOf(call.useMicrophone('headset'))).toMatchObject({ code })
    expect(names(sent())).toEqual(['desk'])
    expect(call.state).toMatchObject({ status: 'established', capture: { status: 'live' } })
  })

  test('is as muted as the call is, before anything of it is sent', async () => {
    const { call, sent, passes, leg } = await talking()
    const audible: boolean[] = []
    const attach = leg.attach.bind(leg)
    leg.attach = (stream) => {
      audible.push(...stream.getAudioTracks().map(({ enabled }) => enabled))
      attach(stream)
    }

    await call.mute()
    await Promise.all([call.useMicrophone('headset'), passes(1_000)])
    expect(audible).toEqual([false])
    await call.unmute()
    expect(sent()[0]?.enabled).toBe(true)

    await call.hold()
    await Promise.all([call.useMicrophone('desk'), passes(1_000)])
    expect(audible).toEqual([false, false])
    await call.resume()
    expect(sent()[0]?.enabled).toBe(true)
  })

  test('stays as muted as the call is when it is given back', async () => {
    const { call, sent, passes, dead } = await talking()
    dead.add('headset')

    const done = watch(call.useMicrophone('headset'))
    await settled()
    await call.mute()
    await passes(3_000)

    expect(done.outcome).toMatchObject({ code: 'media.silent' })
    expect(sent().map(({ deviceId, enabled }) => [deviceId, enabled])).toEqual([['desk', false]])
  })

  test('while nothing may be sent is believed when its track lives', async () => {
    const { call, passes } = await talking()
    await call.hold()

    const done = watch(call.useMicrophone('headset'))
    await passes(1_000)

    expect(done.outcome).toBe('resolved')
  })

  test('is the last one that was asked for, and each promise settles once', async () => {
    const { call, sent, passes, mediaDevices } = await talking()

    const first = watch(call.useMicrophone('headset'))
    const second = watch(call.useMicrophone('desk'))
    await passes(1_000)

    expect(first.outcome).toMatchObject({ code: 'call.superseded' })
    expect(second.outcome).toBe('resolved')
    expect(names(sent())).toEqual(['desk'])
    expect(mediaDevices.open).toHaveLength(1)
  })

  test('leaves nothing open when the call ends, wherever it is', async () => {
    for (const passed of [0, 200, 3_000]) {
      const { call, passes, mediaDevices, clock } = await talking()
      const done = watch(call.useMicrophone('headset'))
      await passes(passed)

      await call.hangup()
      clock.increment(60_000)
      await settled()

      expect(mediaDevices.open).toEqual([])
      expect(done.outcome).not.toBe('pending')
    }
  })

  test('that is granted after the call has ended is closed at once', async () => {
    const { call, mediaDevices } = await talking()
    mediaDevices.mode = 'waits'
    const done = watch(call.useMicrophone('headset'))
    await settled()

    await call.hangup()
    mediaDevices.requests[0]?.grant()
    await settled()

    expect(mediaDevices.open).toEqual([])
    expect(done.outcome).toMatchObject({ code: 'call.ended' })
  })

  test('cannot be had without one to replace, without a name, or without devices', async () => {
    const { engine, transport, call } = await talking()
    const ringing = transport.ring()
    const incoming = engine.calls$.value.find(({ id }) => id === ringing.id)
    const bare = await (await setUpOnline()).established()

    expect(call.can('useMicrophone')).toBe(true)
    expect(incoming?.can('useMicrophone')).toBe(false)
    expect(await errorOf(incoming?.useMicrophone('desk') ?? Promise.resolve())).toMatchObject({ code: 'call.refused' })
    expect(await errorOf(call.useMicrophone(''))).toMatchObject({ code: 'media.no-device' })
    expect(bare.call.can('useMicrophone')).toBe(false)
    expect(await errorOf(bare.call.useMicrophone('desk'))).toMatchObject({ code: 'media.unsupported' })
    expect(bare.call.state.capture).toBeNull()
  })
})

describe('A microphone that is unplugged in a call', () => {
  test('is followed by the next best, and the user sees it', async () => {
    const { call, sent, passes, mediaDevices, facts } = await talking()

    mediaDevices.plugged = ['headset']
    sent()[0]?.end()
    mediaDevices.plug('headset')
    await settled()
    expect(call.state.capture).toMatchObject({ status: 'interrupted', device: { deviceId: 'desk' } })
    await passes(1_000)

    expect(names(sent())).toEqual(['headset'])
    expect(call.state).toMatchObject({ status: 'established', capture: { status: 'live', cause: null } })
    expect(facts).toEqual(['capture.interrupted', 'capture.recovered'])
  })

  test('is told as lost when there is no other, and the call goes on', async () => {
    const { call, sent, passes, mediaDevices, facts } = await talking()

    mediaDevices.plugged = []
    sent()[0]?.end()
    await passes(200)

    expect(facts).toEqual(['capture.interrupted', 'capture.lost'])
    expect(call.state).toMatchObject({
      status: 'established',
      capture: { status: 'lost', cause: { code: 'media.no-device' } }
    })
    expect(mediaDevices.open).toEqual([])
  })

  test('is sent again when it is plugged in again', async () => {
    const { call, sent, passes, mediaDevices } = await talking()
    mediaDevices.plugged = ['headset']
    sent()[0]?.end()
    mediaDevices.plug('headset')
    await passes(1_000)
    expect(names(sent())).toEqual(['headset'])

    mediaDevices.plug('headset', 'desk')
    await passes(1_000)

    expect(names(sent())).toEqual(['desk'])
    expect(names(mediaDevices.open)).toEqual(['desk'])
    expect(call.state.capture).toMatchObject({ status: 'live', device: { deviceId: 'desk' } })
  })

  test('is missed also where the browser does not end its track', async () => {
    const { sent, passes, mediaDevices } = await talking()
    await passes(100)

    mediaDevices.plug('headset')
    await passes(1_000)

    expect(names(sent())).toEqual(['headset'])
  })

  test('is not replaced by what the user no longer allows, and comes back once it is allowed', async () => {
    const permissions = new FakePermissions()
    const { call, sent, passes, mediaDevices } = await talking({ permissions: permissions as never })

    mediaDevices.mode = { refuses: 'NotAllowedError' }
    permissions.set('denied')
    sent()[0]?.end()
    await passes(200)
    expect(call.state.capture).toMatchObject({ status: 'lost', cause: { code: 'media.denied' } })

    mediaDevices.mode = 'grants'
    permissions.set('granted')
    await passes(1_000)
    expect(call.state.capture).toMatchObject({ status: 'live' })
    expect(names(sent())).toEqual(['desk'])
  })
})
