/** What a provider's tests have to bring along to hold their adapter to the contract: a server, users and a far end. */
import type { Transport } from '../../machines/index.ts'
import type { NodeWebRtc } from '../../src/testing/webrtc.ts'

/** What not every server can be made to do. */
export type Ability =
  | 'silence'
  | 'early-media'
  | 'script-offers'
  | 'fork'
  | 'forget-nobody'
  | 'several-calls'
  | 'several-devices'
  | 'signalled-hold'
  | 'signalled-mute'
  | 'registration'
  | 'outlive-connections'
  | 'offers-in-calls'
  | 'send-digits'
  | 'receive-digits'
  | 'transfer'
  | 'know-everybody'
  | 'know-who-is-there'

/** What a server is put to the test with: how to start its bench, and what it cannot be made to do, with the reason. */
export interface BenchPlan {
  readonly cannot: Partial<Record<Ability, string>>
  start(): Promise<Bench>
}

export interface Bench {
  readonly webRtc: NodeWebRtc
  /** The account of a user nobody else is, or one more device of somebody. */
  account(options?: AccountOptions): Promise<Account>
  /** Somebody to call and be called by, with an address of their own. */
  far(): Promise<FarEnd>
  /** An address that is nobody's. */
  readonly nobody: string
  /** Ends the server and starts it again at the same address; it has forgotten everybody. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface AccountOptions {
  readonly user?: string
  readonly password?: string
  /** Nobody listens there. */
  readonly unreachable?: boolean
}

export interface Account {
  readonly user: string
  /** What others dial. */
  readonly address: string
  readonly transport: Transport
  /** Everything this device has said to the server, oldest first. */
  readonly sent: readonly string[]
  /** How often it has asked to be let in. */
  readonly logins: number
  /** What is still open of sockets and media connections; empty once it is gone. */
  readonly open: readonly string[]
  /** Cuts the connection without a goodbye. */
  cut(): void
  /** Lets no new connection through, until `accept`. */
  refuse(): void
  accept(): void
  /** Everything that is sent either way is lost from now on, and nobody is told. */
  blackhole(): void
  /** What the server might send in a bad hour: bytes as they are. */
  inject(bytes: string): void
  release(): Promise<void>
}

export interface FarEnd {
  readonly address: string
  /** The next call that reaches it. */
  next(): Promise<FarCall>
  call(account: Account): Promise<FarCall>
  release(): Promise<void>
}

/** A call as the far end has it. Steering resolves when it is done there. */
export interface FarCall {
  readonly state: FarState
  readonly held: boolean
  readonly digits: string
  /** We said that we do not want to be heard. */
  readonly muted: boolean
  reaches(state: FarState): Promise<void>
  ring(options?: { readonly earlyMedia?: boolean }): Promise<void>
  answer(): Promise<void>
  reject(reason: 'busy' | 'declined'): Promise<void>
  hangup(): Promise<void>
  hold(): Promise<void>
  resume(): Promise<void>
  sendDigits(digits: string): Promise<void>
  /** Frames it has heard until now that are not silence. */
  heard(): Promise<number>
  /** From now on offers are refused with this code, left unanswered, or taken again. */
  offers(policy: number | 'ignore' | 'accept'): void
}

export type FarState = 'offered' | 'ringing' | 'established' | 'ended'
