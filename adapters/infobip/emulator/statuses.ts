/** What the gateway says of the end of a call. */
import type { EndReason, RejectReason } from '../../../machines/index.ts'
import type { Status } from '../wire.ts'

const KNOWN: Readonly<Record<number, readonly [name: string, description: string]>> = {
  0: ['NO_ERROR', 'No Error.'],
  5002: ['EC_VOICE_USER_BUSY', 'Callee is busy.'],
  5003: ['EC_VOICE_NO_ANSWER', 'Callee rang, but did not answer.'],
  5403: ['EC_VOICE_ERROR_FORBIDDEN', 'Request is refused.'],
  5404: ['EC_VOICE_ERROR_DESTINATION_NOT_FOUND', 'No such destination.'],
  5408: ['EC_VOICE_ERROR_REQUEST_TIMEOUT', 'Destination was not reached in time.'],
  5480: ['EC_VOICE_ERROR_TEMPORARILY_NOT_AVAILABLE', 'Destination is not available now.'],
  5500: ['EC_VOICE_INTERNAL_SERVER_ERROR', 'Internal error.'],
  5503: ['EC_VOICE_SERVICE_UNAVAILABLE', 'Service is not available.']
}

const IDS: Readonly<Record<RejectReason | EndReason, number>> = {
  hangup: 0,
  busy: 5002,
  declined: 5603,
  'no-answer': 5003,
  missed: 5003,
  unavailable: 5480,
  'not-found': 5404,
  'invalid-number': 5484,
  forbidden: 5403,
  'payment-required': 5402,
  timeout: 5408,
  media: 5488,
  cancelled: 5487,
  'answered-elsewhere': 5002,
  transferred: 0,
  replaced: 0,
  network: 5503,
  protocol: 5400,
  error: 5500
}

/** `code` is an id of theirs or, below 1000, a SIP status. */
export function statusFor(reason: RejectReason | EndReason, code?: number): Status {
  if (code === undefined) return statusOf(IDS[reason])
  return statusOf(code > 0 && code < 1000 ? fromSip(code) : code)
}

export function statusOf(id: number): Status {
  const [name, description] = KNOWN[id] ?? ['EC_UNKNOWN_ERROR', 'Unknown error.']
  return { id, name, description }
}

/** 5000 and the SIP status, but for busy. */
export function fromSip(code: number): number {
  return code === 486 || code === 600 ? 5002 : 5000 + code
}
