import type { CallEnd, LegEvent, RejectReason } from '../../machines/index.ts'
import type { EndEvent, Session } from './jssip.ts'
import { detail, endOf, isAnsweredElsewhere, parseReasons } from './wire.ts'
import type { Reason } from './wire.ts'

/** A session that ended before it was answered (JsSIP's `failed`), in the words of the port. */
export function failureOf({ originator, message, cause }: EndEvent, isIncoming: boolean): LegEvent {
  const why = reasonsIn(message)
  if (originator === 'remote' && cause === 'Canceled') {
    return { type: 'leg.cancelled', answeredElsewhere: isAnsweredElsewhere(why) }
  }
  const status = typeof message === 'object' && message !== null && 'status_code' in message ? message : null
  if (originator === 'remote' && status !== null && status.status_code >= 300) {
    return { type: 'leg.rejected', end: endOf(status.status_code, status.reason_phrase, why) }
  }
  const end = causeEnd(originator, cause, message)
  return { type: 'leg.ended', end: isIncoming && end.reason === 'no-answer' ? { ...end, reason: 'missed' } : end }
}

/** A session that ended after it was answered (JsSIP's `ended`). */
export function endingOf({ originator, message, cause }: EndEvent): LegEvent {
  if (originator === 'remote' && cause === 'Terminated') {
    return { type: 'leg.ended', end: { by: 'remote', reason: 'hangup', ...detail(reasonsIn(message)) } }
  }
  return { type: 'leg.ended', end: causeEnd(originator, cause, message) }
}

function reasonsIn(message: EndEvent['message']): readonly Reason[] {
  if (typeof message !== 'object' || message === null) return []
  return message.getHeaders('Reason').flatMap(parseReasons)
}

/** What JsSIP calls the cause (its `causes`), when no response says it better. */
function causeEnd(by: string, cause: string, message: EndEvent['message']): CallEnd {
  switch (cause) {
    case 'Terminated':
      return { by: 'local', reason: 'hangup' }
    case 'Rejected':
      return { by: 'local', reason: 'declined' }
    // JsSIP says this too when the socket went while it was dialling; when we asked, the chart has noted so already
    case 'Canceled':
    case 'Connection Error':
      return { by: 'system', reason: 'network', text: cause }
    case 'Request Timeout':
    case 'No ACK':
    case 'RTP Timeout':
      return { by: 'system', reason: 'timeout', text: cause }
    case 'Expires':
    case 'No Answer':
      return { by: 'system', reason: 'no-answer', text: cause }
    case 'Bad Media Description':
    case 'Missing SDP':
    case 'Dialog Error':
      return { by: 'remote', reason: 'protocol', text: cause }
    case 'WebRTC Error':
    case 'User Denied Media Access':
      return { by: 'system', reason: 'media', text: cause }
    default:
      return {
        by: by === 'remote' ? 'remote' : 'system',
        reason: 'error',
        text: typeof message === 'string' ? message : cause
      }
  }
}

/** What a refusal of ours is said as. */
export const rejections: Readonly<Record<RejectReason, number>> = {
  busy: 486,
  declined: 603,
  'no-answer': 480,
  unavailable: 480
}

export function terminate(session: Session, options: { status_code?: number } = {}) {
  try {
    if (!session.isEnded()) session.terminate(options)
  } catch {
    // JsSIP throws when the session ended in this very moment, which is what was asked for
  }
}
