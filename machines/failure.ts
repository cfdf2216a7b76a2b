/**
 * Why something did not happen, as plain data. A port reports failures in these words, a statechart keeps them, and
 * the engine makes a `CallError` of one when a command has to be rejected.
 */

/** Every way a command can fail: `area.reason`. Codes are added, never renamed. */
export type FailureCode =
  // the command itself
  | 'call.refused'
  | 'call.superseded'
  | 'call.ended'
  | 'call.limit'
  | 'call.invalid-target'
  | 'call.invalid-header'
  | 'call.invalid-digits'
  // the connection to the provider
  | 'connection.refused'
  | 'connection.unreachable'
  | 'connection.timeout'
  | 'connection.exhausted'
  | 'connection.lost'
  | 'connection.cancelled'
  | 'connection.offline'
  // the registration
  | 'registration.unauthorized'
  | 'registration.forbidden'
  | 'registration.rejected'
  | 'registration.timeout'
  // microphone, camera and the path of media
  | 'media.denied'
  | 'media.no-device'
  | 'media.busy'
  | 'media.unsupported'
  | 'media.failed'
  | 'media.lost'
  | 'media.silent'
  // offer and answer
  | 'negotiation.rejected'
  | 'negotiation.glare'
  | 'negotiation.timeout'
  | 'negotiation.failed'
  // digits
  | 'dtmf.unsupported'
  | 'dtmf.failed'
  | 'dtmf.timeout'
  // recording
  | 'recording.unsupported'
  | 'recording.rejected'
  | 'recording.failed'
  | 'recording.timeout'
  // several calls that hear one another
  | 'conference.unsupported'
  | 'conference.failed'
  | 'conference.timeout'
  // transfers
  | 'transfer.unsupported'
  | 'transfer.rejected'
  | 'transfer.failed'
  | 'transfer.timeout'
  // the engine
  | 'engine.disposed'
  | 'engine.invalid-options'
  | 'engine.failed'

/** What the provider said, untranslated. Never a secret: adapters leave out what authenticates. */
export interface ProviderDetail {
  readonly code?: number | string
  readonly text?: string
}

/** One failure: `text` is a sentence for a developer, `code` what a program branches on. */
export interface Failure {
  readonly code: FailureCode
  readonly text: string
  readonly provider?: ProviderDetail
}

/** Why a call is over: the closed list every provider's reasons are translated into. */
export type EndReason =
  | 'hangup'
  | 'cancelled'
  | 'declined'
  | 'busy'
  | 'no-answer'
  | 'missed'
  | 'answered-elsewhere'
  | 'not-found'
  | 'invalid-number'
  | 'forbidden'
  | 'payment-required'
  | 'unavailable'
  | 'transferred'
  | 'replaced'
  | 'media'
  | 'network'
  | 'timeout'
  | 'protocol'
  | 'error'

/** The one end of a call: who ended it and why; `code` and `text` are the protocol's (SIP: status and reason phrase). */
export interface CallEnd {
  readonly by: 'local' | 'remote' | 'system'
  readonly reason: EndReason
  readonly code?: number
  readonly text?: string
  readonly provider?: ProviderDetail
}
