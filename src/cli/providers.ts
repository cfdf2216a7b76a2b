/** The emulators there are: how each is started, and what has to be installed for it. */
import { randomUUID } from 'node:crypto'
import type { Emulator, PartyScript } from '../testing/index.ts'

export type ProviderName = 'sip' | 'infobip' | 'azstack'

export interface StartOptions {
  readonly host: string
  readonly port: number
  readonly users: readonly string[]
}

export interface Provider {
  /** Optional peers of the package: whoever needs no emulator has not installed them. */
  readonly peers: readonly string[]
  start(options: StartOptions): Promise<Started>
  /** Where parties are telephones: what their numbers begin with. */
  readonly prefix?: string
}

export interface Started {
  readonly emulator: Emulator
  /** As the emulator's own, for as long as it may run. */
  readonly credentials: (user: string) => object
}

/** In seconds: longer than anybody leaves an emulator running. */
const aYear = 365 * 24 * 3600

export const providers: Readonly<Record<ProviderName, Provider>> = {
  sip: {
    peers: ['ws', 'werift'],
    async start({ users, ...where }) {
      const { startSipEmulator } = await import('../../adapters/sip/emulator.ts')
      const emulator = await startSipEmulator({ ...where, users: secretsFor(users) })
      return { emulator, credentials: (user) => emulator.credentials(user) }
    }
  },
  infobip: {
    peers: ['ws', 'werift'],
    async start({ users, ...where }) {
      const { startInfobipEmulator } = await import('../../adapters/infobip/emulator.ts')
      const emulator = await startInfobipEmulator({ ...where, users })
      return { emulator, credentials: (user) => emulator.credentials(user, { timeToLive: aYear }) }
    }
  },
  azstack: {
    peers: ['socket.io', 'ws', 'werift'],
    async start({ users, ...where }) {
      const { startAzstackEmulator } = await import('../../adapters/azstack/emulator.ts')
      const emulator = await startAzstackEmulator({ ...where, users: secretsFor(users) })
      return { emulator, credentials: (user) => emulator.credentials(user) }
    },
    prefix: '8490000000'
  }
}

export interface Party {
  readonly name: string
  /** Null: it declines, and calls back at once. */
  readonly script: PartyScript | null
}

/** Whom a client can call to see how it takes it. */
export const parties: readonly Party[] = [
  { name: 'answers', script: { do: 'answer', ringFor: 1000 } },
  { name: 'busy', script: { do: 'reject', reason: 'busy' } },
  { name: 'declines', script: { do: 'reject', reason: 'declined' } },
  { name: 'rings', script: { do: 'ring' } },
  { name: 'silent', script: { do: 'silence' } },
  { name: 'calls-back', script: null }
]

function secretsFor(users: readonly string[]): Record<string, string> {
  return Object.fromEntries(users.map((user) => [user, randomUUID()]))
}
