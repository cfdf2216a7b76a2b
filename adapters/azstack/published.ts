/**
 * Which of the vendor's statuses says what state a call is in, and the other way round: one table. A state the vendor has
 * no status for is null: nothing is published on entering it.
 */
import type { EndReason } from '../../machines/index.ts'
import type { CallinByMeStatus, CallinStatus, CalloutStatus } from './constants.ts'

export type Underway =
  | 'acquiring'
  | 'connecting'
  | 'ringing'
  | 'answering'
  | 'cancelling'
  | 'rejecting'
  | 'established'
  | 'ending'

/** Where a call is in its chart; an end by its reason. */
export type CallState = Underway | `ended ${EndReason}`

interface Statuses {
  readonly callout: CalloutStatus
  readonly callin: CallinStatus
  readonly byMe: CallinByMeStatus
}

/** `byMe`: what the user does with an incoming call on another device. */
export type Kind = keyof Statuses

export const published: { readonly [K in Kind]: Readonly<Record<CallState, Statuses[K] | null>> } = {
  callout: {
    acquiring: null,
    connecting: 'CALL_STATUS_CALLOUT_CONNECTING',
    ringing: 'CALL_STATUS_CALLOUT_RINGING',
    answering: null,
    cancelling: null,
    rejecting: null,
    established: 'CALL_STATUS_CALLOUT_ANSWERED',
    ending: null,
    'ended hangup': 'CALL_STATUS_CALLOUT_STOP',
    'ended cancelled': 'CALL_STATUS_CALLOUT_STOP',
    // the vendor has no word for these four, and calls every refusal it does not know busy
    'ended declined': 'CALL_STATUS_CALLOUT_BUSY',
    'ended forbidden': 'CALL_STATUS_CALLOUT_BUSY',
    'ended unavailable': 'CALL_STATUS_CALLOUT_BUSY',
    'ended not-found': 'CALL_STATUS_CALLOUT_BUSY',
    'ended busy': 'CALL_STATUS_CALLOUT_BUSY',
    'ended no-answer': 'CALL_STATUS_CALLOUT_NOT_ANSWERED',
    'ended missed': 'CALL_STATUS_CALLOUT_NOT_ANSWERED',
    'ended timeout': 'CALL_STATUS_CALLOUT_NOT_ANSWERED',
    'ended payment-required': 'CALL_STATUS_CALLOUT_ERROR_NOT_ENOUGH_BALANCE',
    'ended invalid-number': 'CALL_STATUS_CALLOUT_ERROR_INVALID_NUMBER',
    'ended answered-elsewhere': 'CALL_STATUS_CALLOUT_STOP',
    'ended transferred': 'CALL_STATUS_CALLOUT_STOP',
    'ended replaced': 'CALL_STATUS_CALLOUT_STOP',
    'ended media': 'CALL_STATUS_CALLOUT_ERROR',
    'ended network': 'CALL_STATUS_CALLOUT_ERROR',
    'ended protocol': 'CALL_STATUS_CALLOUT_ERROR',
    'ended error': 'CALL_STATUS_CALLOUT_ERROR'
  },
  callin: {
    acquiring: null,
    connecting: null,
    // told as `onCallinStart`
    ringing: null,
    answering: null,
    cancelling: null,
    rejecting: null,
    established: null,
    ending: null,
    'ended hangup': 'CALL_STATUS_CALLIN_STOP',
    'ended cancelled': 'CALL_STATUS_CALLIN_RINGING_STOP',
    'ended missed': 'CALL_STATUS_CALLIN_RINGING_STOP',
    'ended no-answer': 'CALL_STATUS_CALLIN_RINGING_STOP',
    'ended declined': 'CALL_STATUS_CALLIN_STOP',
    'ended busy': 'CALL_STATUS_CALLIN_STOP',
    'ended forbidden': 'CALL_STATUS_CALLIN_STOP',
    'ended unavailable': 'CALL_STATUS_CALLIN_STOP',
    'ended not-found': 'CALL_STATUS_CALLIN_STOP',
    'ended answered-elsewhere': 'CALL_STATUS_CALLIN_STOP',
    'ended transferred': 'CALL_STATUS_CALLIN_STOP',
    'ended replaced': 'CALL_STATUS_CALLIN_STOP',
    'ended payment-required': 'CALL_STATUS_CALLIN_ERROR',
    'ended invalid-number': 'CALL_STATUS_CALLIN_ERROR',
    'ended media': 'CALL_STATUS_CALLIN_ERROR',
    'ended network': 'CALL_STATUS_CALLIN_ERROR',
    'ended timeout': 'CALL_STATUS_CALLIN_ERROR',
    'ended protocol': 'CALL_STATUS_CALLIN_ERROR',
    'ended error': 'CALL_STATUS_CALLIN_ERROR'
  },
  byMe: {
    acquiring: null,
    connecting: null,
    ringing: 'CALL_STATUS_CALLIN_BY_ME_RINGING',
    answering: null,
    cancelling: null,
    rejecting: null,
    established: 'CALL_STATUS_CALLIN_BY_ME_ANSWERED',
    ending: null,
    'ended answered-elsewhere': 'CALL_STATUS_CALLIN_BY_ME_ANSWERED',
    'ended busy': 'CALL_STATUS_CALLIN_BY_ME_BUSY',
    'ended declined': 'CALL_STATUS_CALLIN_BY_ME_REJECTED',
    'ended hangup': 'CALL_STATUS_CALLIN_BY_ME_STOP',
    'ended cancelled': 'CALL_STATUS_CALLIN_BY_ME_STOP',
    'ended no-answer': 'CALL_STATUS_CALLIN_BY_ME_NOT_ANSWERED',
    'ended missed': 'CALL_STATUS_CALLIN_BY_ME_NOT_ANSWERED',
    'ended not-found': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended invalid-number': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended forbidden': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended payment-required': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended unavailable': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended transferred': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended replaced': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended media': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended network': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended timeout': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended protocol': 'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'ended error': 'CALL_STATUS_CALLIN_BY_ME_ERROR'
  }
}

/** What is published of a status that says nothing about the call: of no state at all. */
export const unknown: Statuses = {
  callout: 'CALL_STATUS_CALLOUT_UNKNOWN',
  callin: 'CALL_STATUS_CALLIN_UNKNOWN',
  byMe: 'CALL_STATUS_CALLIN_BY_ME_UNKNOWN'
}

/** The states in which a call may be of which this was published. */
export function statesOf<K extends Kind>(kind: K, status: Statuses[K]): CallState[] {
  const states = Object.keys(published[kind]) as CallState[]
  return states.filter((state) => published[kind][state] === status)
}
