// Holds the imports to the rules of .dependency-cruiser.cjs, and makes sure that there was something to hold to them: with
// a compiler it does not understand dependency-cruiser finds no module, no violation, and ends well.
import { spawnSync } from 'node:child_process'

const rooms = ['src', 'machines', 'adapters']
const cruiser = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'
const { status, stdout } = spawnSync(process.execPath, [cruiser, ...rooms, '--config', '--output-type', 'json'], {
  encoding: 'utf8',
  maxBuffer: 256 * 2 ** 20,
  stdio: ['ignore', 'pipe', 'inherit']
})
if (!stdout) process.exit(status || 1)

const { modules, summary } = JSON.parse(stdout)
for (const { from, to, rule } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`)

for (const room of rooms) {
  const files = modules.filter(({ source }) => source.startsWith(`${room}/`) && source.endsWith('.ts')).length
  console.log(`${room}: ${files} modules`)
  if (files === 0) {
    console.error(`No module of ${room} was looked at: this check checks nothing`)
    process.exit(1)
  }
}
console.log(`${summary.violations.length} forbidden imports`)
process.exit(summary.violations.length > 0 ? 1 : 0)
