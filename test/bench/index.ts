/**
 * `npm run bench`: what callchart costs, next to what it stands on, in one run. Figures are medians and the ratios are what
 * to read: the machine is whatever it is.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { bundles } from './bundles.ts'
import { print } from './report.ts'
import type { Row } from './report.ts'
import { recovery } from './recovery.ts'
import { setup } from './setup.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const compiled = here('../../node_modules/.cache/callchart-bench/test/bench')

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`)

// compiled as it ships: a loader's helpers would be measured along
execFileSync(process.execPath, [here('../../node_modules/typescript7/bin/tsc'), '-p', here('tsconfig.json')], {
  stdio: 'inherit'
})
const measured = JSON.parse(node('node.js')) as { charts: Row[]; calls: Row[] }
print('Events through the charts, one core', measured.charts)
print('Whole calls through the engine, one core', measured.calls)

const heap = JSON.parse(node('heap.js', '--expose-gc')) as { perCall: number; retained: number; perChart: number }
print('Heap', [
  { name: 'a call’s chart and its two children alone (the floor)', value: heap.perChart / 1_000, unit: 'kB' },
  {
    name: 'one idle call',
    value: heap.perCall / 1_000,
    unit: 'kB',
    ratio: heap.perCall / heap.perChart,
    of: 'floor',
    target: '≤ 6 kB'
  },
  { name: 'kept of a call that is over', value: heap.retained / 1_000, unit: 'kB', target: '0' }
])

print('Bundles, minified and gzipped', await bundles())

const times = await setup()
if (times === null) console.log('\nCall set-up: not measured, there is no Chromium here')
else print('Call set-up in Chromium, dial to established', times)

if (!(await recovery())) console.log('\nRecovery: not measured, there is no Chromium here')

function node(script: string, ...flags: string[]): string {
  return execFileSync(process.execPath, [...flags, `${compiled}/${script}`], { encoding: 'utf8' })
}
