/** A browser that leaves one network for another in the middle of a call: its address is gone, and it has a new one. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import type { Phone } from '../support/browser/phones.ts'
import { createPhoneShop } from '../support/browser/phones.ts'
import type { SipServer } from '../support/browser/server.ts'
import { serverOnKamailio } from '../support/browser/server.ts'
import type { CutProxy } from '../support/cut-proxy.ts'
import { startCutProxy } from '../support/cut-proxy.ts'
import { describeWith } from '../support/needing.ts'
import type { Networks } from '../support/networks.ts'
import { createNetworks } from '../support/networks.ts'

describeWith(['chromium', 'kamailio', 'networks'], 'a browser that changes networks', () => {
  let networks: Networks
  let server: SipServer
  let pages: CutProxy
  let moving: Browser
  let staying: Browser
  beforeAll(async () => {
    networks = await createNetworks()
    ;[server, pages] = await Promise.all([
      serverOnKamailio({}, networks.host),
      startCutProxy(inject('pageUrl'), networks.host)
    ])
    const flags = [`--unsafely-treat-insecure-origin-as-secure=${pages.url}`]
    ;[staying, moving] = await Promise.all([openBrowser(), openBrowser({ executable: networks.chromium, flags })])
  })
  afterAll(async () => {
    await Promise.all([moving.close(), staying.close()])
    await Promise.all([pages.stop(), server.stop()])
    await networks.stop()
  })
  const shop = createPhoneShop(
    () => staying,
    () => server
  )

  test('talks on at its new address', async () => {
    const alice = await shop.open('alice', { browser: moving, origin: pages.url })
    const bob = await shop.open('bob')
    await Promise.all([alice.connect(), bob.connect()])
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })
    await bob.answer()
    await bothHear([alice, bob])
    expect((await alice.page.flow()).path).toContain('10.231.1.2')

    await networks.move()
    await alice.page.until(() => window.phone.history('signalling').includes('reattaching'))
    for (const phone of [alice, bob])
      await phone.shows({ status: 'established', signalling: 'attached', path: 'connected' })
    await bothHear([alice, bob])
    expect((await alice.page.flow()).path).toContain('10.231.2.2')

    await bob.hangup()
    for (const phone of [alice, bob]) await phone.shows({ status: 'ended', end: { reason: 'hangup' } })
  })
})

async function bothHear(phones: readonly Phone[]): Promise<void> {
  await Promise.all(phones.map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
}
