/** The package as its users get it: built, packed and installed, with nothing fetched from anywhere. */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createScratch } from './program.ts'

export interface Installed {
  /** The folder of a program that depends on the package. */
  readonly folder: string
  readonly bin: string
  remove(): Promise<void>
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)
const compiler = join(root, 'node_modules/typescript7/bin/tsc')

/** `peers` are linked from here; the package's own dependencies always are. */
export async function installPackage(peers: readonly string[]): Promise<Installed> {
  const scratch = await createScratch()
  const folder = join(scratch, 'program')
  await mkdir(folder)
  const tarball = await pack(join(scratch, 'package'))
  const linked = ['xstate', 'rxjs', 'valibot', ...peers].map((name) => [name, `file:${root}node_modules/${name}`])
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { callchart: `file:${tarball}`, ...Object.fromEntries(linked) }
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder })
  return {
    folder,
    bin: join(folder, 'node_modules/.bin/callchart'),
    remove: () => rm(scratch, { recursive: true, force: true })
  }
}

/** Built apart from `dist`, which others may be reading or building. */
async function pack(folder: string): Promise<string> {
  await mkdir(folder)
  for (const file of ['package.json', 'README.md', 'LICENSE']) await copyFile(join(root, file), join(folder, file))
  for (const project of ['tsconfig.build.json', 'tsconfig.build.node.json']) {
    await run(process.execPath, [compiler, '-p', project, '--outDir', join(folder, 'dist')], { cwd: root })
  }
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts'], { cwd: folder })
  const [packed] = JSON.parse(stdout) as { filename: string }[]
  return join(folder, packed?.filename ?? '')
}
