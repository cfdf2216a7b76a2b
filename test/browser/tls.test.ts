/** Certificates, judged by a real browser: nothing is ignored here, and one authority more than usual is trusted. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Authority } from '../support/authority.ts'
import { createAuthority } from '../support/authority.ts'
import { judging, openBrowser } from '../support/browser.ts'
import type { Phone } from '../support/browser/phones.ts'
import { createPhoneShop } from '../support/browser/phones.ts'
import type { SipServer } from '../support/browser/server.ts'
import { serverOnKamailio } from '../support/browser/server.ts'
import { describeWith } from '../support/needing.ts'

describeWith(['chromium', 'kamailio', 'certutil'], 'a server with a certificate', () => {
  let authority: Authority
  let server: SipServer
  let browser: Browser
  beforeAll(async () => {
    authority = await createAuthority()
    server = await serverOnKamailio({ tls: authority.server })
    browser = await openBrowser({ ...judging, home: authority.home })
  })
  afterAll(async () => {
    await browser.close()
    await server.stop()
    await authority.remove()
  })
  const shop = createPhoneShop(
    () => browser,
    () => server
  )
  const open = (name: string) => shop.open(name, { judges: true })

  test('of an authority the browser trusts carries a call, and again after a loss', async () => {
    const alice = await open('alice')
    const bob = await open('bob')
    await Promise.all([alice.connect(), bob.connect()])
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })
    await bob.answer()
    await bothHear([alice, bob])

    server.drop(alice.user)
    await alice.page.until(() => window.phone.history('signalling').includes('reattaching'))
    await alice.shows({ status: 'established', signalling: 'attached', path: 'connected' })
    await bothHear([alice, bob])

    await alice.hangup()
    await bob.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
    expect(await urlsOf(alice)).toEqual(['wss:'])
  })

  test('of an authority the browser does not know is no server for it, and is tried no more often than policy says', async () => {
    const stranger = await openBrowser(judging)
    onTestFinished(() => stranger.close())
    const carol = await shop.open('carol', {
      judges: true,
      browser: stranger,
      policy: { backoff: { initialDelay: 50, maxDelay: 50, jitter: 'none', maxAttempts: 3 } }
    })

    const error = await carol.page.evaluate(() =>
      window.phone.engine.connect().then(
        () => null,
        (reason: unknown) => {
          const { code, cause } = reason as InstanceType<typeof window.callchart.CallError>
          const { code: why, message } = cause as InstanceType<typeof window.callchart.CallError>
          return { code, why, message }
        }
      )
    )

    expect(error).toEqual({
      code: 'connection.exhausted',
      why: 'connection.unreachable',
      message: expect.stringContaining('not trusted (TLS)') as string
    })
    expect(carol.page.sockets).toBe(3)
    expect(carol.trace).toEqual([])
    expect(carol.page.errors.join()).toContain('ERR_CERT_AUTHORITY_INVALID')
  })
})

async function bothHear(phones: readonly Phone[]): Promise<void> {
  await Promise.all(phones.map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
}

/** How what this phone and its server have said to each other was carried. */
async function urlsOf(phone: Phone): Promise<readonly string[]> {
  const vias = phone.trace.flatMap(({ text }) => /^Via: SIP\/2\.0\/(\w+)/m.exec(text)?.[1] ?? [])
  return [...new Set(vias.map((via) => `${via.toLowerCase()}:`))]
}
