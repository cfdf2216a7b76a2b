import type { DtmfMethod, LegEvent } from '../../machines/index.ts'
import type { Peer } from '../webrtc/peer.ts'
import { hasVideo } from '../webrtc/sdp.ts'
import type { ClientAction, GatewayEvents } from './wire.ts'

/** What a leg needs of the connection to the gateway. */
export interface Gateway {
  readonly isOpen: boolean
  /** How calls are taken up again after the connection was lost. */
  readonly resuming: Resuming | null
  readonly digits: DtmfMethod | null
  /** False when there is no connection to say it on. */
  say(action: ClientAction): boolean
  /** Hangs up a call that lives on without its connection, as often as it takes to be heard. */
  leave(callId: string): void
  /** Throws where there is no WebRTC. */
  openConnection(): RTCPeerConnection
  forget(leg: { readonly id: string; readonly callId: string }): void
}

/** What offers need of the call they are made in. */
export interface OffersLine {
  readonly callId: string
  readonly correlationId: string
  say(action: ClientAction): boolean
  emit(event: LegEvent): void
  /** One after the other, with whatever else there is to do about descriptions. */
  enqueue(act: () => void | Promise<void>): void
}

export interface Resuming {
  begin(peer: Peer, line: OffersLine): Resumption
  /** Takes a call up again, only to end it. */
  end(gateway: Gateway, callId: string): Promise<void>
}

export interface Resumption {
  /** On a new connection: asks the gateway to go on with the call. */
  verify(attempt: number): void
  /** The gateway goes on with it. */
  reconnected(sdp: string): void
  /** The connection is lost: what was under way will never be answered. */
  forget(): void
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
}

export function detailsOf(
  { callId, correlationId }: { readonly callId: string; readonly correlationId: string },
  incoming: GatewayEvents['call'] | null
): InfobipCallDetails {
  const { customData = {}, description } = incoming ?? {}
  return { callId, correlationId, customData, offersVideo: hasVideo(description?.sdp ?? '') }
}
