/** Microphones that are changed, dead or unplugged in the middle of a call, and loudspeakers, in a real browser. */
import { expect, onTestFinished, test } from 'vitest'
import type { Phone } from '../support/browser/phones.ts'
import { onEmulator } from '../support/browser/stage.ts'

const deadlines = { proveDeadline: 1_500, fallbackDeadline: 6_000 }

onEmulator('a user with several microphones', (stage) => {
  const call = () => stage.call({ devices: { deadlines } })

  test('sees what there is, and begins calls with the one that was chosen', async () => {
    const [alice, bob] = await stage.pair({ devices: {} })
    const [, second] = await microphones(alice)
    await alice.page.evaluate((id) => window.phone.devices?.selectMicrophone(id), second)

    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })
    await bob.answer()

    await alice.shows({ path: 'connected', capture: { status: 'live', device: { deviceId: second } } })
    expect(await alice.page.evaluate(() => window.phone.devices?.permissions$.value)).toEqual({
      microphone: 'granted',
      camera: 'granted'
    })
    await bob.flows({ in: 'sound' })
  })

  test('changes it in a call: packets go on, and the first one is closed', async () => {
    const [alice, bob] = await call()
    const [, second] = await microphones(alice)
    const offers = alice.trace.length

    await alice.useMicrophone(second)

    await alice.shows({ capture: { status: 'live', device: { deviceId: second } } })
    await Promise.all([alice.flows({ in: 'sound', out: 'packets' }), bob.flows({ in: 'sound' })])
    expect(await openMicrophones(alice)).toBe(1)
    expect(alice.trace.slice(offers).filter(({ text }) => text.startsWith('INVITE '))).toEqual([])
  })

  test('stays muted through the change', async () => {
    const [alice, bob] = await call()
    await alice.mute()

    await alice.useMicrophone((await microphones(alice))[1])
    await bob.flows({ in: 'silence' })

    await alice.unmute()
    await bob.flows({ in: 'sound' })
  })

  test('changes it while the call is held, and is heard once it is resumed', async () => {
    const [alice, bob] = await call()
    await alice.hold()

    await alice.useMicrophone((await microphones(alice))[1])
    await bob.flows({ in: 'silence', out: 'nothing' })

    await alice.resume()
    await bob.flows({ in: 'sound' })
  })

  test('keeps the first one when the other delivers nothing', async () => {
    const [alice, bob] = await call()
    const [first, second] = await microphones(alice)
    await breakFor(alice, { deviceId: second, how: 'dead' })

    await expect(alice.useMicrophone(second)).rejects.toThrow('media.silent')

    const view = await alice.shows({ status: 'established', capture: { status: 'live' } })
    expect([first, 'default']).toContain(view.capture?.device.deviceId)
    await bob.flows({ in: 'sound' })
    expect(await openMicrophones(alice)).toBe(1)
  })

  test('keeps the first one when the other cannot be opened', async () => {
    const [alice, bob] = await call()
    const [, second] = await microphones(alice)
    await breakFor(alice, { deviceId: second, how: 'in use' })

    await expect(alice.useMicrophone(second)).rejects.toThrow('media.busy')

    await bob.flows({ in: 'sound' })
  })
})

onEmulator('a user whose microphone is unplugged', (stage) => {
  const call = () => stage.call({ devices: { deadlines } })

  test('goes on with the next best', async () => {
    const [alice, bob] = await call()

    await alice.page.evaluate(() => window.captures.unplug())

    await alice.shows({ status: 'established', capture: { status: 'live' } })
    await bob.flows({ in: 'sound' })
    const told = (await alice.facts()).map(({ event }) => event.type).filter((type) => type.startsWith('capture.'))
    expect(told).toEqual(['capture.interrupted', 'capture.recovered'])
  })

  test('is told when there is none left, hears the peer, and is heard again once one is plugged in', async () => {
    const [alice, bob] = await call()
    await breakFor(alice, { how: 'missing' })

    await alice.page.evaluate(() => window.captures.unplug())
    await alice.shows({ status: 'established', capture: { status: 'lost', cause: { code: 'media.no-device' } } })
    await alice.flows({ in: 'sound' })
    await bob.flows({ in: 'silence' })

    await alice.page.evaluate(() => window.dispatchEvent(new Event('plugged in')))
    await alice.shows({ capture: { status: 'live' } })
    await bob.flows({ in: 'sound' })
  })

  test('can still hold, resume and hang up', async () => {
    const [alice, bob] = await call()
    await breakFor(alice, { how: 'missing' })
    await alice.page.evaluate(() => window.captures.unplug())
    await alice.shows({ capture: { status: 'lost' } })

    await alice.hold()
    await alice.resume()
    await alice.hangup()

    await bob.shows({ status: 'ended' })
  })
})

