#!/usr/bin/env node
/** `callchart emulate <provider>`: a provider's server on this machine, for programs that are no tests. */
import { createRequire } from 'node:module'
import { readArguments, usage } from './arguments.ts'
import { emulate } from './emulate.ts'
import { createSignals } from './signals.ts'

const signals = createSignals()
const asked = readArguments(process.argv.slice(2))

switch (asked.kind) {
  case 'help':
    console.log(usage)
    break
  case 'version':
    console.log((createRequire(import.meta.url)('callchart/package.json') as { version: string }).version)
    break
  case 'wrong':
    console.error(`${asked.sentence}\n\n${usage}`)
    process.exit(2)
    break
  case 'emulate':
    try {
      await emulate(asked, signals)
      process.exit(0)
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error))
      process.exit(1)
    }
}
