/** Microphones that are refused, missing or late, in a real browser. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import type { Phone } from '../support/browser/phones.ts'
import { onEmulator } from '../support/browser/stage.ts'

onEmulator('a user without a microphone', (stage) => {
  /** Asks nobody, so whoever has no permission is refused. */
  let asking: Browser
  let deaf: Browser
  beforeAll(async () => {
    asking = await openBrowser({ without: ['--use-fake-ui-for-media-stream'] })
    deaf = await openBrowser({ without: ['--use-fake-device-for-media-stream'] })
  })
  afterAll(async () => {
    await asking.close()
    await deaf.close()
  })

  test('is told that it was refused, and nobody is called', async () => {
    const alice = await stage.phone('alice', { browser: asking, permissions: [] })
    await expectNoCall(alice, 'media.denied')
  })

  test('is told that there is none, and nobody is called', async () => {
    const alice = await stage.phone('alice', { browser: deaf })
    await expectNoCall(alice, 'media.no-device')
  })

  test('can still listen', async () => {
    const [alice, bob] = await Promise.all([stage.phone('alice', { browser: deaf }), stage.phone('bob')])
    await Promise.all([alice.connect(), bob.connect()])

    await alice.dial(bob, { audio: false })
    await bob.shows({ status: 'ringing' })
    await bob.answer()

    await Promise.all([alice, bob].map((phone) => phone.shows({ status: 'established', path: 'connected' })))
    await Promise.all([alice.flows({ in: 'sound', out: 'nothing' }), bob.flows({ in: 'nothing', out: 'packets' })])
  })

  test('who is called rings on, and can answer once it is allowed', async () => {
    const [alice, bob] = await Promise.all([stage.phone('alice'), stage.phone('bob', { before: refuseOnce })])
    await Promise.all([alice.connect(), bob.connect()])
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })

    await expect(bob.answer()).rejects.toThrow('media.denied')
    await bob.shows({ status: 'ringing' })
    await alice.shows({ status: 'ringing' })

    await bob.answer()
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
  })

  test('who gives up while the browser asks leaves no microphone open', async () => {
    const alice = await stage.phone('alice', { before: grantWhenToldTo })
    await alice.connect()
    await alice.dial(stage.server.uri('nobody'))
    await alice.shows({ status: 'acquiring' })

    await alice.hangup()
    await alice.shows({ status: 'ended', end: { by: 'local', reason: 'cancelled' } })
    await alice.page.evaluate(() => window.dispatchEvent(new Event('granted')))

    await alice.page.until(() => document.title === 'granted' && window.captures.live === 0)
    expect(alice.trace.filter(({ text }) => text.startsWith('INVITE '))).toEqual([])
  })
})

async function expectNoCall(alice: Phone, code: string): Promise<void> {
  await alice.connect()

  await alice.dial('sip:nobody@example.test')

  await expect(alice.established()).rejects.toThrow(code)
  await alice.shows({ status: 'ended', end: { by: 'system', reason: 'media', provider: { code } } })
  expect(alice.trace.filter(({ text }) => text.startsWith('INVITE '))).toEqual([])
  expect(await alice.page.evaluate(() => [window.captures.live, window.media.connections.length])).toEqual([0, 0])
}

function refuseOnce(): void {
  const { mediaDevices } = navigator
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices)
  let isFirst = true
  mediaDevices.getUserMedia = async (constraints) => {
    const isRefused = isFirst
    isFirst = false
    if (isRefused) throw new DOMException('Permission denied', 'NotAllowedError')
    return getUserMedia(constraints)
  }
}

function grantWhenToldTo(): void {
  const { mediaDevices } = navigator
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (constraints) => {
    await new Promise((resolve) => window.addEventListener('granted', resolve, { once: true }))
    const stream = await getUserMedia(constraints)
    document.title = 'granted'
    return stream
  }
}
