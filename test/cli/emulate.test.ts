/** `callchart emulate` from the packed package, started and called as its users do. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, cp, readFile, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { installPackage } from '../support/package.ts'
import type { Installed } from '../support/package.ts'
import { eventually } from '../support/eventually.ts'

let installed: Installed

// each test starts programs, some three of them one after the other
vi.setConfig({ testTimeout: 60_000 })

beforeAll(async () => {
  installed = await installPackage(['ws', 'werift', 'socket.io', 'jssip', 'jsencrypt'])
  await copyFile(fileURLToPath(new URL('caller.mjs', import.meta.url)), join(installed.folder, 'caller.mjs'))
}, 120_000)

afterAll(() => installed.remove())

describe.each([
  ['sip', 'SIGINT'],
  ['infobip', 'SIGTERM'],
  ['azstack', 'SIGINT']
] as const)('the %s emulator', (provider, signal) => {
  test('says in one line all that a client needs, and is called with it', async () => {
    const emulator = start(['emulate', provider])
    const announcement = await emulator.announcement()
    expect(announcement).toMatchObject({ provider, users: [{ user: 'alice' }, { user: 'bob' }] })

    const { stdout } = await promisify(execFile)(process.execPath, ['caller.mjs', JSON.stringify(announcement)], {
      cwd: installed.folder
    })

    expect(JSON.parse(stdout)).toEqual({ talked: 'hangup', busy: 'busy', first: 'declined', back: 'established' })
    expect(emulator.stdout.split('\n')).toHaveLength(2)
    expect(emulator.stderr).toBe('')
  })

  test(`ends at ${signal}, in the middle of a call, and frees its port`, async () => {
    const emulator = start(['emulate', provider])
    const announcement = await emulator.announcement()
    const client = spawn(process.execPath, ['caller.mjs', JSON.stringify(announcement), 'stay'], {
      cwd: installed.folder
    })
    onTestFinished(() => void client.kill('SIGKILL'))
    await once(client.stdout, 'data')
    // and somebody who never gets as far as a handshake
    const idle = connect(Number(new URL(announcement.url).port), '127.0.0.1')
    idle.on('error', () => undefined)
    await once(idle, 'connect')
    const cutOff = once(idle, 'close')

    emulator.kill(signal)
    emulator.kill(signal)

    expect(await emulator.ended).toEqual([0, null])
    await cutOff
    const next = start(['emulate', provider, '--port', new URL(announcement.url).port])
    expect((await next.announcement()).url).toBe(announcement.url)
  })
})

test('an emulator says in a sentence that its port is taken', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo

  const emulator = start(['emulate', 'sip', '--port', String(port)])

  expect(await emulator.ended).toEqual([1, null])
  expect(emulator.stderr).toBe(`Cannot listen on 127.0.0.1:${port}: the port is in use\n`)
  expect(emulator.stdout).toBe('')
})

test.each([
  ['sip', ['ws'], 'The sip emulator needs ws, which callchart does not install: npm install ws\n'],
  ['infobip', ['werift'], 'The infobip emulator needs werift, which callchart does not install: npm install werift\n'],
  [
    'azstack',
    ['socket.io', 'werift'],
    'The azstack emulator needs socket.io and werift, which callchart does not install: npm install socket.io werift\n'
  ]
])('the %s emulator without %s says what to install', async (provider, missing, sentence) => {
  const folder = `${installed.folder}-without-${missing.join('-')}`
  await cp(installed.folder, folder, { recursive: true, verbatimSymlinks: true })
  for (const name of missing) await rm(join(folder, 'node_modules', name), { recursive: true })

  const emulator = start(['emulate', provider], join(folder, 'node_modules/.bin/callchart'))

  expect(await emulator.ended).toEqual([1, null])
  expect(emulator.stderr).toBe(sentence)
  expect(emulator.stdout).toBe('')
})

test('what cannot be understood is answered with how it goes', async () => {
  const emulator = start(['emulate', 'sip', '--prot', '1'])

  expect(await emulator.ended).toEqual([2, null])
  expect(emulator.stderr).toMatch(/^Unknown option '--prot'\.\n\nUsage: callchart emulate /)
  expect(emulator.stdout).toBe('')
})

test('it tells its version and how it is used, also through npx', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const inFolder = { cwd: installed.folder }

  expect((await promisify(execFile)('npx', ['--offline', 'callchart', '--version'], inFolder)).stdout).toBe(
    `${version}\n`
  )
  expect((await promisify(execFile)(installed.bin, ['--help'])).stdout).toMatch(/^Usage: callchart emulate /)
})

test('when npx is told to end, the emulator ends as well', async () => {
  const npx = spawn('npx', ['--offline', 'callchart', 'emulate', 'sip'], { cwd: installed.folder })
  onTestFinished(() => void npx.kill('SIGKILL'))
  const [line] = (await once(npx.stdout, 'data')) as [Buffer]
  const { url } = JSON.parse(line.toString()) as Announcement

  npx.kill('SIGTERM')

  await eventually(() => expect(isOpen(Number(new URL(url).port))).resolves.toBe(false))
})

test('others are let in under their names, on another address', async () => {
  const emulator = start(['emulate', 'infobip', '--user', 'carol', '--user', 'carol', '--host', '::1'])

  const { url, users } = await emulator.announcement()

  expect(url).toMatch(/^ws:\/\/\[::1\]:\d+$/)
  expect(users.map(({ user }) => user)).toEqual(['carol'])
})

interface Announcement {
  readonly url: string
  readonly users: readonly { readonly user: string }[]
}

function start(args: readonly string[], bin = installed.bin) {
  const child = spawn(bin, args, { cwd: installed.folder })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => void (said.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => void (said.stderr += data.toString()))
  return {
    get stdout() {
      return said.stdout
    },
    get stderr() {
      return said.stderr
    },
    ended: once(child, 'close') as Promise<[number | null, string | null]>,
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    async announcement(): Promise<Announcement> {
      await vi.waitUntil(() => said.stdout.includes('\n') || said.stderr, { timeout: 30_000 })
      return JSON.parse(said.stdout) as Announcement
    }
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
