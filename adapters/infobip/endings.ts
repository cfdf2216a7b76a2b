import type { CallEnd, LegEvent, RejectReason } from '../../machines/index.ts'
import { endOf } from './wire.ts'
import type { ClientAction, GatewayEvents, Reasons } from './wire.ts'

/** As in SIP: 486 the user does not want the call, 480 it could not be taken. */
export const rejections: Readonly<Record<RejectReason, number>> = {
  busy: 486,
  declined: 486,
  'no-answer': 480,
  unavailable: 480
}

/** How a call is left: with a code while it rings here, else without. */
export function farewellOf(callId: string, code: number | null): ClientAction {
  return code === null ? { action: 'hangup', callId } : { action: 'call_response', callId, status: 'decline', code }
}

/** The ends clients of 0.4.1 make up themselves. */
export const lostEnd: CallEnd = endOf(
  { id: 5050, name: 'EC_CONNECTION_ERROR', description: 'Connection error.' },
  'system'
)

/** What the browser did not go along with: 5051 to clients of 0.4.1. */
export function mediaEnd(error: unknown): CallEnd {
  const description = error instanceof Error ? `${error.name}: ${error.message}` : 'Unknown error.'
  return endOf({ id: 5051, name: 'EC_WEBRTC_ERROR', description }, 'system')
}

/** How far a call had come. */
export interface Ended {
  readonly isIncoming: boolean
  readonly isAnswered: boolean
}

/** The gateway's word that a call is over; how far it had come says what that means. */
export function endingOf(
  { event, status }: GatewayEvents['hangup' | 'call-error'],
  { isIncoming, isAnswered }: Ended,
  reasons: Reasons
): LegEvent {
  const end = endOf(status, event === 'call-error' ? 'system' : 'remote', reasons)
  if (isAnswered) return { type: 'leg.ended', end }
  const isPlain = end.reason === 'hangup' || end.reason === 'cancelled'
  const reason = isPlain ? (isIncoming ? 'missed' : 'declined') : end.reason
  // not `leg.cancelled`, which has no room for the status
  return { type: isIncoming ? 'leg.ended' : 'leg.rejected', end: { ...end, reason } }
}
