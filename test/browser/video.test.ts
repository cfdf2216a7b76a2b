/** Sound becomes video and sound again between two real browsers: frames that are really decoded are counted. */
import { expect, test } from 'vitest'
import { atTheSameInstant } from '../support/browser.ts'
import type { Phone } from '../support/browser/phones.ts'
import { onKamailio } from '../support/browser/stage.ts'
import type { Stage } from '../support/browser/stage.ts'

const accepting = { policy: { video: { onWish: 'accept' } } } as const
const withVideo = { audio: true, video: true } as const

const both = (phones: readonly Phone[], act: (phone: Phone) => Promise<unknown>) => Promise.all(phones.map(act))
const seeEachOther = (phones: readonly Phone[]) =>
  both(phones, (phone) => phone.flows({ in: 'sound', video: 'frames' }))
const seeNothing = (phones: readonly Phone[]) =>
  both(phones, (phone) => phone.flows({ in: 'sound', video: 'nothing', videoOut: 'nothing' }))
const cameras = ({ page }: Phone) => page.evaluate(() => window.captures.cameras)

async function videoCall(stage: Stage): Promise<[Phone, Phone]> {
  const [alice, bob] = await stage.pair()
  await alice.dial(bob, withVideo)
  await bob.shows({ status: 'ringing', video: { wish: 'on' } })
  await bob.answer(withVideo)
  await both([alice, bob], (phone) => phone.shows({ path: 'connected', video: { local: 'on', remote: 'on' } }))
  return [alice, bob]
}

