/** What the Infobip emulator offers beyond every provider's emulator. */
import type { Observable } from 'rxjs'
import type { Direction } from '../../../src/testing/directions.ts'
import type { EmulatedCall, Emulator, EmulatorOptions } from '../../../src/testing/emulator.ts'
import type { PartyMediaCount } from '../../../src/testing/party-media.ts'
import type { GatewayEvent, IceServer } from '../wire.ts'

/** A gateway for clients of 0.4.1 to 2.x, and the scripted parties and phones behind it. */
export interface InfobipEmulator extends Emulator {
  readonly calls$: Observable<InfobipEmulatedCall>
  call(user: string, options?: CallFrom): Promise<InfobipEmulatedCall>
  /** All a client needs to connect as this user, who is known to the gateway from now on. */
  credentials(user: string, options?: TokenOptions): InfobipCredentials
  /** Refuses whatever token of this user with `registration_failed`; null: no longer. */
  forbid(user: string, reason: string | null): void
  /** Closes the user's connections with this code; from 4000 on that is for good. */
  close(user: string, code: number, reason?: string): void
  /** Calls to this identity or number end at once with this status; null: no longer. */
  fault(destination: string, fault: InfobipFault | null): void
  /** Keeps events of these names from this user: the answers to heartbeats, the echo of a hangup. None: no longer. */
  withhold(user: string, events: readonly GatewayEvent['event'][]): void
  /** Holds back whatever is sent to clients for so many milliseconds; the order stays. */
  delay(milliseconds: number): void
}

export interface CallFrom {
  readonly from?: string
  readonly displayName?: string
  readonly customData?: unknown
  /** The caller has it recorded. */
  readonly recording?: boolean
}

export interface InfobipCredentials {
  readonly url: string
  readonly token: string
}

export interface TokenOptions {
  readonly displayName?: string
  /** The data centre the token names; clients that are given no `url` go by it. */
  readonly location?: string
  /** Seconds from now; eight hours when left out. */
  readonly timeToLive?: number
  /** A token as it was before 0.4.1, which says nothing to whoever reads it. */
  readonly opaque?: boolean
}

export interface InfobipFault {
  /** 5002, 5404, …: 5000 and a SIP status, with few exceptions. */
  readonly id: number
  /** `hangup` when left out. */
  readonly as?: 'hangup' | 'call-error'
}

/** Steering that only a call of this provider knows. */
export interface InfobipEmulatedCall extends EmulatedCall {
  /** What the client gave along with the call. */
  readonly customData: unknown
  /** Whether the client said that it muted (1.x and 2.x). */
  readonly muted: boolean
  /** Ends the call with `call-error`. */
  fail(id: number): Promise<void>
  /** Answers the call with this session description instead of one's own. */
  answerBroken(sdp: string): Promise<void>
  /** Leaves the client's offers in the call unanswered until `acceptOffers`. */
  silentOffers(): void
  acceptOffers(): void
  /** Offers anew with this direction; resolves with the client's. Rejects when an offer of the client is open. */
  reoffer(direction: Direction): Promise<Direction>
  /** What the party has sent and heard until now. */
  media(): Promise<PartyMediaCount>
}

export interface InfobipEmulatorOptions extends EmulatorOptions {
  /** Identities that are known without having been given credentials: calls to them find them away, not unknown. */
  readonly users?: readonly string[]
  /** Handed to clients as they are. None when left out. */
  readonly iceServers?: readonly IceServer[]
  /** What tokens are signed with; a random one when left out. */
  readonly secret?: string
  /** What becomes of a client's older connections when it opens another; they stay when left out. */
  readonly sessions?: 'many' | 'one'
  /** Milliseconds a call may ring; a minute when left out. */
  readonly noAnswer?: number
  /** Milliseconds of silence after which a connection is dropped; 20 s when left out. */
  readonly silence?: number
  /** Milliseconds a call of a 2.x client waits for it to come back; a minute when left out. */
  readonly resume?: number
}
