/** Video over Infobip's gateway, between two real browsers: frames that are really decoded are counted. */
import { expect, test } from 'vitest'
import type { IncomingCall, InfobipRTC, OutgoingCall } from '../../adapters/infobip/index.ts'
import type { Phone } from '../support/browser/phones.ts'
import { onInfobip } from '../support/browser/stage.ts'

/** A program that was written for Infobip's own SDK. */
interface Program {
  readonly rtc: InfobipRTC
  call: OutgoingCall | IncomingCall | null
  readonly told: string[]
}

declare global {
  interface Window {
    program: Program
  }
}

onInfobip('video', { resumes: false }, (stage) => {
  const accepting = { policy: { video: { onWish: 'accept' } } } as const
  const withVideo = { audio: true, video: true } as const
  const cameras = (phones: readonly Phone[]) =>
    Promise.all(phones.map(({ page }) => page.evaluate(() => window.captures.cameras)))
  const seeEachOther = (phones: readonly Phone[]) =>
    Promise.all(phones.map((phone) => phone.flows({ in: 'sound', video: 'frames' })))
  const seeNothing = (phones: readonly Phone[]) =>
    Promise.all(phones.map((phone) => phone.flows({ in: 'sound', video: 'nothing', videoOut: 'nothing' })))
  const show = (phones: readonly Phone[], video: 'on' | 'off') =>
    Promise.all(phones.map((phone) => phone.shows({ video: { local: video, remote: video }, negotiation: 'stable' })))

  test('flows both ways in a call that is placed and answered with it', async () => {
    const [alice, bob] = await stage.pair()
    await alice.dial(bob, withVideo)
    await alice.page.sees('sent', '{"action":"video_call"')
    await bob.shows({ status: 'ringing', video: { wish: 'on' } })
    await bob.answer(withVideo)

    await show([alice, bob], 'on')
    await seeEachOther([alice, bob])
  })

  test('is not taken by who answers with sound alone, and can be agreed on later', async () => {
    const [alice, bob] = await stage.pair()
    await alice.dial(bob, withVideo)
    await bob.shows({ status: 'ringing', video: { wish: 'on' } })
    await bob.answer()
    await show([alice, bob], 'off')
    await seeNothing([alice, bob])
    expect(await cameras([alice, bob])).toEqual([0, 0])

    const enabled = bob.enableVideo()
    await alice.shows({ video: { wish: 'on' } })
    await alice.enableVideo()
    await enabled

    await show([alice, bob], 'on')
    await seeEachOther([alice, bob])
  })

  test.each(['caller', 'callee'] as const)('comes and goes in a call of sound, when the %s wants it', async (side) => {
    const [alice, bob] = await stage.call(accepting)
    const [one, other] = side === 'caller' ? [alice, bob] : [bob, alice]

    for (let round = 0; round < 2; round++) {
      await one.enableVideo()
      await show([one, other], 'on')
      await seeEachOther([one, other])

      await one.disableVideo()
      await show([one, other], 'off')
      await seeNothing([one, other])
      expect(await cameras([one, other])).toEqual([0, 0])
    }
  })

  test('can be looked at without being seen', async () => {
    const [alice, bob] = await stage.call({ policy: { video: { onWish: 'receive' } } })

    await alice.enableVideo()

    await alice.shows({ video: { local: 'on', remote: 'off' } })
    await bob.shows({ video: { local: 'receiving', remote: 'on' } })
    await Promise.all([
      alice.flows({ in: 'sound', video: 'nothing', videoOut: 'packets' }),
      bob.flows({ in: 'sound', video: 'frames', videoOut: 'nothing' })
    ])
    expect(await cameras([alice, bob])).toEqual([1, 0])
  })

  test('that a person there does not want is refused to who asked, and can be asked for again', async () => {
    const [alice, bob] = await stage.call()
    const enabled = alice.enableVideo()
    enabled.catch(() => {})
    await bob.shows({ video: { wish: 'on' } })
    await alice.shows({ video: { local: 'asking' } })

    await bob.refuseVideo()

    await expect(enabled).rejects.toThrow('negotiation.rejected')
    await show([alice, bob], 'off')
    await seeNothing([alice, bob])
    const again = alice.enableVideo()
    await bob.shows({ video: { wish: 'on' } })
    await bob.enableVideo()
    await again
    await seeEachOther([alice, bob])
  })

  test('that both want at once comes all the same', async () => {
    const [alice, bob] = await stage.call(accepting)

    await Promise.all([alice.enableVideo(), bob.enableVideo()])

    await show([alice, bob], 'on')
    await seeEachOther([alice, bob])
  })
})

