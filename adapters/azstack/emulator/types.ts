/** What the AZStack emulator offers beyond every provider's emulator. */
import type { Observable } from 'rxjs'
import type { EmulatedCall, Emulator, EmulatorOptions } from '../../../src/testing/emulator.ts'
import type { PartyMediaCount } from '../../../src/testing/party-media.ts'

/** The service with its master and slave on one origin, and telephones for scripted parties. */
export interface AzstackEmulator extends Emulator {
  readonly calls$: Observable<AzstackEmulatedCall>
  /** `from` is the caller's number. It rings on every device of the user. */
  call(user: string, options?: { readonly from?: string; readonly displayName?: string }): Promise<AzstackEmulatedCall>
  /** All a client needs to authenticate as this user. */
  credentials(user: string): AzstackCredentials
  /** The number that free calls are addressed with, of any user who was ever heard of. */
  readonly userId: (user: string) => number
  /** Replaces the bodies of what this user is sent with a service; null ends every fault of the user. */
  fault(user: string, fault: AzstackFault | null): void
  /** Says goodbye (`41`) and closes the connections of this user. */
  dismiss(user: string): void
  /** Neither hears nor says anything any more, engine pings included, while the connections stand. */
  freeze(user: string): void
}

export interface AzstackCredentials {
  readonly url: string
  readonly appId: string
  /** Base64 of the RSA key (SPKI). */
  readonly publicKey: string
  readonly azStackUserId: string
  readonly userCredentials: string
  readonly fullname: string
  readonly namespace: string
}

export interface AzstackFault {
  readonly service: number
  /** Sent instead, valid or not; null: nothing is sent. */
  readonly body: string | null
}

/** Steering that only this service knows. */
export interface AzstackEmulatedCall extends EmulatedCall {
  readonly direction: 'callout' | 'callin'
  /** Sends a status (503 or 506) as it is, of the protocol or not, and ends the call if the status means so. */
  status(code: number): Promise<void>
  /** Answers the client's call with this session description instead of one's own; null: with none. */
  answerBroken(sdp: string | null): Promise<void>
  /** What the party has sent and heard until now. */
  media(): Promise<PartyMediaCount>
}

/** What is wrong with a packet, or what is to be done about it. */
export type Verdict = string | (() => void)

export interface AzstackIceServer {
  readonly url: string
  readonly username: string
  readonly password: string
}

export interface AzstackEmulatorOptions extends EmulatorOptions {
  readonly appId?: string
  /** Credentials by user; null or missing: there is no such user. Any user with `pw-<user>` when left out. */
  readonly users?: Readonly<Record<string, string>> | ((user: string) => string | null)
  /** Numbers by user, as callers dial them; the user's name when left out. */
  readonly numbers?: Readonly<Record<string, string>>
  readonly iceServers?: readonly AzstackIceServer[]
  /**
   * How a wrong token is answered, which the vendor leaves open: with `{"r":0}` (when left out), with an empty body,
   * not at all, or by closing.
   */
  readonly refusal?: 'result' | 'empty' | 'silence' | 'close'
  /** Milliseconds a call may ring; two minutes when left out. */
  readonly noAnswer?: number
  /** Milliseconds a call outlives its last connection; one minute when left out. */
  readonly detachGrace?: number
  /** Milliseconds between engine pings, and for the answer; 25 and 5 seconds when left out. */
  readonly pingInterval?: number
  readonly pingTimeout?: number
}
