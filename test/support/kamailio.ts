/** A real SIP server: Debian's Kamailio, on ports of its own, gone when the test is. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pathOf } from './needing.ts'
import { freePort } from './ports.ts'
import type { Program } from './program.ts'
import { createScratch, startProgram } from './program.ts'
import { until } from './until.ts'

const configuration = fileURLToPath(new URL('kamailio/kamailio.cfg', import.meta.url))
const domain = 'example.test'
/** Kamailio closes the connection after its answer; a second request on it would now and then be lost. */
const oneRequest = { connection: 'close' }
const people = ['alice', 'bob', 'carol', 'dave', ...Array.from({ length: 20 }, (_, index) => `u${index + 1}`)]

export interface KamailioOptions {
  /** Whether devices get an address that outlives their connection (RFC 5627). Servers differ: test both. */
  readonly gruu?: boolean
  /** Whether calls, too, are asked for a password (407). */
  readonly inviteAuth?: boolean
  /** Whether there is a `wssUrl`; its certificate is this one, or signed by nobody. */
  readonly tls?: boolean | Certificate
  /** Phones, too: SIP over UDP, calls to numbers go to the exchange, and its media through the bridge. */
  readonly phones?: {
    /** Where rtpengine takes orders, `host:port`. */
    readonly bridge: string
    /** The UDP port of who takes calls to numbers. */
    readonly exchange: number
  }
}

