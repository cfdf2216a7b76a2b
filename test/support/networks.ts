/** A machine with two networks, for a browser that moves from one to the other. Needs root. */
import { execFile } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromiumPath, pathOf } from './needing.ts'
import { createScratch, startProgram } from './program.ts'
import { until } from './until.ts'

export interface Networks {
  /** Where this machine is reached from both networks. */
  readonly host: string
  /** Starts Chromium on the other machine. */
  readonly chromium: string
  /** Takes the address of the first network away, and gives one in the second. */
  move(): Promise<void>
  stop(): Promise<void>
}

const run = promisify(execFile)
const wire = { name: 'wire', here: '10.231.1.1', there: '10.231.1.2' }
const air = { name: 'air', here: '10.231.2.1', there: '10.231.2.2' }

/** The other machine is a namespace of the kernel that lives as long as a program in it. */
export async function createNetworks(): Promise<Networks> {
  const machine = startProgram('unshare', ['-n', 'sh', '-c', 'echo $$; exec sleep infinity'], await createScratch())
  const pid = await until(() => /^\d+$/m.exec(machine.output)?.[0], { what: 'a namespace' })
  const inside = [pathOf('nsenter') ?? 'nsenter', `--net=/proc/${pid}/ns/net`]
  const ip = (...args: readonly string[]) => run(pathOf('ip') ?? 'ip', args)
  const there = (...args: readonly string[]) => run(inside[0] ?? '', [inside[1] ?? '', pathOf('ip') ?? 'ip', ...args])

  const deviceOf = ({ name }: typeof wire) => `${name}-${pid}`

  for (const network of [wire, air]) {
    const { name, here } = network
    const device = deviceOf(network)
    await ip('link', 'add', device, 'type', 'veth', 'peer', 'name', name, 'netns', pid)
    // an address that makes itself up is a change of network of its own, a second later
    await ip('link', 'set', device, 'addrgenmode', 'none')
    await there('link', 'set', name, 'addrgenmode', 'none')
    await ip('address', 'add', `${here}/24`, 'dev', device)
    await ip('link', 'set', device, 'up')
  }
  const enter = async ({ name, here, there: address }: typeof wire) => {
    await there('address', 'add', `${address}/24`, 'dev', name)
    await there('link', 'set', name, 'up')
    await there('route', 'add', 'default', 'via', here)
  }
  await there('link', 'set', 'lo', 'up')
  await enter(wire)

  return {
    host: wire.here,
    chromium: await writeStarter(machine.scratch, inside),
    async move() {
      // that a link is down would not be enough: its address would still answer
      await there('address', 'delete', `${wire.there}/24`, 'dev', wire.name)
      await enter(air)
    },
    async stop() {
      // with the namespace they would go too, some seconds later, and until then take what is meant for the next ones
      try {
        for (const network of [wire, air]) await ip('link', 'delete', deviceOf(network))
      } finally {
        await machine.stop()
      }
    }
  }
}

async function writeStarter(folder: string, inside: readonly string[]): Promise<string> {
  const path = join(folder, 'chromium')
  await writeFile(path, `#!/bin/sh\nexec ${inside.join(' ')} ${chromiumPath() ?? 'chromium'} "$@"\n`)
  await chmod(path, 0o755)
  return path
}
