/** Ends and failures of the engine as Infobip's SDK told them: an id, a name, and a sentence. */
import type { CallEnd, EndReason } from '../../../src/index.ts'

/** From the gateway the id is a number (a string in dialect 2.6.1); of what clients made up themselves it is a string. */
export interface HangupStatus {
  readonly id: number | string
  readonly name: string
  readonly description: string
}

const noError: HangupStatus = { id: 0, name: 'NO_ERROR', description: 'No Error.' }

const byReason: Readonly<Partial<Record<EndReason, HangupStatus>>> = {
  'no-answer': { id: 5003, name: 'EC_VOICE_NO_ANSWER', description: 'Callee rang, but did not answer.' },
  missed: { id: 5003, name: 'EC_VOICE_NO_ANSWER', description: 'Nobody answered.' },
  timeout: { id: 5408, name: 'EC_VOICE_ERROR_REQUEST_TIMEOUT', description: 'Destination was not reached in time.' },
  network: { id: 5050, name: 'EC_CONNECTION_ERROR', description: 'Connection error.' }
}

const byFailure: Readonly<Record<string, HangupStatus>> = {
  'media.denied': { id: '5081', name: 'PERMISSION_DENIED', description: 'The microphone or camera was refused.' },
  'media.no-device': { id: '5082', name: 'DEVICE_NOT_FOUND', description: 'There is no such device.' },
  'media.busy': { id: '5083', name: 'DEVICE_NOT_AVAILABLE', description: 'The device cannot be opened.' },
  'dtmf.unsupported': { id: '5072', name: 'DTMF_UNAVAILABLE', description: 'Digits cannot be sent in this call.' },
  'call.invalid-digits': { id: '5073', name: 'INVALID_DTMF_TONE', description: 'Digits are 0-9, A-D, * and #.' }
}

/** What a call that is over says in its `hangup` or its `error`. */
export function statusOf(end: CallEnd): HangupStatus {
  const { code, text: name } = end.provider ?? {}
  if (typeof code === 'string' && byFailure[code] !== undefined) return byFailure[code]
  if (code !== undefined && /^\d+$/.test(String(code)))
    return { id: code, name: name ?? '', description: end.text ?? '' }
  if (end.by === 'local') return noError
  return byReason[end.reason] ?? (end.by === 'remote' ? noError : failed(end.text))
}

/** Whatever kept the screen from being shared. */
export const noScreen: HangupStatus = {
  id: '5079',
  name: 'UNKNOWN_SHARESCREEN_ERROR',
  description: 'The screen cannot be shared.'
}

/** Why a command failed. */
export function errorOf(error: unknown): HangupStatus {
  const { code, message } = error as { readonly code?: string; readonly message?: string }
  return byFailure[code ?? ''] ?? failed(message)
}

/** A call that failed was told by `error`, one that was ended by `hangup`; the loss of the connection was an end. */
export function isFailure({ by, reason, provider }: CallEnd): boolean {
  if (by !== 'system' || reason === 'network') return false
  return provider !== undefined || reason === 'media' || reason === 'error'
}

function failed(description = 'Unknown error.'): HangupStatus {
  return { id: 5051, name: 'EC_WEBRTC_ERROR', description }
}
