// Builds dist from nothing: tsc does not remove what is no longer there. What runs in browsers is compiled without
// Node's types, so a stray `process` is an error; emulators, testing and cli are compiled with them, afterwards.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
for (const project of ['tsconfig.build.json', 'tsconfig.build.node.json']) {
  const { status } = spawnSync(process.execPath, ['node_modules/typescript7/bin/tsc', '-p', project], {
    stdio: 'inherit'
  })
  if (status !== 0) process.exit(status ?? 1)
}
