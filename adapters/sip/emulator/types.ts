/** What the SIP emulator offers beyond every provider's emulator. */
import type { Observable } from 'rxjs'
import type { Direction } from '../../../src/testing/directions.ts'
import type { EmulatedCall, Emulator, EmulatorOptions } from '../../../src/testing/emulator.ts'
import type { PartyMediaCount } from '../../../src/testing/party-media.ts'

/** A registrar and proxy for SIP over WebSocket (RFC 7118), and the scripted parties inside. */
export interface SipEmulator extends Emulator {
  readonly domain: string
  readonly calls$: Observable<SipEmulatedCall>
  call(user: string, options?: { readonly from?: string; readonly displayName?: string }): Promise<SipEmulatedCall>
  /** All a client needs to register as this user. */
  credentials(user: string): SipCredentials
  /** The Contact URIs registered for this user, oldest first. */
  contacts(user: string): readonly string[]
  /** Answers requests of this method, addressed to this user, with a status; null ends every fault of the user. */
  fault(user: string, fault: SipFault | null): void
  /** Holds back whatever is sent to clients for so many milliseconds; the order stays. */
  delay(milliseconds: number): void
  /** Cuts the next message to each connection of this user in half. */
  halve(user: string): void
}

export interface SipCredentials {
  readonly url: string
  readonly uri: string
  readonly password: string
}

export interface SipFault {
  readonly method: string
  /** A final status of a refusal, 300 to 699. */
  readonly code: number
}

/** Steering that only a SIP call knows: renegotiation, and answers that are late, wrong or missing. */
export interface SipEmulatedCall extends EmulatedCall {
  /** Refuses the client's offers in the call with this status (488, 491, 500, …) until `acceptOffers`. */
  refuseOffers(code: number): void
  /** Leaves the client's offers in the call unanswered until `acceptOffers`. */
  silentOffers(): void
  acceptOffers(): void
  /** Answers the call with this session description instead of one's own; null: with none. */
  answerBroken(sdp: string | null): Promise<void>
  /** Offers anew with this direction; resolves with the client's. Rejects when the client refuses. */
  reinvite(direction: Direction): Promise<Direction>
  /** What the party has sent and heard until now. */
  media(): Promise<SipMediaCount>
}

export type SipMediaCount = PartyMediaCount

export interface SipEmulatorOptions extends EmulatorOptions {
  readonly domain?: string
  /** Passwords by user; null or missing: there is no such user. Any user with `pw-<user>` when left out. */
  readonly users?: Readonly<Record<string, string>> | ((user: string) => string | null)
  /** Asks callers who they are (407). */
  readonly inviteAuth?: boolean
  /** Gives out GRUUs, so that calls survive a reconnect. True when left out. */
  readonly gruu?: boolean
  /** Milliseconds a call may ring; two minutes when left out. */
  readonly noAnswer?: number
  /** Milliseconds to wait for a first response; 32 s when left out. */
  readonly transactionTimeout?: number
  /** Milliseconds a nonce stays fresh; five minutes when left out. */
  readonly nonceExpires?: number
  /** Seconds a registration lasts that asks for no time. */
  readonly defaultExpires?: number
  /** Shorter registrations are refused (423); seconds. */
  readonly minExpires?: number
}
