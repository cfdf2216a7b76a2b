/** A suite that is run through every server there is: each time with a browser, and phones that talk through it. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll } from 'vitest'
import { sharedBrowser } from '../browser.ts'
import type { KamailioOptions } from '../kamailio.ts'
import { describeWith } from '../needing.ts'
import type { Phone, PhoneOptions } from './phones.ts'
import { createPhoneShop } from './phones.ts'
import type { AzstackServer, EmulatorServer, InfobipServer, KamailioServer, PhoneServer, SipServer } from './server.ts'
import { serverOnAzstack, serverOnEmulator, serverOnInfobip, serverOnKamailio, serverWithPhones } from './server.ts'

export interface Stage<Server extends SipServer = SipServer> {
  readonly server: Server
  readonly browser: Browser
  /** Phones of these names, not connected. */
  phones(names: readonly string[], options?: PhoneOptions): Promise<Phone[]>
  phone(name: string, options?: PhoneOptions): Promise<Phone>
  /** alice and bob, connected. */
  pair(options?: PhoneOptions): Promise<[Phone, Phone]>
  /** alice has called bob: both connected, media flows. */
  call(options?: PhoneOptions): Promise<[Phone, Phone]>
}

export function onEachServer(name: string, body: (stage: Stage) => void): void {
  onKamailio(name, {}, body)
  onEmulator(name, body)
}

export function onKamailio(name: string, options: KamailioOptions, body: (stage: Stage<KamailioServer>) => void): void {
  describeWith(['chromium', 'kamailio'], `${name}, through Kamailio`, () =>
    body(createStage(() => serverOnKamailio(options)))
  )
}

export function onEmulator(name: string, body: (stage: Stage<EmulatorServer>) => void): void {
  describeWith(['chromium'], `${name}, through the embedded server`, () => body(createStage(serverOnEmulator)))
}

export function onAzstack(name: string, body: (stage: Stage<AzstackServer>) => void): void {
  describeWith(['chromium'], `${name}, through AZStack's emulator`, () => body(createStage(serverOnAzstack)))
}

export function onInfobip(
  name: string,
  options: { readonly resumes: boolean },
  body: (stage: Stage<InfobipServer>) => void
): void {
  describeWith(['chromium'], `${name}, through Infobip's emulator`, () =>
    body(createStage(() => serverOnInfobip(options)))
  )
}

export function withPhones(name: string, body: (stage: Stage<PhoneServer>) => void): void {
  describeWith(['chromium', 'kamailio', 'rtpengine', 'sipp', 'baresip'], name, () =>
    body(createStage(serverWithPhones))
  )
}

function createStage<Server extends SipServer>(start: () => Promise<Server>): Stage<Server> {
  let server: Server
  let browser: Browser
  beforeAll(async () => {
    ;[server, browser] = await Promise.all([start(), sharedBrowser()])
  })
  afterAll(async () => {
    await server.stop()
  })
  const shop = createPhoneShop(
    () => browser,
    () => server
  )

  const phones = (names: readonly string[], options?: PhoneOptions) =>
    Promise.all(names.map((name) => shop.open(name, options)))
  const pair = async (options?: PhoneOptions): Promise<[Phone, Phone]> => {
    const two = (await phones(['alice', 'bob'], options)) as [Phone, Phone]
    await Promise.all(two.map((phone) => phone.connect()))
    return two
  }
  return {
    get server() {
      return server
    },
    get browser() {
      return browser
    },
    phones,
    phone: (name, options) => shop.open(name, options),
    pair,
    async call(options) {
      const [alice, bob] = await pair(options)
      await alice.dial(bob)
      await bob.shows({ status: 'ringing' })
      await bob.answer()
      await Promise.all([alice, bob].map((phone) => phone.shows({ status: 'established', path: 'connected' })))
      return [alice, bob]
    }
  }
}
