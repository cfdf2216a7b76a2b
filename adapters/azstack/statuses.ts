/** What the provider's numbers and error names mean in the engine's words, and the other way round. */
import type { EndReason, FailureCode, RejectReason } from '../../machines/index.ts'
import type { ServerBody } from './packets.ts'

/** What a status says of a call: that it goes on like this, that it is over, or nothing (null). */
export type Meaning = CallState | EndReason | null
const states = ['connecting', 'ringing', 'established'] as const
export type CallState = (typeof states)[number]

/** Of everything else it only says how the call goes on. */
export function isEnd(meaning: Meaning): meaning is EndReason {
  return meaning !== null && !(states as readonly string[]).includes(meaning)
}

/** 503: what has become of our call. 180 is not in the vendor's documents, but its last version knows it. */
const calloutMeanings: Readonly<Record<number, Meaning>> = {
  100: 'connecting',
  180: 'ringing',
  183: 'ringing',
  200: 'established',
  403: 'declined',
  408: 'unavailable',
  480: 'no-answer',
  486: 'busy',
  487: 'cancelled',
  // the telephone called has no signal
  503: 'unavailable',
  700: 'hangup',
  702: 'payment-required'
}

/** The vendor takes every other refusal for busy. */
export function calloutMeaning(code: number): Meaning {
  return calloutMeanings[code] ?? (code >= 400 ? 'busy' : null)
}

/** The 503 that comes nearest. */
export const calloutCodes: Readonly<Record<CallState | EndReason | RejectReason, number>> = {
  connecting: 100,
  ringing: 183,
  established: 200,
  hangup: 700,
  cancelled: 487,
  declined: 403,
  busy: 486,
  'no-answer': 480,
  missed: 480,
  'answered-elsewhere': 700,
  'not-found': 408,
  'invalid-number': 408,
  forbidden: 403,
  'payment-required': 702,
  unavailable: 408,
  transferred: 700,
  replaced: 700,
  media: 700,
  network: 503,
  timeout: 408,
  protocol: 700,
  error: 700
}

/** 610: whether our call may be placed. Older servers count on `chargingError` alone, newer ones on `status`. */
export type Charging = Omit<ServerBody<610>, 'callId'>

const chargingErrors: Readonly<Record<number, EndReason>> = {
  '-3': 'busy',
  '-4': 'payment-required',
  '-5': 'invalid-number'
}

/** Null when it may. */
export function chargingMeaning({ status = 100, chargingError = 0 }: Charging): EndReason | null {
  if (chargingError === 0 && status === 100) return null
  // our own number is not one we may call from
  if (chargingError === 0 && status === 404) return 'forbidden'
  return chargingErrors[chargingError] ?? 'error'
}

/** Null for what is not known before the call is placed. */
export function chargingFor(reason: EndReason): Charging | null {
  if (reason === 'forbidden') return { status: 404 }
  if (reason === 'error') return { status: 402, chargingError: -1 }
  const [error] = Object.entries(chargingErrors).find(([, each]) => each === reason) ?? []
  return error === undefined ? null : { status: 402, chargingError: Number(error) }
}

/** 506 from a server: what the caller did. The number decides, not whether we have answered. */
const callinMeanings: Readonly<Record<number, Meaning>> = { 700: 'hangup', 702: 'cancelled' }

export function callinMeaning(code: number): Meaning {
  return callinMeanings[code] ?? null
}

/** 506 from a client, and 508: what was done with an incoming call on one of the user's devices. */
const deviceMeanings: Readonly<Record<number, Meaning>> = {
  183: 'ringing',
  200: 'established',
  403: 'no-answer',
  486: 'busy',
  700: 'hangup',
  702: 'declined'
}

export function deviceMeaning(code: number): Meaning {
  return deviceMeanings[code] ?? null
}

/** The same as the devices it was not done on have to take it. */
export function elsewhereMeaning(code: number): Meaning {
  return code === 200 ? 'answered-elsewhere' : deviceMeaning(code)
}

/** What a client sends in 506. */
export const callinCodes: Readonly<Record<'ringing' | 'established' | 'hangup' | RejectReason, number>> = {
  ringing: 183,
  established: 200,
  hangup: 700,
  'no-answer': 403,
  busy: 486,
  declined: 702,
  unavailable: 702
}

/** 188 and 199: free calls have numbers of their own. */
const freeMeanings: Readonly<Record<number, Meaning>> = {
  100: 'connecting',
  180: 'ringing',
  200: 'established',
  400: 'no-answer',
  600: 'busy',
  603: 'declined',
  700: 'hangup'
}

export function freeMeaning(status: number): Meaning {
  return freeMeanings[status] ?? null
}

export const freeCodes: Readonly<Record<CallState | 'hangup' | RejectReason, number>> = {
  connecting: 100,
  ringing: 180,
  established: 200,
  hangup: 700,
  'no-answer': 400,
  busy: 600,
  declined: 603,
  unavailable: 603
}

/** What a log says of a call that ended like this without having been answered. */
const unansweredLogs: Readonly<Record<EndReason, 1 | 2>> = {
  declined: 1,
  busy: 1,
  forbidden: 1,
  'invalid-number': 1,
  'not-found': 1,
  'payment-required': 1,
  protocol: 1,
  media: 1,
  error: 1,
  hangup: 2,
  cancelled: 2,
  'no-answer': 2,
  missed: 2,
  'answered-elsewhere': 2,
  unavailable: 2,
  transferred: 2,
  replaced: 2,
  network: 2,
  timeout: 2
}

export function logCode(reason: EndReason, answered: boolean): 0 | 1 | 2 {
  return answered ? 0 : unansweredLogs[reason]
}

export const errorCodes = [
  'ERR_SOCKET_CONNECT',
  'ERR_SOCKET_PARSE_BODY',
  'ERR_SOCKET_UNKNOWN_SERVICE',
  'ERR_SOCKET_NOT_CONNECTED',
  'ERR_REQUEST_TIMEOUT',
  'ERR_UNEXPECTED_DATA',
  'ERR_UNEXPECTED_SEND_DATA',
  'ERR_UNEXPECTED_RECEIVED_DATA',
  'ERR_WEBRTC'
] as const

/** The vendor's names of what can go wrong. */
export type ErrorCode = (typeof errorCodes)[number]

export const failureCodes: Readonly<Record<ErrorCode, FailureCode>> = {
  ERR_SOCKET_CONNECT: 'connection.unreachable',
  ERR_SOCKET_PARSE_BODY: 'connection.refused',
  ERR_SOCKET_UNKNOWN_SERVICE: 'connection.refused',
  ERR_SOCKET_NOT_CONNECTED: 'connection.offline',
  ERR_REQUEST_TIMEOUT: 'connection.timeout',
  ERR_UNEXPECTED_DATA: 'call.refused',
  ERR_UNEXPECTED_SEND_DATA: 'call.invalid-target',
  ERR_UNEXPECTED_RECEIVED_DATA: 'connection.refused',
  ERR_WEBRTC: 'media.failed'
}
