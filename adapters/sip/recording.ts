import type { Failure, LegCommand, LegEvent, RecordAction } from '../../machines/index.ts'
import { sendDigit } from './digits.ts'
import { requestThatMayFail } from './jssip-session-defects.ts'
import type { Session } from './jssip.ts'

/**
 * How the server is asked to record: by an INFO with a `Record` header, as PBXs and desk phones have it, or by feature
 * codes, digits that the server takes for itself. SIP has no standard for it that phones speak.
 */
export type RecordingMethod = 'info' | Readonly<{ start: string; stop: string; pause?: string; resume?: string }>

/** What recording needs of the account. */
export interface RecordingAccount {
  /** How the server records; null where it does not. */
  readonly recording: RecordingMethod | null
}

interface Outcome {
  readonly done: () => void
  readonly refused: (cause: Failure) => void
}

/** Milliseconds of a digit of a feature code, and of the gap after it. */
const digit = 100
const gap = 70

export function recordingActions(method: RecordingMethod | undefined): readonly RecordAction[] {
  if (method === undefined) return []
  if (method === 'info') return ['start', 'stop']
  return (['start', 'pause', 'resume', 'stop'] as const).filter((action) => method[action] !== undefined)
}

/** Throws a `TypeError` for codes that nobody could dial. */
export function checkRecording(method: RecordingMethod | undefined) {
  if (method === undefined || method === 'info') return
  for (const code of Object.values(method)) {
    if (!/^[0-9A-D*#]+$/.test(code)) throw new TypeError(`Not a feature code of digits, * and #: ${code}`)
  }
}

/** A call without a session is over, or was never there: nobody waits for an answer. */
export function askToRecord(
  session: Session | null,
  method: RecordingMethod | null,
  { attempt, action }: Extract<LegCommand, { type: 'record' }>,
  emit: (event: LegEvent) => void
) {
  if (session === null || method === null) return
  const outcome: Outcome = {
    done: () => emit({ type: 'leg.record.done', attempt, action }),
    refused: (cause) => emit({ type: 'leg.record.refused', attempt, cause })
  }
  if (method === 'info') inInfo(session, action, outcome)
  else void inDigits(session, method[action] ?? '', outcome)
}

function inInfo(session: Session, action: RecordAction, { done, refused }: Outcome) {
  const rejected = (code?: number, text?: string) =>
    refused({
      code: 'recording.rejected',
      text: 'The server does not do that',
      ...(code === undefined ? {} : { provider: { code, ...(text === undefined ? {} : { text }) } })
    })
  const unheard = () => refused({ code: 'recording.failed', text: 'The server was not reached' })
  requestThatMayFail(session, 'INFO', {
    extraHeaders: [`Record: ${action === 'start' ? 'on' : 'off'}`],
    eventHandlers: {
      onSuccessResponse: done,
      onErrorResponse: ({ status_code: code, reason_phrase: text }) => rejected(code, text),
      onDialogError: (response) => rejected(response?.status_code, response?.reason_phrase),
      onTransportError: unheard,
      onRequestTimeout: unheard
    }
  })
}

/** Nobody answers digits: they are taken for done when they have been sent. */
async function inDigits(session: Session, code: string, { done, refused }: Outcome) {
  for (const tone of code) {
    const cause = await new Promise<Failure | null>((resolve) => {
      sendDigit(session, { tone, duration: digit }, null, { sent: () => resolve(null), failed: resolve })
    })
    if (cause !== null) return refused({ ...cause, code: 'recording.failed' })
    await new Promise((resolve) => setTimeout(resolve, digit + gap))
  }
  done()
}
