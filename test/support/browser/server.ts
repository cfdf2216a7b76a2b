/** The servers calls go through in these tests, in the same words: a real Kamailio, and the one that comes along. */
import { startAzstackEmulator } from '../../../adapters/azstack/emulator.ts'
import type { AzstackCredentials, AzstackEmulator } from '../../../adapters/azstack/emulator.ts'
import { startInfobipEmulator } from '../../../adapters/infobip/emulator.ts'
import type { InfobipEmulator } from '../../../adapters/infobip/emulator.ts'
import type { InfobipOptions } from '../../../adapters/infobip/index.ts'
import { startSipEmulator } from '../../../adapters/sip/emulator.ts'
import type { SipEmulator } from '../../../adapters/sip/emulator.ts'
import { startCutProxy } from '../cut-proxy.ts'
import type { CutProxy } from '../cut-proxy.ts'
import { startKamailio } from '../kamailio.ts'
import type { Kamailio, KamailioOptions } from '../kamailio.ts'
import { startDeskPhone } from '../phones/baresip.ts'
import type { DeskPhone, DeskPhoneOptions } from '../phones/baresip.ts'
import { startBridge } from '../phones/rtpengine.ts'
import type { Bridge } from '../phones/rtpengine.ts'
import { startExchange } from '../phones/sipp.ts'
import type { Exchange, Script } from '../phones/sipp.ts'
import { freePort } from '../ports.ts'

export type Account = SipAccount | AzstackAccount | InfobipAccount

export interface SipAccount {
  readonly url: string
  readonly uri: string
  readonly password: string
}

export interface AzstackAccount {
  /** What other users dial. */
  readonly uri: string
  readonly azstack: AzstackCredentials
}

export interface InfobipAccount {
  /** What other users dial. */
  readonly uri: string
  readonly infobip: Omit<InfobipOptions, 'dialect'>
  /** Its calls outlive their connection: it speaks 2.6.1. */
  readonly resumes: boolean
}

export interface SipServer {
  /** The address of a user, also of one that there is not. */
  uri(user: string): string
  /** Adds a user, with a relay of its own between it and the server. */
  addUser(user: string): Promise<Account>
  /** Where this user's network can be broken. */
  relay(user: string): CutProxy
  /** Closes this user's connections without a goodbye. */
  drop(user: string): void
  /** Ends the server and starts it anew at the same address; it forgets who was registered. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface KamailioServer extends SipServer {
  /** Ends the server with SIGKILL; `restart` brings it back. */
  kill(): Promise<void>
}

/** Its relays are reached at `host`. */
export async function serverOnKamailio(options: KamailioOptions = {}, host?: string): Promise<KamailioServer> {
  return serverOf(await startKamailio(options), host)
}

function serverOf(kamailio: Kamailio, host?: string): KamailioServer {
  const relays = createRelays(() => kamailio.wssUrl ?? kamailio.url, host)
  return {
    uri: (user) => `sip:${user}@${kamailio.domain}`,
    async addUser(user) {
      await kamailio.addUser(user)
      const { uri, password } = kamailio.credentials(user)
      return { url: await relays.add(user), uri, password }
    },
    relay: (user) => relays.of(user),
    drop: (user) => relays.of(user).cut(),
    kill: () => kamailio.kill(),
    restart: () => kamailio.restart(),
    async stop() {
      await relays.stop()
      await kamailio.stop()
    }
  }
}

/** Kamailio and a media bridge, with phones behind them that are no browsers. */
export interface PhoneServer extends SipServer {
  readonly bridge: Bridge
  /** Plays a script; `callee` is the user of a browser that it calls. Calls to numbers reach it. */
  exchange(script: Script, callee?: string): Promise<Exchange>
  /** A phone on a desk, registered; `user` must have been added. */
  deskPhone(user: string, options?: Pick<DeskPhoneOptions, 'answers'>): Promise<DeskPhone>
}

