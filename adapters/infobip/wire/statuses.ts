/** The provider's statuses and error codes in the engine's words. */
import type { CallEnd, EndReason, Failure, FailureCode, ProviderDetail } from '../../../machines/index.ts'
import type { Status } from './parts.ts'

/** 1.x: 5000 and a SIP status, except busy, not answered, and what a client makes up itself. 2.x: five digits. */
const reasons: Readonly<Record<number, EndReason>> = {
  0: 'hangup',
  5002: 'busy',
  5003: 'no-answer',
  5050: 'network',
  5051: 'media',
  5990: 'network',
  5991: 'media',

  5401: 'forbidden',
  5402: 'payment-required',
  5403: 'forbidden',
  5404: 'not-found',
  5408: 'timeout',
  5410: 'not-found',
  5480: 'unavailable',
  5484: 'invalid-number',
  5486: 'busy',
  5487: 'cancelled',
  5488: 'media',
  5500: 'error',
  5503: 'unavailable',
  5600: 'busy',
  5603: 'declined',
  5604: 'not-found',
  5606: 'media',

  10_000: 'hangup',
  10_001: 'answered-elsewhere',
  10_002: 'hangup',
  10_003: 'hangup',
  10_100: 'media',
  10_101: 'media',
  10_102: 'media',
  10_103: 'media',
  10_200: 'no-answer',
  10_201: 'busy',
  10_202: 'cancelled',
  10_203: 'declined',
  10_300: 'forbidden',
  10_301: 'payment-required',
  10_302: 'forbidden',
  10_303: 'not-found',
  10_304: 'unavailable',
  10_305: 'invalid-number',
  10_306: 'protocol',
  10_307: 'timeout',
  10_308: 'network',
  10_309: 'unavailable'
}

/** `id` as the gateway sent it: a number, or digits in a string. */
export function reasonOf(id: number | string): EndReason {
  return reasons[Number(id === '' ? Number.NaN : id)] ?? 'error'
}

/** The status of a `hangup` or a `call-error` as the end of the call; a gateway that gives none hung up. */
export function endOf(status: Status | null | undefined, by: CallEnd['by'] = 'remote'): CallEnd {
  if (!status) return { by, reason: 'hangup' }
  const code = Number(status.id)
  const text = status.description ?? status.name
  return {
    by,
    reason: reasonOf(status.id),
    ...(Number.isInteger(code) && { code }),
    ...(text && { text }),
    provider: detailOf(status)
  }
}

function detailOf({ id, name }: Status): ProviderDetail {
  return name ? { code: id, text: name } : { code: id }
}

/** `ErrorCode` of the SDK, 0.4.1's ids and 1.x's: what a client's own failures are called. */
const failures: Readonly<Record<string, FailureCode>> = {
  5051: 'media.failed',
  5070: 'dtmf.failed',
  5071: 'dtmf.unsupported',
  5072: 'dtmf.unsupported',
  5073: 'call.invalid-digits',
  5074: 'call.refused',
  5075: 'media.failed',
  5076: 'media.failed',
  5077: 'media.failed',
  5078: 'media.unsupported',
  5079: 'media.failed',
  5081: 'media.denied',
  5082: 'media.no-device',
  5083: 'media.busy',

  5720: 'dtmf.failed',
  5721: 'dtmf.unsupported',
  5722: 'dtmf.unsupported',
  5723: 'call.invalid-digits',
  5724: 'media.failed',
  5725: 'media.failed',
  5726: 'media.failed',
  5727: 'media.unsupported',
  5728: 'media.failed',
  5801: 'call.refused',
  5802: 'media.denied',
  5803: 'media.no-device',
  5804: 'media.busy',
  5991: 'media.failed'
}

export function failureCodeOf(id: number | string): FailureCode {
  return (Object.hasOwn(failures, id) && failures[id]) || 'engine.failed'
}

/** Sockets the gateway closes with a code of its own are closed for good; 1000 too is only a loss (§2.4). */
const PERMANENT = 4000

export interface Closure {
  readonly permanent: boolean
  readonly cause: Failure
}

/** Why a socket is closed, and whether trying again as we are is of use. */
export function closureOf(code: number, reason: string): Closure {
  const permanent = code >= PERMANENT
  const provider = reason ? { code, text: reason } : { code }
  return permanent
    ? { permanent, cause: { code: 'connection.refused', text: 'The gateway closed the connection', provider } }
    : { permanent, cause: { code: 'connection.lost', text: 'The connection to the gateway was lost', provider } }
}

/** `registration_failed`: the token is not good, and will not be. */
export function refusalOf(reason: string | null | undefined): Closure {
  const text = 'The gateway does not accept the token'
  return {
    permanent: true,
    cause: { code: 'registration.unauthorized', text, ...(reason && { provider: { text: reason } }) }
  }
}
