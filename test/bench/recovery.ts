import { chromium } from 'playwright'
import type { Browser, Page } from 'playwright'
import { startSipEmulator } from '../../adapters/sip/emulator.ts'
import type { SipEmulator } from '../../adapters/sip/emulator.ts'
import { startCutProxy } from '../support/cut-proxy.ts'
import type { CutProxy } from '../support/cut-proxy.ts'
import { serveBundled } from '../support/bundled-page.ts'
import { chromiumPath } from '../support/needing.ts'
import { pause } from '../support/until.ts'
import { afterMove } from './recovery-moving.ts'
import type { Library } from './recovery-page.ts'
import { flags, libraries, patience, report, rounds } from './recovery-results.ts'
import type { Results, Took } from './recovery-results.ts'

/** Who answers the calls of this library's user: always callchart, so that only who calls is compared. */
const deskOf = (library: Library) => `desk-${library}`

/** One user of each library in a page of a real browser, each behind a relay of its own. */
interface Bench {
  readonly page: Page
  readonly relays: Record<Library, CutProxy>
  /** Whom each calls. */
  readonly desk: Record<Library, string>
  usable(library: Library, since: number): Promise<Took>
  close(): Promise<void>
}

/** What a connection that is lost costs, as each library comes: the times the charts wait are the default ones. */
export async function recovery(): Promise<boolean> {
  const executablePath = chromiumPath()
  if (!executablePath) return false
  const server = await startSipEmulator()
  const pages = await serveBundled(new URL('.', import.meta.url), 'recovery.html')
  const { url } = pages
  const browser = await chromium.launch({ executablePath, args: flags })
  try {
    const desk = await openPage(browser, url)
    for (const library of libraries)
      await desk.evaluate((account) => window.recovery.answering(account), server.credentials(deskOf(library)))
    const open = () => openBench(browser, server, url)
    report('a socket that is lost, to the next request answered', await repeat(open, afterLoss))
    report(
      'ten seconds without a network, from its return to the next request answered',
      await repeat(open, afterOutage)
    )
    report('a socket dead without a word in a call, to the next request answered', await repeat(open, afterSilence))
    const moved = await afterMove(pages.url)
    if (moved !== null) report('another network in a call, to the first sound that is heard again', moved)
    return true
  } finally {
    await browser.close()
    await pages.stop()
    await server.stop()
  }
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ permissions: ['microphone'] })
  const page = await context.newPage()
  await page.goto(url)
  return page
}

async function openBench(browser: Browser, server: SipEmulator, url: string): Promise<Bench> {
  const page = await openPage(browser, url)
  const relays = {} as Record<Library, CutProxy>
  const desk = {} as Record<Library, string>
  for (const library of libraries) {
    const relay = await startCutProxy(server.url)
    relays[library] = relay
    desk[library] = server.credentials(deskOf(library)).uri
    const account = { ...server.credentials(library), url: relay.url }
    await page.evaluate(([who, as]) => window.recovery.start(who, as), [library, account] as const)
  }
  return {
    page,
    relays,
    desk,
    usable: (library, since) =>
      page.evaluate(([address, moment, wait]) => window.recovery.usable(address, moment, wait), [
        relays[library].url,
        since,
        patience
      ] as const),
    async close() {
      await page.context().close()
      for (const relay of Object.values(relays)) await relay.stop()
    }
  }
}

/** Side by side, so that whatever else the machine does falls on all; who has once needed for ever is not asked again. */
async function repeat(
  open: () => Promise<Bench>,
  measure: (bench: Bench, library: Library) => Promise<Took>
): Promise<Results> {
  const results: Record<Library, Took[]> = { jssip: [], sipjs: [], callchart: [] }
  for (let round = 0; round < rounds; round++) {
    const bench = await open()
    const asked = libraries.filter((library) => !results[library].includes(null))
    await Promise.all(
      asked.map(async (library) => {
        results[library].push(await measure(bench, library))
      })
    )
    await bench.close()
  }
  return results
}

function afterLoss(bench: Bench, library: Library): Promise<Took> {
  const since = Date.now()
  bench.relays[library].cut()
  return bench.usable(library, since)
}

async function afterOutage(bench: Bench, library: Library): Promise<Took> {
  const relay = bench.relays[library]
  relay.refuse()
  relay.cut()
  await pause(10_000)
  const since = Date.now()
  relay.restore()
  return bench.usable(library, since)
}

async function afterSilence(bench: Bench, library: Library): Promise<Took> {
  await callDesk(bench, library)
  await pause(1_000)
  const since = Date.now()
  bench.relays[library].strand()
  return bench.usable(library, since)
}

function callDesk({ page, desk }: Bench, library: Library): Promise<void> {
  return page.evaluate(([who, target]) => window.recovery.call(who, target), [library, desk[library]] as const)
}
