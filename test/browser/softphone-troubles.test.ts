/** What the phones of `npm start` say when a call goes badly. */
import { expect, test } from 'vitest'
import { heard, useSoftPhones } from '../support/browser/softphone-page.ts'
import { describeWith } from '../support/needing.ts'

declare global {
  interface Window {
    connections: RTCPeerConnection[]
    /** In the order in which they were opened. */
    microphones: MediaStreamTrack[]
    plug: { isOut: boolean }
  }
}

/** Keeps hold of what the page opens, so that a test can break it. */
function withinReach() {
  window.connections = []
  window.microphones = []
  window.plug = { isOut: false }
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options: ConstructorParameters<typeof RTCPeerConnection>) {
      super(...options)
      window.connections.push(this)
    }
  }
  const devices = navigator.mediaDevices
  const [list, open] = [devices.enumerateDevices.bind(devices), devices.getUserMedia.bind(devices)]
  devices.enumerateDevices = async () =>
    (await list()).filter(({ kind }) => !window.plug.isOut || kind !== 'audioinput')
  devices.getUserMedia = async (constraints) => {
    if (window.plug.isOut) {
      // as long as a browser may take to look
      await new Promise((resolve) => setTimeout(resolve, 500))
      throw new DOMException('There is no microphone', 'NotFoundError')
    }
    const stream = await open(constraints)
    window.microphones.push(...stream.getAudioTracks())
    return stream
  }
  // nor is there the tone that the demo has for a microphone
  MediaStreamTrack.prototype.clone = () => {
    throw new DOMException('There is no microphone', 'NotFoundError')
  }
}

describeWith(['chromium'], 'softphones in trouble', () => {
  const phones = useSoftPhones(withinReach)

  test('warn of a bad line while it is bad, and on both sides of it', async () => {
    const { page, alice, bob, talk } = phones()
    await talk(alice, bob)
    await heard(bob)
    const warning = (phone: typeof alice) => phone.card.getByText('A bad line: no sound comes through')

    // what Alice says gets lost before it is sent
    await page.evaluate(async () => {
      const [sender] = window.connections[0]?.getSenders() ?? []
      await sender?.replaceTrack(null)
    })

    await Promise.all([alice, bob].map((phone) => warning(phone).waitFor()))
    await alice.shows('quality.degraded')
    await page.evaluate(async () => {
      const [sender] = window.connections[0]?.getSenders() ?? []
      await sender?.replaceTrack(window.microphones[0] ?? null)
    })
    await Promise.all([alice, bob].map((phone) => warning(phone).waitFor({ state: 'detached' })))
    await heard(bob)
  })

  test('say that nobody hears them without a microphone, until there is one', async () => {
    const { page, alice, bob, talk } = phones()
    await talk(alice, bob)
    await heard(bob)

    await page.evaluate(() => {
      window.plug.isOut = true
      const [track] = window.microphones
      track?.stop()
      // a browser tells of it only when it is not the page itself that ended it
      track?.dispatchEvent(new Event('ended'))
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
    })
    await alice.shows('Your microphone is gone, trying others …')
    await alice.shows('There is no microphone: you are not heard')
    await alice.says('In call')
    await expect.poll(() => bob.loudness()).toBe(0)
    expect(await bob.card.getByText(/microphone is gone|no microphone/).count()).toBe(0)

    await page.evaluate(() => {
      window.plug.isOut = false
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
    })
    await alice.card.getByText('There is no microphone: you are not heard').waitFor({ state: 'detached' })
    await heard(bob)
  })
})
