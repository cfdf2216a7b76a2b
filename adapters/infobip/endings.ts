import type { CallEnd, RejectReason } from '../../machines/index.ts'
import { endOf } from './wire.ts'
import type { GatewayEvents, Reasons } from './wire.ts'

/** As in SIP: 486 the user does not want the call, 480 it could not be taken. */
export const rejections: Readonly<Record<RejectReason, number>> = {
  busy: 486,
  declined: 486,
  'no-answer': 480,
  unavailable: 480
}

/** The ends clients of 0.4.1 make up themselves. */
export const lostEnd: CallEnd = endOf(
  { id: 5050, name: 'EC_CONNECTION_ERROR', description: 'Connection error.' },
  'system'
)

/** What the browser did not go along with: 5051 to clients of 0.4.1. */
export function mediaEnd(error: unknown): CallEnd {
  return endOf({ id: 5051, name: 'EC_WEBRTC_ERROR', description: String(error) }, 'system')
}

/** The gateway's word that a call is over; how far it had come says what that means. */
export function endingOf(
  { event, status }: GatewayEvents['hangup' | 'call-error'],
  { isIncoming, isAnswered }: { readonly isIncoming: boolean; readonly isAnswered: boolean },
  reasons: Reasons
): CallEnd {
  const end = endOf(status, event === 'call-error' ? 'system' : 'remote', reasons)
  const isPlain = end.reason === 'hangup' || end.reason === 'cancelled'
  return isPlain && !isAnswered ? { ...end, reason: isIncoming ? 'missed' : 'declined' } : end
}
