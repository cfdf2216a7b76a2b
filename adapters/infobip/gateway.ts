import type { DtmfMethod } from '../../machines/index.ts'
import type { ClientAction, GatewayEvents } from './wire.ts'

/** What a leg needs of the connection to the gateway. */
export interface Gateway {
  readonly isOpen: boolean
  /** Calls are taken up again after the connection was lost. */
  readonly resumes: boolean
  readonly digits: DtmfMethod | null
  /** False when there is no connection to say it on. */
  say(action: ClientAction): boolean
  /** Hangs up a call that lives on without its connection, as often as it takes to be heard. */
  leave(callId: string): void
  /** Throws where there is no WebRTC. */
  openConnection(): RTCPeerConnection
  forget(leg: { readonly id: string; readonly callId: string }): void
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
