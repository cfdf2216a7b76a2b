import { callConstants } from './constants.ts'
import type { CallinByMeStatus, CallinStatus, CalloutStatus } from './constants.ts'
import type { PaidCallLog } from './call-logs.ts'
import type { Answer } from './requests.ts'
import type { AzstackUser } from './transport.ts'

/** Set what you want to be told of. The names are the vendor's, spelling included. */
export interface Delegates {
  onAuthencationReturn?: Answer<AzstackUser> | undefined
  onStartCalloutReturn?: Answer<null> | undefined
  onStopCalloutReturn?: Answer<null> | undefined
  onCalloutStatusChanged?: Answer<{ readonly status: CalloutStatus }> | undefined
  onCallinStart?: Answer<{ readonly fromPhoneNumber: string; readonly toPhoneNumber: string }> | undefined
  onCallinStatusChanged?: Answer<{ readonly status: CallinStatus }> | undefined
  onCallinStatusChangedByMe?: Answer<{ readonly status: CallinByMeStatus }> | undefined
  onAnswerCallinReturn?: Answer<null> | undefined
  onRejectCallinReturn?: Answer<null> | undefined
  onNotAnsweredCallinReturn?: Answer<null> | undefined
  onStopCallinReturn?: Answer<null> | undefined
  onToggleAudioStateReturn?: Answer<null> | undefined
  onPaidCallLogReturn?: Answer<PublishedLog> | undefined
  /** The vendor's later versions have it: what is to be played, where nothing plays it by itself. */
  onRemoteStreamArrived?: Answer<{ readonly stream: MediaStream }> | undefined
  onDisconnectReturn?: Answer<null> | undefined
}

/** The names that delegates have, in the order of the guide. */
export const delegateNames = [
  'onAuthencationReturn',
  'onStartCalloutReturn',
  'onStopCalloutReturn',
  'onCalloutStatusChanged',
  'onAnswerCallinReturn',
  'onRejectCallinReturn',
  'onNotAnsweredCallinReturn',
  'onStopCallinReturn',
  'onCallinStart',
  'onCallinStatusChanged',
  'onCallinStatusChangedByMe',
  'onToggleAudioStateReturn',
  'onPaidCallLogReturn',
  'onRemoteStreamArrived',
  'onDisconnectReturn'
] as const satisfies readonly (keyof Delegates)[]

/** Which delegate a request about a call answers to. */
export const delegateOf = {
  stopCallout: 'onStopCalloutReturn',
  answerCallin: 'onAnswerCallinReturn',
  rejectCallin: 'onRejectCallinReturn',
  notAnsweredCallin: 'onNotAnsweredCallinReturn',
  stopCallin: 'onStopCallinReturn',
  toggleAudioState: 'onToggleAudioStateReturn'
} as const satisfies Record<string, keyof Delegates>

export interface PublishedLog {
  readonly callId: number | string
  readonly callType: string
  readonly callStatus: string
  readonly userId: number | null
  readonly fromPhoneNumber: string
  readonly toPhoneNumber: string
  readonly recordTime: number | null
  readonly recordUrl: string | null
}

const types = {
  callout: callConstants.CALL_PAID_LOG_CALL_TYPE_CALLOUT,
  callin: callConstants.CALL_PAID_LOG_CALL_TYPE_CALLIN,
  unknown: callConstants.CALL_PAID_LOG_CALL_TYPE_UNKNOWN
}
const statuses = {
  answered: callConstants.CALL_PAID_LOG_CALL_STATUS_ANSWERED,
  rejected: callConstants.CALL_PAID_LOG_CALL_STATUS_REJECTED,
  'not-answered': callConstants.CALL_PAID_LOG_CALL_STATUS_NOT_ANSWERED,
  unknown: callConstants.CALL_PAID_LOG_CALL_STATUS_UNKNOWN
}

export function publishedLog(log: PaidCallLog): PublishedLog {
  const { callId, type, status, userId, from, to, recordTime, recordUrl } = log
  return {
    callId,
    callType: types[type],
    callStatus: statuses[status],
    userId,
    fromPhoneNumber: from,
    toPhoneNumber: to,
    recordTime,
    recordUrl
  }
}