onInfobip('programs written for Infobip’s own SDK', { resumes: false }, (stage) => {
  test('see each other, show a screen, and hear of what changes', async () => {
    const [alice, bob] = await Promise.all([program('alice'), program('bob')])
    await alice.page.evaluate((bobs) => {
      const { program } = window
      const call = program.rtc.call(bobs, { video: true })
      program.call = call
      for (const name of ['established', 'updated', 'hangup', 'error'] as const)
        call.on(name, () => void program.told.push(name))
    }, bob.user)
    const has = ({ page }: Phone, ours: boolean, theirs: boolean, screen = false) =>
      page.until(
        ([local, remote, shared]) => {
          const { call } = window.program
          return call?.hasLocalVideo() === local && call.hasRemoteVideo() === remote && call.hasScreenShare() === shared
        },
        [ours, theirs, screen] as const
      )
    await Promise.all([has(alice, true, true), has(bob, true, true)])
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', video: 'frames' })))

    const chosen = await alice.page.evaluate(async () => {
      const { call } = window.program
      const devices = await navigator.mediaDevices.enumerateDevices()
      const last = (kind: MediaDeviceKind) => devices.findLast((device) => device.kind === kind)?.deviceId ?? ''
      await call?.setAudioInputDevice(last('audioinput'))
      await call?.setVideoInputDevice(last('videoinput'))
      return last('audioinput')
    })
    expect(await alice.page.evaluate(() => window.captures.microphones)).toEqual([chosen])
    await bob.flows({ in: 'sound', video: 'frames' })

    await alice.page.evaluate(() => window.program.call?.screenShare(true))
    await has(alice, true, true, true)
    await bob.flows({ video: 'frames' })
    await alice.page.evaluate(() => window.program.call?.screenShare(false))
    await has(alice, true, true, false)
    await alice.page.evaluate(() => window.program.call?.localVideo(false))
    await Promise.all([has(alice, false, true), has(bob, true, false)])
    await bob.flows({ in: 'sound', video: 'nothing', videoOut: 'packets' })
    await bob.page.evaluate(() => window.program.call?.localVideo(false))
    await Promise.all([has(alice, false, false), has(bob, false, false)])

    await alice.page.evaluate(() => window.program.call?.hangup())
    await alice.page.until(() => window.program.told.includes('hangup'))
    const told = await alice.page.evaluate(() => window.program.told)
    expect([told[0], told.at(-1), told.includes('error')]).toEqual(['established', 'hangup', false])
    expect(told.filter((name) => name === 'updated').length).toBeGreaterThanOrEqual(4)
    for (const { page } of [alice, bob]) await page.evaluate(() => window.program.rtc.dispose())
  })

  async function program(name: string): Promise<Phone> {
    const phone = await stage.phone(name)
    const { token, url } = stage.server.emulator.credentials(phone.user)
    await phone.page.evaluate(
      async ([given, options]) => {
        const rtc = new window.callchart.InfobipRTC(given, options)
        window.program = { rtc, call: null, told: [] }
        rtc.on('incoming-call', (call) => {
          window.program.call = call
          call.accept()
        })
        await rtc.connect()
      },
      [token, { url }] as const
    )
    return phone
  }
})
