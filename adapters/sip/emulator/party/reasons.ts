/**
 * The status a call to a party ends with, for each reason it can end for. That nobody answers is told by the proxy, whose
 * patience is over (RFC 3261 §16.8); a phone itself would say that its user is not there.
 */
import type { EndReason, RejectReason } from '../../../../machines/index.ts'

const STATUS: Readonly<Record<RejectReason | EndReason, number>> = {
  busy: 486,
  declined: 603,
  'no-answer': 408,
  unavailable: 480,
  'not-found': 404,
  'invalid-number': 484,
  forbidden: 403,
  'payment-required': 402,
  timeout: 408,
  media: 488,
  cancelled: 487,
  'answered-elsewhere': 486,
  missed: 408,
  hangup: 480,
  transferred: 480,
  replaced: 480,
  network: 503,
  protocol: 400,
  error: 500
}

export function statusFor(reason: RejectReason | EndReason): number {
  return STATUS[reason]
}