/** Paths of files. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
}

export interface Kamailio {
  readonly domain: string
  readonly url: string
  readonly wssUrl: string | null
  /** Where phones speak SIP, `host:port`; null without `phones`. */
  readonly sip: string | null
  readonly log: string
  /** Of alice, bob, carol, dave, u1 … u20 and those added. */
  credentials(user: string): Credentials
  /** Adds a user while the server runs; survives `restart`. */
  addUser(user: string, password?: string): Promise<void>
  /** How many devices of this user are registered now. */
  devicesOf(user: string): Promise<number>
  /** From now on calls to `user` (or its registrations) are answered with this SIP status; null: as usual again. */
  fault(user: string, code: number | null, of?: 'calls' | 'registrations'): Promise<void>
  /** Closes the user's WebSockets from the server's side. */
  closeSocketsOf(user: string): Promise<void>
  /** Any of Kamailio's own commands: `ul.dump`, `ws.dump`, `tm.stats` … */
  rpc<Result = unknown>(method: string, params?: readonly unknown[]): Promise<Result>
  /** Kills the server with SIGKILL; `restart` brings it back. */
  kill(): Promise<void>
  /** Ends the server and starts it again at the same address. It forgets who was registered, and all faults. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface Credentials {
  readonly user: string
  readonly uri: string
  readonly password: string
}

interface Contact {
  readonly Contact: { readonly 'Tcpconn-Id': number }
}

export async function startKamailio(options: KamailioOptions = {}): Promise<Kamailio> {
  const ws = await freePort()
  const wss = options.tls ? await freePort() : null
  const udp = options.phones ? await freePort() : null
  const users = new Map(people.map((user) => [user, `pw-${user}`]))
  const http = `http://127.0.0.1:${ws}`
  let program = await launch({ ws, wss, udp }, users, options)
  let requests = 0

  async function rpc<Result>(method: string, params: readonly unknown[] = []): Promise<Result> {
    const body = JSON.stringify({ jsonrpc: '2.0', method, params, id: ++requests })
    const response = await fetch(`${http}/RPC`, { method: 'POST', body, headers: oneRequest })
    const answer = (await response.json()) as { result?: Result; error?: { code: number; message: string } }
    if (answer.error) throw new Error(`Kamailio refused ${method}: ${answer.error.message}`)
    return answer.result as Result
  }
  async function contactsOf(user: string): Promise<readonly Contact[]> {
    try {
      return (await rpc<{ Contacts: readonly Contact[] }>('ul.lookup', ['location', user])).Contacts
    } catch {
      return [] // it answers 404 when there is none
    }
  }

  return {
    domain,
    url: `ws://127.0.0.1:${ws}`,
    wssUrl: wss === null ? null : `wss://127.0.0.1:${wss}`,
    sip: udp === null ? null : `127.0.0.1:${udp}`,
    get log() {
      return program.output
    },
    credentials(user) {
      const password = users.get(user)
      if (password === undefined) throw new Error(`There is no ${user}: add the user first`)
      return { user, uri: `sip:${user}@${domain}`, password }
    },
    async addUser(user, password = `pw-${user}`) {
      users.set(user, password)
      await rpc('htable.sets', ['users', user, password])
    },
    devicesOf: async (user) => (await contactsOf(user)).length,
    async fault(user, code, of = 'calls') {
      const fault = of === 'calls' ? `${code}` : `reg:${code}`
      await rpc('htable.sets', ['fault', user, code === null ? 'none' : fault])
    },
    async closeSocketsOf(user) {
      const connections = new Set((await contactsOf(user)).map(({ Contact: contact }) => contact['Tcpconn-Id']))
      for (const connection of connections) await rpc('ws.close', [connection])
    },
    rpc,
    kill: () => program.kill(),
    async restart() {
      await program.stop()
      program = await launch({ ws, wss, udp }, users, options)
    },
    stop: () => program.stop()
  }
}

interface Ports {
  readonly ws: number
  readonly wss: number | null
  readonly udp: number | null
}

async function launch(
  { ws, wss, udp }: Ports,
  users: ReadonlyMap<string, string>,
  { gruu = true, inviteAuth = false, phones, tls }: KamailioOptions
): Promise<Program> {
  const scratch = await createScratch()
  await writeUsers(scratch, users)
  const args = ['-f', configuration, '-DD', '-E', '-w', scratch, '-Y', scratch, '-P', `${scratch}/pid`]
  args.push('-m', '64', '-M', '16', '-x', 'tlsf', '-A', `USERS="text://${scratch}/users"`)
  args.push('-l', `tcp:127.0.0.1:${ws}`)
  if (wss !== null) {
    const { certificate, key } = typeof tls === 'object' ? tls : await writeCertificate(scratch)
    args.push('-A', 'WITH_TLS', '-A', `TLS_CERTIFICATE="${certificate}"`, '-A', `TLS_KEY="${key}"`)
    args.push('-l', `tls:127.0.0.1:${wss}`)
  }
  if (udp !== null) args.push('-l', `udp:127.0.0.1:${udp}`)
  if (phones !== undefined) {
    args.push('-A', 'WITH_BRIDGE', '-A', `BRIDGE="udp:${phones.bridge}"`)
    args.push('-A', `EXCHANGE="sip:127.0.0.1:${phones.exchange}"`)
  }
  if (inviteAuth) args.push('-A', 'WITH_INVITE_AUTH')
  if (!gruu) args.push('-A', 'WITHOUT_GRUU')

  const program = startProgram(pathOf('kamailio') ?? 'kamailio', args, scratch)
  try {
    await until(() => !program.running || isHealthy(ws), { within: 10_000, what: 'the start of Kamailio' })
    if (!program.running) throw new Error('Kamailio did not stay up')
  } catch (cause) {
    await program.stop()
    throw new Error(`Kamailio did not start: ${program.output}`, { cause })
  }
  return program
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`, { headers: oneRequest })).ok
  } catch {
    return false
  }
}

/** Two tables in Kamailio's text format: the users, and the versions of the tables. */
async function writeUsers(scratch: string, users: ReadonlyMap<string, string>): Promise<void> {
  const rows = [...users].map(([user, password], index) => `${index + 1}:${user}:0:0:${password}:0`)
  await mkdir(`${scratch}/users`)
  await writeFile(
    `${scratch}/users/htable_users`,
    `id(int,auto) key_name(string) key_type(int) value_type(int) key_value(string) expires(int) \n${rows.join('\n')}\n`
  )
  await writeFile(
    `${scratch}/users/version`,
    'id(int,auto) table_name(string) table_version(int) \n1:version:1\n2:htable_users:2\n'
  )
}

async function writeCertificate(scratch: string): Promise<Certificate> {
  const certificate = `${scratch}/tls.crt`
  const key = `${scratch}/tls.key`
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost'
  const names = ['-addext', `subjectAltName=DNS:localhost,DNS:${domain},IP:127.0.0.1`]
  await promisify(execFile)('openssl', [...request.split(' '), ...names, '-keyout', key, '-out', certificate])
  return { certificate, key }
}