onKamailio('video', {}, (stage) => {
  test('flows both ways in a call that is placed and answered with it', async () => {
    const phones = await videoCall(stage)

    await seeEachOther(phones)
  })

  test('of a caller is not taken by who answers with sound alone, and the camera is closed', async () => {
    const [alice, bob] = await stage.pair()
    await alice.dial(bob, withVideo)
    await bob.shows({ status: 'ringing', video: { wish: 'on' } })
    await bob.answer()

    await both([alice, bob], (phone) => phone.shows({ path: 'connected', video: { local: 'off', remote: 'off' } }))
    await seeNothing([alice, bob])
    expect(await cameras(alice)).toBe(0)
  })

  test('follows at once when a call of sound is answered with it', async () => {
    const [alice, bob] = await stage.pair(accepting)
    await alice.dial(bob)
    await bob.shows({ status: 'ringing', video: { wish: null } })
    await bob.answer(withVideo)

    await both([alice, bob], (phone) => phone.shows({ video: { local: 'on', remote: 'on' } }))
    await seeEachOther([alice, bob])
  })

  test.each(['caller', 'callee'] as const)('comes and goes in a call of sound, when the %s wants it', async (side) => {
    const [alice, bob] = await stage.call(accepting)
    const [one, other] = side === 'caller' ? [alice, bob] : [bob, alice]

    for (let round = 0; round < 2; round++) {
      await one.enableVideo()
      await both([one, other], (phone) => phone.shows({ video: { local: 'on', remote: 'on' } }))
      await seeEachOther([one, other])

      await one.disableVideo()
      await both([one, other], (phone) =>
        phone.shows({ video: { local: 'off', remote: 'off' }, negotiation: 'stable' })
      )
      await seeNothing([one, other])
      expect(await Promise.all([cameras(one), cameras(other)])).toEqual([0, 0])
    }
  })

  test('goes when the one who was asked for it ends it', async () => {
    const [alice, bob] = await stage.call(accepting)
    await alice.enableVideo()
    await both([alice, bob], (phone) => phone.shows({ video: { local: 'on', remote: 'on' } }))

    await bob.disableVideo()

    await both([alice, bob], (phone) => phone.shows({ video: { local: 'off', remote: 'off' } }))
    await seeNothing([alice, bob])
    expect(await Promise.all([cameras(alice), cameras(bob)])).toEqual([0, 0])
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
    expect(await cameras(bob)).toBe(0)

    await bob.enableVideo()
    await seeEachOther([alice, bob])

    await bob.enableVideo('receive')
    await bob.shows({ video: { local: 'receiving', remote: 'on' } })
    await alice.shows({ video: { local: 'on', remote: 'off' } })
    await Promise.all([alice.flows({ video: 'nothing' }), bob.flows({ video: 'frames', videoOut: 'nothing' })])
    expect(await cameras(bob)).toBe(0)
  })

  test('waits for the consent of a person there, and comes with it', async () => {
    const [alice, bob] = await stage.call()
    const enabled = alice.enableVideo()
    await bob.shows({ video: { wish: 'on', local: 'off' } })
    await alice.shows({ video: { local: 'asking' } })
    await seeNothing([alice, bob])

    await bob.enableVideo()
    await enabled

    await both([alice, bob], (phone) => phone.shows({ video: { local: 'on', remote: 'on', wish: null } }))
    await seeEachOther([alice, bob])
  })

  test('that a person there does not want is refused to who asked, and the call goes on', async () => {
    const [alice, bob] = await stage.call()
    const enabled = alice.enableVideo()
    enabled.catch(() => {})
    await bob.shows({ video: { wish: 'on' } })

    await bob.refuseVideo()

    await expect(enabled).rejects.toThrow('negotiation.rejected')
    await both([alice, bob], (phone) => phone.shows({ video: { local: 'off', wish: null }, negotiation: 'stable' }))
    await seeNothing([alice, bob])
    expect(await cameras(alice)).toBe(0)

    const again = alice.enableVideo()
    await bob.shows({ video: { wish: 'on' } })
    await bob.enableVideo('receive')
    await again
    await bob.flows({ video: 'frames' })
  })

  test('is refused unasked where that is the policy, each time it is asked for', async () => {
    const [alice, bob] = await stage.call({ policy: { video: { onWish: 'refuse' } } })

    for (let round = 0; round < 2; round++) {
      await expect(alice.enableVideo()).rejects.toThrow('negotiation.rejected')
      await both([alice, bob], (phone) => phone.shows({ video: { local: 'off', wish: null }, negotiation: 'stable' }))
    }
    await seeNothing([alice, bob])

    const other = bob.enableVideo()
    await expect(other).rejects.toThrow('negotiation.rejected')
    await alice.hold()
    await alice.resume()
    await seeNothing([alice, bob])
  })

  test('that nobody there says anything about ends as refused', async () => {
    const [alice, bob] = await stage.call({ policy: { deadlines: { wishDeadline: 500 } } })

    await expect(alice.enableVideo()).rejects.toThrow('negotiation.rejected')

    await both([alice, bob], (phone) => phone.shows({ video: { local: 'off', wish: null }, negotiation: 'stable' }))
    await seeNothing([alice, bob])
  })

  test('is at rest while the call is held, and comes back', async () => {
    const [alice, bob] = await videoCall(stage)

    await alice.hold()
    await bob.shows({ hold: { remote: 'held' } })
    await alice.flows({ in: 'nothing', video: 'nothing', videoOut: 'nothing' })
    await bob.flows({ out: 'nothing', video: 'nothing', videoOut: 'nothing' })

    await bob.hold()
    await alice.shows({ hold: { local: 'held', remote: 'held' } })
    await both([alice, bob], (phone) => phone.flows({ in: 'nothing', video: 'nothing', videoOut: 'nothing' }))

    await alice.resume()
    await bob.resume()
    await both([alice, bob], (phone) =>
      phone.shows({ hold: { local: 'active', remote: 'active' }, video: { local: 'on', remote: 'on' } })
    )
    await seeEachOther([alice, bob])
  })

  test('is black while the camera is muted', async () => {
    const [alice, bob] = await videoCall(stage)
    await seeEachOther([alice, bob])

    await alice.muteCamera()
    await blackness(bob, true)

    await alice.hold()
    await alice.resume()
    await alice.shows({ camera: 'muted', video: { local: 'on' } })
    await blackness(bob, true)

    await alice.unmuteCamera()
    await blackness(bob, false)
  })

  test('is of the screen and of the camera again without a word to the peer', async () => {
    const [alice, bob] = await videoCall(stage)
    const offers = () => alice.trace.filter(({ text }) => text.startsWith('INVITE')).length
    const before = offers()

    await alice.enableVideo('screen')
    await bob.flows({ video: 'frames' })
    expect(await sourceOf(alice)).toBe('screen')

    // the browser's own button
    await alice.page.evaluate(() => {
      const track = window.phone.call.localStream$.value?.getVideoTracks()[0]
      track?.stop()
      track?.dispatchEvent(new Event('ended'))
    })
    await alice.shows({ video: { local: 'on' } })
    await alice.page.until(() => window.captures.cameras === 1)
    await bob.flows({ video: 'frames' })
    expect(await sourceOf(alice)).toBe('camera')
    expect(offers()).toBe(before)
  })

  test('converges when both want it at the same instant', async () => {
    for (let round = 0; round < 6; round++) {
      const [alice, bob] = await stage.call()

      await atTheSameInstant([alice.page, bob.page], () => window.phone.run('enableVideo', []))

      await both([alice, bob], (phone) =>
        phone.shows({ video: { local: 'on', remote: 'on', wish: null }, negotiation: 'stable' })
      )
      await seeEachOther([alice, bob])
      await alice.hangup()
    }
  })

  test('is refused for want of a camera without harm to the call', async () => {
    const withoutCamera = () => {
      const devices = navigator.mediaDevices
      const original = devices.getUserMedia.bind(devices)
      devices.getUserMedia = (constraints) =>
        constraints?.video ? Promise.reject(new DOMException('None', 'NotFoundError')) : original(constraints)
    }
    const [alice, bob] = await stage.call({ ...accepting, before: withoutCamera })

    await expect(alice.enableVideo()).rejects.toThrow('media.no-device')

    await alice.shows({ status: 'established', video: { local: 'off' } })
    await seeNothing([alice, bob])
  })
})

/** Whether what is seen of the peer is (nearly) black. */
async function blackness({ page }: Phone, isBlack: boolean): Promise<void> {
  await page.until(async (wanted) => {
    const track = window.phone.call.remoteStream$.value?.getVideoTracks()[0]
    if (track === undefined) return false
    const video = document.createElement('video')
    video.muted = true
    video.srcObject = new MediaStream([track])
    await video.play()
    await new Promise((resolve) => setTimeout(resolve, 300))
    const canvas = new OffscreenCanvas(32, 24)
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
    context.drawImage(video, 0, 0, 32, 24)
    video.srcObject = null
    const pixels = context.getImageData(0, 0, 32, 24).data
    const brightest = pixels.reduce((most, value, index) => (index % 4 === 3 ? most : Math.max(most, value)), 0)
    return brightest < 24 === wanted
  }, isBlack)
}

function sourceOf({ page }: Phone): Promise<'screen' | 'camera'> {
  return page.evaluate(() => {
    const settings = window.phone.call.localStream$.value?.getVideoTracks()[0]?.getSettings() ?? {}
    return 'displaySurface' in settings ? 'screen' : 'camera'
  })
}
