/**
 * The one interface of every provider's emulator: a real server that speaks the provider's wire protocol and plays the
 * far end. Tests, demos and offline work start one and steer it in these words, whatever the provider.
 */
import type { Observable } from 'rxjs'
import type { EndReason, RejectReason } from '../../machines/index.ts'

/** A running emulator. Start one with its adapter's `startXEmulator({ port: 0 })`. */
export interface Emulator {
  /** Where clients connect, with the port that was really taken. */
  readonly url: string
  /** All a client needs to be this user: the options of the provider's adapter, as they are. */
  credentials(user: string): { readonly url: string }
  /** What a client dials to reach this user or scripted party. */
  address(user: string): string
  /** Who is connected now, by user name; a user with two devices stands here twice. */
  readonly clients: readonly EmulatedClient[]
  readonly clients$: Observable<readonly EmulatedClient[]>
  /** Every message that passed, oldest first, bounded; what authenticates is masked. */
  readonly trace: readonly TraceEntry[]
  readonly trace$: Observable<TraceEntry>
  /** Calls that clients place to a scripted party (see `party`). */
  readonly calls$: Observable<EmulatedCall>
  /** Makes `user` a scripted party: calls to it come out of `calls$` and do as `script` says, or wait to be steered. */
  party(user: string, script?: PartyScript): void
  /** Places a call from the scripted party `from` to a connected client. Rejects when nobody is there to ring. */
  call(user: string, options?: { readonly from?: string; readonly displayName?: string }): Promise<EmulatedCall>
  /** Cuts the connections of this user, or of everybody, without a goodbye. */
  drop(user?: string): void
  /** Accepts no connection until `accept()`; those that stand are left alone. */
  refuse(): void
  accept(): void
  /** Sends these bytes to the user's connections as they are, valid or not. */
  inject(user: string, bytes: string): void
  /** Closes everything; idempotent. */
  stop(): Promise<void>
}

/** What every emulator can be started with. */
export interface EmulatorOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** The address to listen on; 127.0.0.1, which other machines cannot reach, when left out. */
  readonly host?: string
  /** How many messages `trace` remembers; 2000 when left out. */
  readonly traceLimit?: number
  /** The parties' media; `werift` when left out and installed. Null: none, parties cannot answer. */
  readonly RTCPeerConnection?: typeof RTCPeerConnection | null
}

/** One connection of a client. */
export interface EmulatedClient {
  readonly user: string
  readonly registered: boolean
}

/** What a scripted party does when it is called; without a script it waits to be steered. */
export type PartyScript =
  | { readonly do: 'answer'; readonly ringFor?: number }
  | { readonly do: 'reject'; readonly reason: RejectReason | EndReason; readonly code?: number }
  | { readonly do: 'ring' }
  | { readonly do: 'silence' }

/** A call between a client and a scripted party, seen from the party's side. Steering returns when the wire has it. */
export interface EmulatedCall {
  readonly id: string
  readonly client: string
  readonly party: string
  readonly state: EmulatedCallState
  readonly state$: Observable<EmulatedCallState>
  /** Digits the client sent, in order. */
  readonly digits: string
  /** Whether the client holds the party. */
  readonly held: boolean
  ring(options?: { readonly earlyMedia?: boolean }): Promise<void>
  answer(): Promise<void>
  reject(reason: RejectReason | EndReason, code?: number): Promise<void>
  hangup(): Promise<void>
  hold(): Promise<void>
  resume(): Promise<void>
  sendDigits(digits: string): Promise<void>
  /** Resolves once the call is in this state; rejects when it is over without. */
  reaches(state: EmulatedCallState): Promise<void>
}

export type EmulatedCallState = 'offered' | 'ringing' | 'established' | 'ended'

/** One message on the wire, as the server saw it. */
export interface TraceEntry {
  readonly direction: 'in' | 'out'
  readonly user: string | null
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Set when the message was refused or dropped: why. */
  readonly fault?: string
}
