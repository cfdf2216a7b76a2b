/** The bench itself: what the other tests of this folder rely on is so. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UserPage } from '../support/browser.ts'
import { atTheSameInstant, openPage, sharedBrowser } from '../support/browser.ts'
import { startKamailio } from '../support/kamailio.ts'
import { describeWith } from '../support/needing.ts'

declare global {
  interface Window {
    /** The peer connection of a test that makes one by hand. */
    peer: RTCPeerConnection
  }
}

describeWith(['chromium', 'kamailio'], 'a browser with two pages', () => {
  let browser: Browser
  let alice: UserPage
  let bob: UserPage
  beforeAll(async () => {
    browser = await sharedBrowser()
    alice = await openPage(browser, 'alice')
    bob = await openPage(browser, 'bob')
  })
  afterAll(() => Promise.all([alice.close(), bob.close()]))

  test('has callchart on the page', async () => {
    expect(await alice.evaluate(() => Object.keys(window.callchart))).toEqual(
      expect.arrayContaining(['createEngine', 'sipTransport'])
    )
  })

  test('carries sound both ways, and measures silence as silence', async () => {
    await talk(alice, bob)

    const [heardByAlice, heardByBob] = await Promise.all([alice.flow(), bob.flow()])
    expect(heardByAlice).toMatchObject({ connectionState: 'connected', directions: ['audio:sendrecv/sendrecv'] })
    expect(heardByAlice.audioIn).toBeGreaterThan(30)
    expect(heardByAlice.audioOut).toBeGreaterThan(30)
    expect(heardByAlice.energy).toBeGreaterThan(0.02)
    expect(heardByBob.energy).toBeGreaterThan(0.02)

    await bob.evaluate(() => window.peer.getSenders().forEach(({ track }) => track && (track.enabled = false)))
    await alice.flow({ window: 500 })
    expect((await alice.flow()).energy).toBeLessThan(0.001)
  })

  test('does things on all pages at the same instant', async () => {
    const apart: number[] = []
    for (let round = 0; round < 6; round += 1) {
      const moments = await atTheSameInstant([alice, bob], (offset) => Date.now() + offset, 0)
      apart.push(Math.max(...moments) - Math.min(...moments))
    }

    expect(Math.min(...apart)).toBeLessThanOrEqual(2) // on a busy machine a round or two may miss
  })

  test('keeps what goes over the WebSockets of a page', async () => {
    const kamailio = await startKamailio()
    await alice.evaluate((url) => {
      const socket = new WebSocket(url, 'sip')
      socket.addEventListener('open', () =>
        socket.send(
          [
            'OPTIONS sip:example.test SIP/2.0',
            'Via: SIP/2.0/WS somewhere.invalid;branch=z9hG4bK1',
            'Max-Forwards: 70',
            'From: <sip:alice@example.test>;tag=1',
            'To: <sip:example.test>',
            'Call-ID: 1',
            'CSeq: 1 OPTIONS',
            'Content-Length: 0',
            '',
            ''
          ].join('\r\n')
        )
      )
    }, kamailio.url)

    expect((await alice.sees('received', 'SIP/2.0 200')).text).toContain('CSeq: 1 OPTIONS')
    expect(alice.trace.map(({ direction }) => direction)).toEqual(['sent', 'received'])
    await kamailio.stop()
  })

  test('reports what goes wrong on a page', async () => {
    const carol = await openPage(browser, 'carol')

    await carol.evaluate(() => {
      setTimeout(() => JSON.parse('{'))
      void Promise.reject(new RangeError('nobody looked'))
    })

    await expect
      .poll(() => [...carol.errors].sort())
      .toEqual([expect.stringContaining('RangeError'), expect.stringContaining('SyntaxError')])
    await carol.close()
    expect(alice.errors).toEqual([])
  })

  test('knows what a page has left open', async () => {
    const carol = await openPage(browser, 'carol')

    const counts = await carol.evaluate(async () => {
      const left = () => [window.captures.live, window.media.open]
      const connection = new RTCPeerConnection()
      const microphone = await navigator.mediaDevices.getUserMedia({ audio: true })
      const copy = microphone.clone()
      const before = left()
      connection.close()
      for (const track of [...microphone.getTracks(), ...copy.getTracks()]) track.stop()
      return [before, left()]
    })

    expect(counts).toEqual([
      [2, 1],
      [0, 0]
    ])
    await carol.close()
  })

  test('shows pages that have no microphone when a test says so', async () => {
    const dave = await openPage(browser, 'dave', {
      before: () => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
      }
    })

    const outcome = await dave.evaluate(() =>
      navigator.mediaDevices.getUserMedia({ audio: true }).then(
        () => 'heard',
        (error: Error) => error.name
      )
    )

    expect(outcome).toBe('NotAllowedError')
    await dave.close()
  })
})

async function talk(from: UserPage, to: UserPage): Promise<void> {
  for (const user of [from, to]) {
    await user.evaluate(async () => {
      window.peer = new RTCPeerConnection()
      const microphone = await navigator.mediaDevices.getUserMedia({ audio: true })
      microphone.getTracks().forEach((track) => window.peer.addTrack(track, microphone))
    })
  }
  const offer = await describeTo(from, null)
  const answer = await describeTo(to, offer)
  await from.evaluate((sdp) => window.peer.setRemoteDescription({ type: 'answer', sdp }), answer)
  await from.until(() => window.peer.connectionState === 'connected')
}

/** The answer to an offer, or an offer of its own, with all candidates in it. */
function describeTo(user: UserPage, offer: string | null): Promise<string> {
  return user.evaluate(async (sdp) => {
    if (sdp !== null) await window.peer.setRemoteDescription({ type: 'offer', sdp })
    await window.peer.setLocalDescription()
    const { peer } = window
    await new Promise<void>((resolve) => {
      const look = () => peer.iceGatheringState === 'complete' && resolve()
      peer.addEventListener('icegatheringstatechange', look)
      look()
    })
    return peer.localDescription?.sdp ?? ''
  }, offer)
}
