/** The rules of .dependency-cruiser.cjs catch what they are there for, and nothing else. */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createScratch } from '../support/program.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
const configuration = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
  forbidden: readonly { name: string }[]
}

/** A house in which every import is allowed. */
const house: Record<string, string> = {
  'machines/call.ts': `import 'xstate'; import type { Observable } from 'rxjs'; export type A = Observable`,
  'machines/index.ts': `export * from './call.ts'`,
  'src/engine.ts': `import 'rxjs'; import '../machines/index.ts'`,
  'src/index.ts': `export * from './engine.ts'`,
  'src/react/index.ts': `import 'react'; import '../index.ts'`,
  'src/testing/index.ts': `import 'node:events'; import type { A } from '../../machines/index.ts'; export type B = A`,
  'src/cli/index.ts': `import 'node:fs'; import '../index.ts'; import '../testing/index.ts'; import '../../adapters/sip/emulator.ts'`,
  'adapters/sip/wire.ts': `export const wire = 1`,
  'adapters/sip/index.ts': `import './wire.ts'; import '../../machines/index.ts'`,
  'adapters/sip/sdk.ts': `import './index.ts'; import './sdk/call.ts'; import '../../src/index.ts'`,
  'adapters/sip/sdk/call.ts': `import '../wire.ts'; import '../../../src/index.ts'`,
  'adapters/webrtc/peer.ts': `import '../../machines/index.ts'`,
  'adapters/kit/leg.ts': `import '../webrtc/peer.ts'`,
  'adapters/kit/index.ts': `import './leg.ts'`,
  'adapters/infobip/leg.ts': `import '../kit/index.ts'; import '../webrtc/peer.ts'`,
  'adapters/sip/emulator.ts': `import 'node:net'; import './wire.ts'; import './emulator/far-end.ts'`,
  'adapters/sip/emulator/far-end.ts': `import 'node:net'; import '../../../src/testing/index.ts'`,
  'adapters/yeastar/index.ts': `import '../sip/index.ts'`,
  'test/support.ts': 'export {}'
}

/** For each rule a file that breaks it. */
const intruders: readonly (readonly [rule: string, file: string, code: string])[] = [
  ['no-circular', 'machines/snake.ts', `import './tail.ts'`],
  [
    'machines-know-only-xstate',
    'machines/nosy.ts',
    `import type { B } from '../src/testing/index.ts'; export type C = B`
  ],
  ['machines-know-only-xstate', 'machines/wordy.ts', `import 'react'`],
  ['machines-know-only-types-of-rxjs', 'machines/busy.ts', `import 'rxjs'`],
  ['src-knows-no-adapter', 'src/partial.ts', `import '../adapters/sip/index.ts'`],
  ['cli-starts-emulators', 'src/cli/nosy.ts', `import '../../adapters/sip/index.ts'`],
  ['the-engine-knows-nothing-around-it', 'src/dizzy.ts', `import './testing/index.ts'`],
  ['bindings-use-the-public-entry', 'src/react/deep.ts', `import '../engine.ts'`],
  ['bindings-use-the-public-entry', 'src/react/deeper.ts', `import '../../machines/index.ts'`],
  ['each-framework-in-its-folder', 'src/fashionable.ts', `import 'react'`],
  ['an-adapter-knows-machines-and-itself', 'adapters/sip/vain.ts', `import '../../src/index.ts'`],
  ['an-adapter-knows-machines-and-itself', 'adapters/yeastar/deep.ts', `import '../sip/wire.ts'`],
  ['only-sip-is-built-upon', 'adapters/infobip/lazy.ts', `import '../sip/index.ts'`],
  ['only-sip-is-built-upon', 'adapters/webrtc/partial.ts', `import '../infobip/leg.ts'`],
  ['only-sip-is-built-upon', 'adapters/kit/partial.ts', `import '../infobip/leg.ts'`],
  ['webrtc-knows-no-kit', 'adapters/webrtc/upside-down.ts', `import '../kit/index.ts'`],
  ['the-kit-has-one-door', 'adapters/infobip/deep.ts', `import '../kit/leg.ts'`],
  ['sdk-uses-the-public-entry', 'adapters/infobip/sdk.ts', `import '../../src/engine.ts'`],
  ['sdk-uses-the-public-entry', 'adapters/infobip/sdk/deep.ts', `import '../../../src/engine.ts'`],
  ['emulator-uses-only-testing', 'adapters/infobip/emulator.ts', `import '../../src/index.ts'`],
  ['emulator-uses-only-testing', 'adapters/infobip/emulator/part.ts', `import '../../../src/engine.ts'`],
  ['nobody-loads-an-emulator-unasked', 'adapters/sip/heavy.ts', `import './emulator/far-end.ts'`],
  ['node-only-where-node-is', 'src/homebound.ts', `import 'node:fs'`],
  ['node-only-where-node-is', 'adapters/sip/homebound.ts', `import { inspect } from 'util'; inspect`],
  ['ships-no-test-code', 'src/tested.ts', `import '../test/support.ts'`]
]

let clean: readonly Violation[]
let broken: readonly Violation[]

beforeAll(async () => {
  clean = await cruise(house)
  broken = await cruise({
    ...house,
    ...Object.fromEntries(intruders.map(([, file, code]) => [file, code])),
    'machines/tail.ts': `import './snake.ts'`
  })
}, 60_000)

test('every import the plan of the house allows is allowed', () => {
  expect(clean).toEqual([])
})

test.for(intruders)('%s catches %s', ([rule, file]) => {
  expect(broken).toContainEqual({ rule, file })
})

test('every rule has a file that breaks it', () => {
  const tried = new Set(intruders.map(([rule]) => rule))

  expect(configuration.forbidden.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([])
})

interface Violation {
  readonly rule: string
  readonly file: string
}

const scratches: string[] = []
afterAll(() => Promise.all(scratches.map((scratch) => rm(scratch, { recursive: true }))))

async function cruise(files: Readonly<Record<string, string>>): Promise<readonly Violation[]> {
  const scratch = await createScratch()
  scratches.push(scratch)
  for (const [file, code] of Object.entries(files)) await put(join(scratch, file), code)
  for (const name of ['xstate', 'rxjs', 'react']) {
    await put(join(scratch, 'node_modules', name, 'package.json'), `{ "name": "${name}", "main": "index.js" }`)
    await put(join(scratch, 'node_modules', name, 'index.js'), '')
  }
  for (const file of ['tsconfig.json', '.dependency-cruiser.cjs']) await copyFile(join(root, file), join(scratch, file))

  const args = [cruiser, 'src', 'machines', 'adapters', '--config', '--output-type', 'json']
  // It ends with the number of violations as its code.
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: scratch, maxBuffer: 2 ** 26 }).catch(
    (failure: { stdout: string }) => failure
  )
  const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } }
  return summary.violations.map(({ from, rule }) => ({ rule: rule.name, file: from }))
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