export async function serverWithPhones(): Promise<PhoneServer> {
  const [bridge, port] = await Promise.all([startBridge(), freePort()])
  const kamailio = await startKamailio({ phones: { bridge: bridge.control, exchange: port } })
  const proxy = kamailio.sip ?? ''
  const server = serverOf(kamailio)
  return {
    ...server,
    bridge,
    exchange: (script, callee) => startExchange(script, { proxy, port, ...(callee === undefined ? {} : { callee }) }),
    async deskPhone(user, options = {}) {
      await kamailio.addUser(user)
      return startDeskPhone({ proxy, domain: kamailio.domain, ...kamailio.credentials(user), ...options })
    },
    async stop() {
      await server.stop()
      await bridge.stop()
    }
  }
}

export interface EmulatorServer extends SipServer {
  readonly emulator: SipEmulator
}

export async function serverOnEmulator(): Promise<EmulatorServer> {
  const users = new Set<string>()
  const start = (port: number) =>
    startSipEmulator({ port, users: (user) => (users.has(user) ? `pw-${user}` : null), transactionTimeout: 5_000 })
  let emulator = await start(0)
  const relays = createRelays(() => emulator.url)
  return {
    get emulator() {
      return emulator
    },
    uri: (user) => `sip:${user}@${emulator.domain}`,
    async addUser(user) {
      users.add(user)
      const { uri, password } = emulator.credentials(user)
      return { url: await relays.add(user), uri, password }
    },
    relay: (user) => relays.of(user),
    drop: (user) => emulator.drop(user),
    async restart() {
      const { port } = new URL(emulator.url)
      await emulator.stop()
      emulator = await start(Number(port))
    },
    async stop() {
      await relays.stop()
      await emulator.stop()
    }
  }
}

export interface InfobipServer extends SipServer {
  readonly emulator: InfobipEmulator
}

export async function serverOnInfobip({ resumes }: Pick<InfobipAccount, 'resumes'>): Promise<InfobipServer> {
  // tokens stay good when it is started anew
  const start = (port: number) => startInfobipEmulator({ port, secret: 'kept' })
  let emulator = await start(0)
  const relays = createRelays(() => emulator.url)
  return {
    get emulator() {
      return emulator
    },
    uri: (user) => user,
    async addUser(user) {
      const { token } = emulator.credentials(user)
      return { uri: user, resumes, infobip: { token, url: await relays.add(user) } }
    },
    relay: (user) => relays.of(user),
    drop: (user) => emulator.drop(user),
    async restart() {
      const { port } = new URL(emulator.url)
      await emulator.stop()
      emulator = await start(Number(port))
    },
    async stop() {
      await relays.stop()
      await emulator.stop()
    }
  }
}

export interface AzstackServer extends SipServer {
  readonly emulator: AzstackEmulator
}

export async function serverOnAzstack(): Promise<AzstackServer> {
  let emulator = await startAzstackEmulator()
  const relays = createRelays(() => emulator.url)
  const uri = (user: string) => `user:${emulator.userId(user)}`
  return {
    get emulator() {
      return emulator
    },
    uri,
    async addUser(user) {
      const url = (await relays.add(user)).replace('ws', 'http')
      return { uri: uri(user), azstack: { ...emulator.credentials(user), url } }
    },
    relay: (user) => relays.of(user),
    drop: (user) => emulator.drop(user),
    async restart() {
      const { port } = new URL(emulator.url)
      await emulator.stop()
      emulator = await startAzstackEmulator({ port: Number(port) })
    },
    async stop() {
      await relays.stop()
      await emulator.stop()
    }
  }
}

function createRelays(target: () => string, host?: string) {
  const relays = new Map<string, CutProxy>()
  return {
    async add(user: string): Promise<string> {
      const relay = await startCutProxy(target(), host)
      relays.set(user, relay)
      return relay.url
    },
    of(user: string): CutProxy {
      const relay = relays.get(user)
      if (!relay) throw new Error(`There is no ${user}: add the user first`)
      return relay
    },
    async stop(): Promise<void> {
      await Promise.all([...relays.values()].map((relay) => relay.stop()))
    }
  }
}
