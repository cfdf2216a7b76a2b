/** Run by itself, compiled: prints the rows of what is measured in Node as JSON. */
import { calls } from './calls.ts'
import { charts } from './charts.ts'

console.log(JSON.stringify({ charts: charts(), calls: await calls() }))
process.exit(0)
