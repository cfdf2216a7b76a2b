import type { CallEnd, FailureCode, ProviderDetail } from '../../machines/index.ts'
import type { CalloutStatus } from './constants.ts'
import { published } from './published.ts'
import { errorCodes } from './statuses.ts'
import type { ErrorCode } from './statuses.ts'

/** What a request of the vendor's API fails with. */
export class AZStackError extends Error {
  override readonly name = 'AZStackError'
  readonly code: ErrorCode
  /** Why a call was refused before it was placed. */
  readonly status: CalloutStatus | undefined
  /** Where the vendor's own library has the code of what went wrong with media. */
  readonly error: 'ERR_WEBRTC' | undefined

  constructor(code: ErrorCode, message: string, detail: { status?: CalloutStatus; cause?: unknown } = {}) {
    super(message, 'cause' in detail ? { cause: detail.cause } : undefined)
    this.code = code
    this.status = detail.status
    this.error = code === 'ERR_WEBRTC' ? code : undefined
  }
}

/** The call was over before it was placed. */
export function refusal(end: CallEnd): AZStackError {
  const text = `The call was not placed: ${end.text ?? end.reason}`
  if (end.by === 'local') return new AZStackError('ERR_UNEXPECTED_DATA', 'The call was stopped before it was placed')
  if (end.by === 'system')
    return new AZStackError(end.reason === 'network' ? 'ERR_SOCKET_NOT_CONNECTED' : 'ERR_WEBRTC', text)
  const status = published.callout[`ended ${end.reason}`] ?? 'CALL_STATUS_CALLOUT_ERROR'
  return new AZStackError('ERR_UNEXPECTED_RECEIVED_DATA', text, { status })
}

const errors: Readonly<Record<FailureCode, ErrorCode>> = {
  'call.refused': 'ERR_UNEXPECTED_DATA',
  'call.superseded': 'ERR_UNEXPECTED_DATA',
  'call.ended': 'ERR_UNEXPECTED_DATA',
  'conference.unsupported': 'ERR_WEBRTC',
  'conference.failed': 'ERR_WEBRTC',
  'conference.timeout': 'ERR_WEBRTC',
  'call.limit': 'ERR_UNEXPECTED_DATA',
  'call.invalid-target': 'ERR_UNEXPECTED_SEND_DATA',
  'call.invalid-header': 'ERR_UNEXPECTED_SEND_DATA',
  'call.invalid-digits': 'ERR_UNEXPECTED_SEND_DATA',
  'connection.refused': 'ERR_SOCKET_CONNECT',
  'connection.unreachable': 'ERR_SOCKET_CONNECT',
  'connection.timeout': 'ERR_REQUEST_TIMEOUT',
  'connection.exhausted': 'ERR_SOCKET_CONNECT',
  'connection.lost': 'ERR_SOCKET_CONNECT',
  'connection.cancelled': 'ERR_SOCKET_NOT_CONNECTED',
  'connection.offline': 'ERR_SOCKET_NOT_CONNECTED',
  'registration.unauthorized': 'ERR_UNEXPECTED_RECEIVED_DATA',
  'registration.forbidden': 'ERR_UNEXPECTED_RECEIVED_DATA',
  'registration.rejected': 'ERR_UNEXPECTED_RECEIVED_DATA',
  'registration.timeout': 'ERR_REQUEST_TIMEOUT',
  'media.denied': 'ERR_WEBRTC',
  'media.no-device': 'ERR_WEBRTC',
  'media.busy': 'ERR_WEBRTC',
  'media.unsupported': 'ERR_WEBRTC',
  'media.failed': 'ERR_WEBRTC',
  'media.lost': 'ERR_WEBRTC',
  'media.silent': 'ERR_WEBRTC',
  'negotiation.rejected': 'ERR_WEBRTC',
  'negotiation.glare': 'ERR_WEBRTC',
  'negotiation.timeout': 'ERR_WEBRTC',
  'negotiation.failed': 'ERR_WEBRTC',
  'dtmf.unsupported': 'ERR_UNEXPECTED_DATA',
  'dtmf.failed': 'ERR_UNEXPECTED_DATA',
  'dtmf.timeout': 'ERR_UNEXPECTED_DATA',
  'recording.unsupported': 'ERR_UNEXPECTED_DATA',
  'recording.rejected': 'ERR_UNEXPECTED_DATA',
  'recording.failed': 'ERR_UNEXPECTED_DATA',
  'recording.timeout': 'ERR_REQUEST_TIMEOUT',
  'transfer.unsupported': 'ERR_UNEXPECTED_DATA',
  'transfer.rejected': 'ERR_UNEXPECTED_RECEIVED_DATA',
  'transfer.failed': 'ERR_UNEXPECTED_RECEIVED_DATA',
  'transfer.timeout': 'ERR_REQUEST_TIMEOUT',
  'engine.disposed': 'ERR_SOCKET_NOT_CONNECTED',
  'engine.invalid-options': 'ERR_UNEXPECTED_DATA',
  'engine.failed': 'ERR_UNEXPECTED_DATA'
}

/** A failure of a port, an error of the engine, or whatever else was thrown, in the vendor's words. */
export function toError(thrown: unknown): AZStackError {
  if (thrown instanceof AZStackError) return thrown
  const failure = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Partial<FailureLike>
  const text = failure.text ?? failure.message ?? String(thrown)
  const said = errorCodes.find((code) => code === failure.provider?.code)
  if (said !== undefined) return new AZStackError(said, text, { cause: thrown })
  // what kept the call from going on were the media, and nobody at the other end
  if (failure.end?.reason === 'error' || failure.end?.reason === 'media')
    return new AZStackError('ERR_WEBRTC', failure.end.text ?? text, { cause: thrown })
  const { code } = failure
  const known = code !== undefined && Object.hasOwn(errors, code) ? errors[code] : 'ERR_UNEXPECTED_DATA'
  return new AZStackError(known, text, { cause: thrown })
}

interface FailureLike {
  readonly code: FailureCode
  readonly text: string
  readonly message: string
  readonly provider: ProviderDetail
  readonly end: CallEnd
}
