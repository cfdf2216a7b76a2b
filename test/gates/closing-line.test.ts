/** The line that closes a run counts everything, a file that cannot even be loaded included. */
import { execFile } from 'node:child_process'
import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createScratch } from '../support/program.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('a run closes with what passed, failed and was skipped, and why', { timeout: 30_000 }, async () => {
  const lines = await run({
    'one.test.ts': `
      import { describe, test } from 'vitest'
      test('passes', () => {})
      test('fails', () => { throw new Error('as it should') })
      test.skip('is skipped', () => {})
      test.todo('is not written')`,
    'two.test.ts': `
      import { describe, test } from 'vitest'
      describe.skip('needs a moon', { meta: { reason: 'there is no moon' } }, () => { test('howls', () => {}) })
      test('passes, too', () => {})`,
    'broken.test.ts': `import './nowhere.ts'`
  })

  expect(lines.slice(-2)).toEqual(['skipped 1: there is no moon', '2 passed, 2 failed, 3 skipped'])
})

async function run(files: Readonly<Record<string, string>>): Promise<string[]> {
  const scratch = await createScratch()
  onTestFinished(() => rm(scratch, { recursive: true }))
  await symlink(join(root, 'node_modules'), join(scratch, 'node_modules'))
  const reporter = JSON.stringify(join(root, 'test/support/closing-line.ts'))
  await writeFile(
    join(scratch, 'vitest.config.ts'),
    `import { ClosingLine } from ${reporter}
     export default { test: { reporters: ['default', new ClosingLine()] } }`
  )
  for (const [file, code] of Object.entries(files)) await writeFile(join(scratch, file), code)

  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run']
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: scratch }).catch(
    (failure: { stdout: string }) => failure
  )
  return stdout.trimEnd().split('\n')
}
