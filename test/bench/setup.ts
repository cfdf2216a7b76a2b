import { createSocket } from 'node:dgram'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import type { Page } from 'playwright'
import { createServer } from 'vite'
import { startSipEmulator } from '../../adapters/sip/emulator.ts'
import { chromiumPath } from '../support/needing.ts'
import { median } from './measure.ts'
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

const rounds = 20

/** Dial to established between two real browser pages through the embedded server, against raw JsSIP in the same page. */
export async function setup(): Promise<Row[] | null> {
  const executablePath = chromiumPath()
  if (!executablePath) return null
  const server = await startSipEmulator()
  const stun = await silentStunServer()
  const root = fileURLToPath(new URL('.', import.meta.url))
  const pages = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1' }
  })
  await pages.listen()
  const browser = await chromium.launch({ executablePath, args: flags })
  try {
    const open = async () => {
      const context = await browser.newContext({ permissions: ['microphone'] })
      const page = await context.newPage()
      await page.goto(`${pages.resolvedUrls?.local[0] ?? ''}setup.html`)
      await page.waitForFunction(() => 'bench' in window)
      return page
    }
    const callee = await open()
    await callee.evaluate((account) => window.bench.answering(account), server.credentials('bob'))
    const caller = await open()
    await prepare(caller, server, stun.url)
    return await measure(caller, stun.url)
  } finally {
    await browser.close()
    await pages.close()
    stun.close()
    await server.stop()
  }
}

type Server = Awaited<ReturnType<typeof startSipEmulator>>

/** One phone each, all in one page, so that they share what the page has warmed up. */
async function prepare(page: Page, server: Server, stun: string) {
  const accounts = ['raw', 'first', 'engine', 'silent'].map((user) => server.credentials(user))
  await page.evaluate(
    async ([accounts, stun]) => {
      const [raw, first, engine, silent] = accounts
      if (!raw || !first || !engine || !silent) return
      window.dial = {
        raw: await window.bench.raw(raw, 'all'),
        first: await window.bench.raw(first, 'first'),
        engine: await window.bench.engine(engine, []),
        silent: await window.bench.engine(silent, [{ urls: stun }])
      }
    },
    [accounts, stun] as const
  )
}

async function measure(page: Page, stun: string): Promise<Row[]> {
  const once = (phone: string, iceServers: RTCIceServer[] = []) =>
    page.evaluate(
      ([phone, iceServers]) => window.dial[phone]?.({ target: 'bob', iceServers: [...iceServers] }) ?? NaN,
      [phone, iceServers] as const
    )
  const took: Record<string, number[]> = { raw: [], first: [], engine: [], silent: [] }
  for (const phone of Object.keys(took)) await once(phone)
  // in turn, so that whatever else the machine does falls on all of them
  for (let round = 0; round < rounds; round++) {
    for (const [phone, times] of Object.entries(took)) times.push(await once(phone))
  }
  const rawSilent = await once('raw', [{ urls: stun }])
  const [raw = NaN, first = NaN, engine = NaN, silent = NaN] = Object.values(took).map(median)
  return [
    { name: 'raw JsSIP as it comes (waits for all candidates)', value: raw, unit: 'ms' },
    { name: 'raw JsSIP, ready() at the first candidate', value: first, unit: 'ms', ratio: first / raw, of: 'raw' },
    {
      name: 'callchart',
      value: engine,
      unit: 'ms',
      ratio: engine / first,
      of: 'raw with equal gathering',
      target: '≤ 1.05'
    },
    { name: 'callchart', value: engine, unit: 'ms', ratio: engine / raw, of: 'raw as it comes', target: '≤ 0.25' },
    {
      name: 'raw JsSIP, a STUN server that does not answer',
      value: rawSilent,
      unit: 'ms',
      ratio: rawSilent / raw,
      of: 'raw'
    },
    {
      name: 'callchart, a STUN server that does not answer',
      value: silent,
      unit: 'ms',
      ratio: silent / engine,
      of: 'callchart',
      target: 'unmoved'
    }
  ]
}

/** A port that takes packets and never answers. */
async function silentStunServer() {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { url: `stun:127.0.0.1:${socket.address().port}`, close: () => socket.close() }
}
