/** The provider's statuses and error codes in the engine's words. */
import type { CallEnd, EndReason, FailureCode } from '../../../machines/index.ts'
import { closure } from '../../kit/index.ts'
import type { Closure } from '../../kit/index.ts'
import type { Status } from './parts.ts'

/** Which statuses stand for a reason. */
export type Reasons = Readonly<Partial<Record<EndReason, readonly number[]>>>

/** 0.4.1 and 1.x: 5000 and a SIP status, except busy, not answered, and what a client makes up itself. */
const reasons: Reasons = {
  hangup: [0],
  busy: [5002, 5486, 5600],
  'no-answer': [5003],
  network: [5050, 5990],
  media: [5051, 5991, 5488, 5606],
  forbidden: [5401, 5403],
  'payment-required': [5402],
  'not-found': [5404, 5410, 5604],
  timeout: [5408],
  unavailable: [5480, 5503],
  'invalid-number': [5484],
  cancelled: [5487],
  declined: [5603]
}

/** `id` as the gateway sent it: a number, or digits in a string. */
export function reasonOf(id: number | string, more: Reasons = {}): EndReason {
  const known = [...Object.entries(reasons), ...Object.entries(more)] as [EndReason, readonly number[]][]
  // an empty string would count as 0
  return known.find(([, ids]) => id !== '' && ids.includes(Number(id)))?.[0] ?? 'error'
}

/** The status of a `hangup` or a `call-error` as the end of the call; a gateway that gives none hung up. */
export function endOf(status: Status | null | undefined, by: CallEnd['by'], more?: Reasons): CallEnd {
  if (!status) return { by, reason: 'hangup' }
  const code = Number(status.id)
  const text = status.description ?? status.name
  return {
    by,
    reason: reasonOf(status.id, more),
    ...(Number.isInteger(code) && { code }),
    ...(text && { text }),
    provider: { code: status.id, ...(status.name && { text: status.name }) }
  }
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

/** Why a socket is closed, and whether trying again as we are is of use. */
export function closureOf(code: number, reason: string, wasOpen = true): Closure {
  const permanent = code >= PERMANENT
  const provider = { code, ...(reason && { text: reason }) }
  return closure(permanent ? 'refused' : wasOpen ? 'lost' : 'unreachable', { permanent, provider })
}

/** `registration_failed`: the token is not good, and will not be. */
export function refusalOf(reason: string | null | undefined): Closure {
  return closure('unauthorized', { permanent: true, ...(reason && { provider: { text: reason } }) })
}
