import type { DtmfMethod, LegEvent, Video } from '../../machines/index.ts'
import type { CallVideo, Closure, LegAccount, Negotiation } from '../kit/index.ts'
import type { ClientAction, GatewayEvents, Reasons } from './wire.ts'

/** What a leg needs of the connection to the gateway. */
export interface Gateway extends LegAccount {
  readonly isOpen: boolean
  /** How calls are taken up again after the connection was lost; null where they end with it. */
  readonly resuming: Resuming | null
  /** Null where calls have none. */
  readonly video: VideoCalls | null
  /** What ends mean that 0.4.1 does not know. */
  readonly reasons: Reasons
  readonly digits: DtmfMethod | undefined
  /** False when there is no connection to say it on. */
  say(action: ClientAction): boolean
  /** Throws where there is no WebRTC. */
  openConnection(): RTCPeerConnection
}

/** What offers need of the call they are made in. */
export interface OffersLine {
  readonly negotiation: Negotiation
  readonly callId: string
  readonly correlationId: string
  say(action: ClientAction): boolean
  emit(event: LegEvent): void
  /** One after the other, with whatever else there is to do about descriptions. */
  enqueue(act: () => void | Promise<void>): void
}

/** How the calls of one account live on without their connection. */
export interface Resuming {
  /** Where the gateway is that knows our calls. */
  address(url: string): string
  opened(instance: string | null | undefined): void
  closed(closure: Closure): void
  begin(line: OffersLine): Resumption
  /** Hangs up a call that lives on, as often as it takes to be heard. */
  leave(callId: string): void
  /** The gateway has said that this call is over. */
  ended(callId: string): void
}

export interface Resumption {
  /** On a new connection: asks the gateway to go on with the call. */
  verify(attempt: number): void
  /** The gateway goes on with it. */
  reconnected(sdp: string): void
  /** The connection is lost: what was under way will never be answered. */
  forget(): void
}

/** Calls with video. */
export interface VideoCalls {
  /** The most that an offer allows who has no video yet. */
  allowedBy(offer: string): Video
  begin(connection: RTCPeerConnection): CallVideo
}

/** What the gateway says about one call. */
export type CallFrame = GatewayEvents[
  | 'ringing'
  | 'call_response'
  | 'call_accepted'
  | 'trickle_ice'
  | 'updating_call'
  | 'updated_call'
  | 'hangup'
  | 'call-error'
  | 'call_reconnected'
  | 'info']

/** What the provider knows of a call beyond what every call has. */
export interface InfobipCallDetails {
  readonly callId: string
  readonly correlationId: string
  /** What the caller's application gave along; `{}` for nothing. */
  readonly customData: unknown
  readonly offersVideo: boolean
  /** What the caller has recorded of it: a boolean or, from 1.x on, `{ audio, video }`. */
  readonly recording: unknown
}
