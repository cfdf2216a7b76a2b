/** The status a party refuses a call with, for each reason a call can end for. */
import type { EndReason, RejectReason } from '../../../../machines/index.ts'

const STATUS: Readonly<Record<RejectReason | EndReason, number>> = {
  busy: 486,
  declined: 603,
  'no-answer': 480,
  unavailable: 480,
  'not-found': 404,
  'invalid-number': 484,
  forbidden: 403,
  'payment-required': 402,
  timeout: 408,
  media: 488,
  cancelled: 487,
  'answered-elsewhere': 486,
  missed: 480,
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
