import type { Emulator } from '../testing/index.ts'
import type { EmulateRequest } from './arguments.ts'
import { parties, providers } from './providers.ts'
import type { Provider } from './providers.ts'
import type { Signals } from './signals.ts'

/** What is printed once clients can connect. */
export interface Announcement {
  readonly provider: string
  readonly url: string
  readonly users: readonly {
    readonly user: string
    /** What others dial to reach this user. */
    readonly address: string
    /** Options of the provider's adapter, as they are. */
    readonly credentials: object
  }[]
  /** Whom to call, and what becomes of it. */
  readonly parties: readonly { readonly does: string; readonly address: string }[]
}

/** Resolves once it was told to end and everything is closed; rejects with a sentence when it cannot begin. */
export async function emulate({ provider: name, ...request }: EmulateRequest, signals: Signals): Promise<void> {
  const provider = providers[name]
  await requirePeers(name, provider.peers)
  const { emulator, credentials } = await provider.start(request)
  const announcement: Announcement = {
    provider: name,
    url: emulator.url,
    users: request.users.map((user) => ({
      user,
      address: emulator.address(user),
      credentials: credentials(user)
    })),
    parties: cast(emulator, provider)
  }
  console.log(JSON.stringify(announcement))
  await signals.end
  await emulator.stop()
}

function cast(emulator: Emulator, { prefix }: Provider): Announcement['parties'] {
  return parties.map(({ name, script }, index) => {
    const user = prefix === undefined ? name : `${prefix}${index + 1}`
    emulator.party(user, script ?? { do: 'reject', reason: 'declined' })
    if (script === null) callBack(emulator, user)
    return { does: name, address: emulator.address(user) }
  })
}

function callBack(emulator: Emulator, party: string): void {
  emulator.calls$.subscribe((call) => {
    if (call.party !== party) return
    call
      .reaches('ended')
      .then(() => emulator.call(call.client, { from: party }))
      // Who has gone meanwhile is not called.
      .catch(() => undefined)
  })
}

/** Better one sentence now than a stack, or a party that cannot talk, later. */
async function requirePeers(provider: string, peers: readonly string[]): Promise<void> {
  const found = await Promise.all(peers.map((peer) => import(peer).then(() => true, isThere)))
  const missing = peers.filter((_, index) => !found[index])
  if (missing.length === 0) return
  const list = missing.join(' and ')
  throw new Error(
    `The ${provider} emulator needs ${list}, which callchart does not install: npm install ${missing.join(' ')}`
  )
}

/** What is there and broken says so itself, when it is used. */
function isThere(error: unknown): boolean {
  return (error as { readonly code?: string }).code !== 'ERR_MODULE_NOT_FOUND'
}
