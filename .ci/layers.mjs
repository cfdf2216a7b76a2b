// Reads what dependency-cruiser found and makes sure that it looked at something: with a compiler it does not understand
// it finds no module, no violation, and ends well.
import { text } from 'node:stream/consumers'

const rooms = ['machines', 'src', 'adapters']
const { modules, summary } = JSON.parse((await text(process.stdin)) || 'null') ?? { modules: [], summary: {} }
const violations = summary.violations ?? []

for (const { from, to, rule } of violations) console.error(`${rule.name}: ${from} → ${to}`)
const counts = rooms.map((room) => modules.filter(({ source }) => source.startsWith(`${room}/`)).length)
for (const [index, room] of rooms.entries()) console.log(`${room}: ${counts[index]} modules`)
if (counts.includes(0)) console.error('A room without modules was not looked at: this check checks nothing')

console.log(`${violations.length} forbidden imports`)
process.exitCode = violations.length > 0 || counts.includes(0) ? 1 : 0
