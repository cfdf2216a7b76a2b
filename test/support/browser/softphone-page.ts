import type { BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { startDemo } from '../../../examples/softphone/server.ts'
import type { Demo } from '../../../examples/softphone/server.ts'
import { sharedBrowser } from '../browser.ts'
import { softPhone } from './softphone.ts'
import type { SoftPhone } from './softphone.ts'
import { patience } from '../until.ts'

/** What a test has of the demo. */
export interface SoftPhones {
  readonly page: Page
  readonly alice: SoftPhone
  readonly bob: SoftPhone
  readonly carol: SoftPhone
  /** One calls the other, who answers. */
  readonly talk: typeof talk
}

/**
 * One server and one browser for a file, and for each of its tests a page of its own with the three phones registered:
 * none depends on what another has left. A page must log no error. `before` runs on it before anything else.
 */
export function useSoftPhones(before: () => void = () => {}): () => SoftPhones {
  let demo: Demo
  let context: BrowserContext
  let phones: SoftPhones | null = null
  let errors: string[] = []

  beforeAll(async () => {
    demo = await startDemo({ port: 0 })
    const browser = await sharedBrowser()
    // one for all: what the pages consist of is fetched once
    context = await browser.newContext({ permissions: ['microphone', 'camera'] })
    await context.addInitScript(before)
  }, 60_000)

  beforeEach(async () => {
    errors = []
    const page = await context.newPage()
    page.setDefaultTimeout(patience)
    // the first one is compiled on the way
    page.setDefaultNavigationTimeout(2 * patience)
    page.on('pageerror', (error) => void errors.push(error.stack ?? error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(demo.page)
    const [alice, bob, carol] = [softPhone(page, 'Alice'), softPhone(page, 'Bob'), softPhone(page, 'Carol')]
    for (const phone of [alice, bob, carol]) await phone.shows('Registered')
    phones = { page, alice, bob, carol, talk }
  }, 60_000)

  afterEach(async () => {
    await phones?.page.close()
    phones = null
    expect(errors).toEqual([])
  })

  afterAll(async () => {
    await context.close()
    await demo.stop()
  })

  return () => {
    if (phones === null) throw new Error('There are phones only within a test')
    return phones
  }
}

async function talk(caller: SoftPhone, callee: SoftPhone, calls = 'Call', answers = 'Answer') {
  await caller.press(calls)
  await callee.says('Incoming call')
  await callee.press(answers)
  for (const phone of [caller, callee]) await phone.says('In call')
}

/** Pictures that move, sound that is loud, and pictures that are gone. */
export const seen = async (phone: SoftPhone, picture: string) =>
  await expect.poll(() => phone.frames(picture)).toBeGreaterThan(5)
export const heard = async (phone: SoftPhone) => await expect.poll(() => phone.loudness()).toBeGreaterThan(0.1)
export const gone = async (phone: SoftPhone, picture: string) =>
  await phone.card.getByLabel(picture, { exact: true }).waitFor({ state: 'detached' })
