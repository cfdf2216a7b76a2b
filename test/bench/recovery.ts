import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import type { Browser, Page } from 'playwright'
import { createServer } from 'vite'
import { startSipEmulator } from '../../adapters/sip/emulator.ts'
import type { SipEmulator } from '../../adapters/sip/emulator.ts'
import { startCutProxy } from '../support/cut-proxy.ts'
import type { CutProxy } from '../support/cut-proxy.ts'
import { chromiumPath } from '../support/needing.ts'
import { pause } from '../support/until.ts'
import { median } from './measure.ts'
import type { Library } from './recovery-page.ts'
import { print } from './report.ts'
import type { Row } from './report.ts'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection'
]

const names: Record<Library, string> = { jssip: 'raw JsSIP', sipjs: 'SIP.js SimpleUser', callchart: 'callchart' }
const libraries = Object.keys(names) as Library[]
const rounds = Number(process.env['CALLCHART_ROUNDS'] ?? 5)
/** Milliseconds, then it is never. */
const patience = 60_000

type Took = number | null

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
  const root = fileURLToPath(new URL('.', import.meta.url))
  const pages = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    // its own page would be loaded anew when the network is back
    server: { port: 0, host: '127.0.0.1', hmr: false, ws: false }
  })
  await pages.listen()
  const url = pages.resolvedUrls?.local[0] ?? ''
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
    return true
  } finally {
    await browser.close()
    await pages.close()
    await server.stop()
  }
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ permissions: ['microphone'] })
  const page = await context.newPage()
  await page.goto(`${url}recovery.html`)
  await page.waitForFunction(() => 'recovery' in window)
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

type Results = Record<Library, readonly Took[]>

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

/** Seconds; the ratio is to raw JsSIP where that came back at all. */
function report(what: string, results: Results): void {
  const of = (library: Library) => results[library].filter((took) => took !== null)
  const raw = median(of('jssip'))
  const rows = libraries.map((library): Row => {
    const took = of(library)
    const count = results[library].length
    const spread = took.length === 0 ? '' : `, ${seconds(Math.min(...took))} to ${seconds(Math.max(...took))} s`
    const never = took.length === count ? '' : `, never within ${patience / 1_000} s: ${count - took.length}`
    return {
      name: `${names[library]} (n = ${count}${spread}${never})`,
      value: median(took) / 1_000,
      unit: 's',
      ...(library !== 'jssip' && Number.isFinite(raw) && took.length > 0 && { ratio: median(took) / raw, of: 'raw' })
    }
  })
  print(`Recovery in Chromium: ${what}`, rows)
}

const seconds = (milliseconds: number) => (milliseconds / 1_000).toFixed(1)