onEmulator('a user with several loudspeakers', (stage) => {
  test('moves the sound to another one', async () => {
    const alice = await stage.phone('alice', { devices: {} })
    await alice.connect()

    const wanted = await alice.page.evaluate(async () => {
      const { devices } = window.phone
      if (devices === null) throw new Error('no devices')
      await devices.refresh()
      const [, other] = devices.devices$.value.filter(({ kind }) => kind === 'audiooutput')
      const elements = [new Audio(), new Audio()] as const
      devices.playThrough(elements[0])
      await devices.selectSpeaker(other?.deviceId ?? '')
      devices.playThrough(elements[1])
      for (const element of elements) document.body.append(Object.assign(element, { className: 'speaker' }))
      return { can: devices.canSelectSpeaker, sink: other?.deviceId }
    })

    expect(wanted).toEqual({ can: true, sink: expect.stringMatching(/./) as unknown })
    const sinks = () =>
      alice.page.evaluate(() => {
        const elements = [...document.querySelectorAll('audio.speaker')]
        return elements.map((element): unknown => Reflect.get(element, 'sinkId'))
      })
    await expect.poll(sinks).toEqual([wanted.sink, wanted.sink])
  })
})

/** The ids of what there is to choose from, without the browser's own names for one of them. */
async function microphones(phone: Phone): Promise<[string, string]> {
  const ids = await phone.page.until(() => {
    const all = window.phone.devices?.devices$.value ?? []
    const real = all.filter(
      ({ kind, deviceId, label }) => kind === 'audioinput' && deviceId !== 'default' && label !== ''
    )
    return real.length >= 2 ? real.map(({ deviceId }) => deviceId) : null
  })
  return ids as [string, string]
}

function openMicrophones(phone: Phone): Promise<number> {
  return phone.page.evaluate(() => window.captures.live)
}

interface Fault {
  readonly deviceId?: string
  readonly how: 'dead' | 'in use' | 'missing'
}

/** Until one is plugged in, or the test is finished: the next one may be on the same page. */
async function breakFor({ page }: Phone, fault: Fault): Promise<void> {
  await page.evaluate(breakMicrophone, fault)
  onTestFinished(() => page.evaluate(() => void window.dispatchEvent(new Event('plugged in'))))
}

/** Runs on the page: from now on this microphone delivers nothing or is in use, or all are missing. */
function breakMicrophone({ deviceId, how }: Fault) {
  const { mediaDevices } = navigator
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices)
  const enumerateDevices = mediaDevices.enumerateDevices.bind(mediaDevices)
  if (how === 'missing')
    mediaDevices.enumerateDevices = async () => (await enumerateDevices()).filter(({ kind }) => kind !== 'audioinput')
  const isMeant = ({ audio }: MediaStreamConstraints) =>
    deviceId === undefined || JSON.stringify(audio ?? '').includes(deviceId)
  mediaDevices.getUserMedia = async (constraints = {}) => {
    if (!isMeant(constraints)) return getUserMedia(constraints)
    if (how === 'in use') throw new DOMException('Could not start audio source', 'NotReadableError')
    if (how === 'missing') throw new DOMException('Requested device not found', 'NotFoundError')
    // a track nobody ever writes to
    const Generator = Reflect.get(window, 'MediaStreamTrackGenerator') as new (init: object) => MediaStreamTrack
    return new MediaStream([new Generator({ kind: 'audio' })])
  }
  window.addEventListener(
    'plugged in',
    () => {
      Object.assign(mediaDevices, { getUserMedia, enumerateDevices })
      mediaDevices.dispatchEvent(new Event('devicechange'))
    },
    { once: true }
  )
}
