/** What the benchmarks of recovery share: who is compared, for how long, and how it is told. */
import { median } from './measure.ts'
import type { Library } from './recovery-page.ts'
import { print } from './report.ts'
import type { Row } from './report.ts'

export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection'
]

const names: Record<Library, string> = { jssip: 'raw JsSIP', sipjs: 'SIP.js SimpleUser', callchart: 'callchart' }
export const libraries = Object.keys(names) as Library[]
export const rounds = Number(process.env['CALLCHART_ROUNDS'] ?? 5)
/** Milliseconds, then it is never. */
export const patience = 60_000

export type Took = number | null

export type Results = Record<Library, readonly Took[]>

/** Seconds; the ratio is to raw JsSIP where that came back at all. */
export function report(what: string, results: Results): void {
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
