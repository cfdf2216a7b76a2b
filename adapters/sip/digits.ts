import type { DtmfMethod, Failure } from '../../machines/index.ts'
import { requestThatMayFail } from './jssip-session-defects.ts'
import type { Session } from './jssip.ts'
import { dtmfRelay } from './wire.ts'

export interface Digit {
  readonly tone: string
  readonly duration: number
}

export interface DigitOutcome {
  readonly sent: () => void
  readonly failed: (cause: Failure) => void
}

/** Sends one digit: in the audio (RFC 4733) where the peer takes it so, else, or when asked to, in an INFO. */
export function sendDigit(session: Session, digit: Digit, method: DtmfMethod | null, outcome: DigitOutcome) {
  const sender = session.connection.getSenders().find(({ track }) => track?.kind === 'audio')?.dtmf ?? null
  if (method !== 'info' && sender?.canInsertDTMF === true) return inAudio(sender, digit, outcome)
  if (method !== 'rtp') return inInfo(session, digit, outcome)
  outcome.failed({ code: 'dtmf.unsupported', text: 'The peer takes no digits in the audio (no telephone-event)' })
}

function inAudio(sender: RTCDTMFSender, { tone, duration }: Digit, { sent, failed }: DigitOutcome) {
  const onTone = (event: RTCDTMFToneChangeEvent) => {
    if (event.tone !== tone) return
    sender.removeEventListener('tonechange', onTone)
    sent()
  }
  sender.addEventListener('tonechange', onTone)
  try {
    sender.insertDTMF(tone, duration)
  } catch (error) {
    sender.removeEventListener('tonechange', onTone)
    failed({ code: 'dtmf.failed', text: error instanceof Error ? error.message : String(error) })
  }
}

function inInfo(session: Session, { tone, duration }: Digit, { sent, failed }: DigitOutcome) {
  const refused = (text: string, code?: number) =>
    failed({ code: 'dtmf.failed', text, ...(code === undefined ? {} : { provider: { code } }) })
  requestThatMayFail(session, 'INFO', {
    extraHeaders: ['Content-Type: application/dtmf-relay'],
    body: dtmfRelay(tone, duration),
    eventHandlers: {
      onSuccessResponse: sent,
      onErrorResponse: ({ status_code: code }) => refused('The peer refused the digit', code),
      onTransportError: () => refused('The connection was lost with the digit under way'),
      onRequestTimeout: () => failed({ code: 'dtmf.timeout', text: 'The peer did not confirm the digit' }),
      onDialogError: (response) => refused('The peer did not take the digit', response?.status_code)
    }
  })
}
