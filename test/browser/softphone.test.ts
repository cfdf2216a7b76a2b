/** The demo of `npm start`, used as its user would: two phones on one page, and a whole call between them. */
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { PhoneSettings } from '../../examples/softphone/phone-settings.ts'
import { startDemo } from '../../examples/softphone/server.ts'
import type { Demo } from '../../examples/softphone/server.ts'
import { sharedBrowser } from '../support/browser.ts'
import { softPhone } from '../support/browser/softphone.ts'
import type { SoftPhone } from '../support/browser/softphone.ts'
import { serveBundled } from '../support/bundled-page.ts'
import { describeWith } from '../support/needing.ts'

describeWith(['chromium'], 'two softphones on a page', () => {
  let demo: Demo
  let page: Page
  let alice: SoftPhone
  let bob: SoftPhone
  const errors: string[] = []

  beforeAll(async () => {
    demo = await startDemo({ port: 0 })
    const browser = await sharedBrowser()
    const context = await browser.newContext({ permissions: ['microphone'] })
    page = await context.newPage()
    page.on('pageerror', (error) => void errors.push(error.stack ?? error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(demo.page)
    alice = softPhone(page, 'Alice')
    bob = softPhone(page, 'Bob')
    await alice.shows('Registered')
    await bob.shows('Registered')
  }, 60_000)

  afterAll(async () => {
    await page.context().close()
    await demo.stop()
  })

  test('call, ring and talk, and say so only when they hear each other', async () => {
    await alice.press('Call')
    await alice.says('Ringing')
    await bob.says('Incoming call')
    expect(await alice.possible()).toEqual(['Hang up', 'Mute'])
    expect(await bob.possible()).toEqual(['Answer', 'Reject', 'Busy', 'Hang up', 'Mute'])

    await bob.press('Answer')

    await alice.says('In call')
    await bob.says('In call')
    expect(await alice.possible()).toEqual(['Hang up', 'Mute', 'Hold'])
    expect(await bob.possible()).toEqual(['Hang up', 'Mute', 'Hold'])
    await expect.poll(() => alice.loudness()).toBeGreaterThan(0.1)
    await expect.poll(() => bob.loudness()).toBeGreaterThan(0.1)
  })

  test('send digits that arrive', async () => {
    await alice.press('4')
    await alice.press('2')
    await alice.card.getByRole('button', { name: '#', exact: true }).press('7')

    await bob.shows('heard 427')
  })

  test('hold and resume, and show who holds whom', async () => {
    await alice.press('Hold')

    await alice.says('You hold Bob')
    await bob.says('Alice holds you')
    expect(await alice.possible()).toEqual(['Hang up', 'Mute', 'Resume'])
    await expect.poll(() => bob.loudness()).toBe(0)

    await alice.press('Resume')

    await expect.poll(() => bob.headline()).toBe('In call')
    await expect.poll(() => bob.loudness()).toBeGreaterThan(0.1)
  })

  test('mute without telling the other', async () => {
    await bob.press('Mute')
    await expect.poll(() => bob.possible()).toEqual(['Hang up', 'Unmute', 'Hold'])
    await expect.poll(() => alice.loudness()).toBe(0)
    expect(await alice.headline()).toBe('In call')

    await bob.press('Unmute')

    await expect.poll(() => alice.loudness()).toBeGreaterThan(0.1)
  })

  test('keep their call when the connection of one is cut', async () => {
    await bob.press('Cut the connection')

    await bob.shows('signalling.detached')
    await bob.shows('signalling.attached')
    await bob.says('In call')
    await expect.poll(() => bob.loudness()).toBeGreaterThan(0.1)
    await bob.press('Hold')
    await alice.says('Bob holds you')
    await bob.press('Resume')
    await expect.poll(() => alice.headline()).toBe('In call')
  })

  test('hang up, and say who did', async () => {
    await bob.press('Hang up')

    await alice.says('Bob hung up')
    await bob.says('You hung up')
    expect(await alice.possible()).toEqual([])
    expect(await bob.possible()).toEqual([])
  })

  test('tell apart a busy phone and one that declines', async () => {
    await bob.press('Call')
    await alice.press('Busy')
    await bob.says('Alice is busy (486 Busy Here)')

    await bob.press('Call')
    await alice.press('Reject')
    await bob.says('Alice declined the call')
  })

  test('show why there is no call when the microphone is refused', async () => {
    await alice.card.getByLabel('Microphone').selectOption('refused')

    await alice.press('Call')

    await alice.alerts('media.denied')
    await alice.card.getByLabel('Microphone').selectOption('')
  })

  test('answer by themselves when they are told to', async () => {
    await bob.card.getByLabel('Answer automatically').check()

    await alice.press('Call')

    await bob.says('In call')
    await alice.press('Hang up')
    await bob.says('Alice hung up')
  })

  test('take the first call of the README as well', async () => {
    const other = await serveBundled(new URL('../support/browser/', import.meta.url), 'first-call.html')
    onTestFinished(() => other.stop())
    const [settings] = (await (await fetch(new URL('/demo/phones', demo.page))).json()) as PhoneSettings[]
    const callers = await page.context().newPage()
    await callers.goto(other.url)

    const end = await callers.evaluate(async (settings) => {
      if (settings?.account.provider !== 'sip') throw new Error('The demo is not on SIP')
      const [callee] = settings.peers
      const audio = new Audio()
      audio.autoplay = true
      const playing = new Promise((resolve) => audio.addEventListener('playing', resolve))
      const { engine, call } = await window.firstCall(settings.account.options, callee?.address ?? '', audio)
      await playing
      await call.hangup()
      engine.dispose()
      return call.state.end
    }, settings)

    expect(end).toMatchObject({ by: 'local', reason: 'hangup' })
    await bob.says('Call ended')
  })

  test('get nothing that is not theirs, and the server goes on', async () => {
    for (const path of ['nothing.js', '../server.ts', '/', 'demo/drop?user=alice'])
      expect((await fetch(`${demo.page}${path}`)).status).toBe(404)
    expect((await fetch(`${demo.page}demo/drop?user=mallory`, { method: 'POST' })).status).toBe(404)

    expect((await fetch(demo.page, { method: 'HEAD' })).status).toBe(200)
  })

  test('load nothing from elsewhere and log no error', async () => {
    const origins = await page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).host)
    )

    expect(new Set(origins)).toEqual(new Set([new URL(demo.page).host]))
    expect(errors).toEqual([])
  })
})
