/** `npm start -- --provider …`: the same two phones on every provider's own server, with real sound between them. */
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDemo } from '../../examples/softphone/server.ts'
import type { Demo } from '../../examples/softphone/server.ts'
import { sharedBrowser } from '../support/browser.ts'
import { softPhone } from '../support/browser/softphone.ts'
import type { SoftPhone } from '../support/browser/softphone.ts'
import { describeWith } from '../support/needing.ts'

describeWith(['chromium'], 'the softphones', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await sharedBrowser()
  })

  describe.each([
    { provider: 'sip', name: 'SIP', address: /^sip:alice@/, states: ['Connected', 'Registered'], hasDigits: true },
    { provider: 'infobip', name: 'Infobip', address: /^alice$/, states: ['Connected'], hasDigits: true },
    { provider: 'azstack', name: 'AZStack', address: /^user:1001$/, states: ['Connected'], hasDigits: false }
  ] as const)('on $name', ({ provider, name, address, states, hasDigits }) => {
    let demo: Demo
    let page: Page
    let alice: SoftPhone
    let bob: SoftPhone
    const errors: string[] = []

    beforeAll(async () => {
      demo = await startDemo({ port: 0, provider })
      const context = await browser.newContext({ permissions: ['microphone'] })
      page = await context.newPage()
      page.on('pageerror', (error) => void errors.push(error.stack ?? error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      await page.goto(demo.page)
      alice = softPhone(page, 'Alice')
      bob = softPhone(page, 'Bob')
      for (const state of states) {
        await alice.shows(state)
        await bob.shows(state)
      }
    }, 60_000)

    afterAll(async () => {
      await page.context().close()
      await demo.stop()
    })

    test('say where they are, and offer what the provider has', async () => {
      expect(await page.getByRole('banner').first().textContent()).toContain(`connected to the ${name} server`)
      expect(await alice.card.locator('header code').textContent()).toMatch(address)
      expect(await alice.card.getByRole('list', { name: 'Account' }).locator('li').allTextContents()).toEqual(states)
    })

    test('call each other, and are heard', async () => {
      await alice.press('Call')
      await bob.says('Incoming call')
      await bob.press('Answer')

      await alice.says('In call')
      await bob.says('In call')
      expect(await alice.possible()).toEqual(['Hang up', 'Mute', 'Hold'])
      expect(await alice.card.getByRole('group', { name: 'Keypad' }).count()).toBe(hasDigits ? 1 : 0)
      await expect.poll(() => alice.loudness()).toBeGreaterThan(0.1)
      await expect.poll(() => bob.loudness()).toBeGreaterThan(0.1)
    })

    test('are not heard while they hold, whoever is told', async () => {
      await alice.press('Hold')

      await alice.says('You hold Bob')
      await expect.poll(() => bob.loudness()).toBe(0)

      await alice.press('Resume')
      await expect.poll(() => bob.loudness()).toBeGreaterThan(0.1)
    })

    test('hang up, and say who did', async () => {
      await bob.press('Hang up')

      await alice.says('Bob hung up')
      await bob.says('You hung up')
    })

    test('tell apart a busy phone and one that declines', async () => {
      await bob.press('Call')
      await alice.press('Busy')
      await bob.says('Alice is busy')

      await bob.press('Call')
      await alice.press('Reject')
      await bob.says('Call ended')
    })

    test('come back after a cut, and log no error', async () => {
      await bob.press('Cut the connection')
      await bob.shows('connection.reconnected')

      await bob.press('Call')
      await alice.press('Answer')
      await bob.says('In call')
      await alice.press('Hang up')
      await bob.says('Alice hung up')
      expect(errors).toEqual([])
    })
  })
})
