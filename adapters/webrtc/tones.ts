import type { Failure } from '../../machines/index.ts'

export interface Tone {
  readonly tone: string
  /** Milliseconds. */
  readonly duration: number
}

export interface ToneOutcome {
  readonly sent: () => void
  readonly failed: (cause: Failure) => void
}

/** Whether the peer takes digits in the audio (RFC 4733). */
export function canSendTones(sender: RTCRtpSender | null): boolean {
  return sender?.dtmf?.canInsertDTMF === true
}

/** Sends one digit in the audio. */
export function sendTone(sender: RTCRtpSender | null, { tone, duration }: Tone, outcome: ToneOutcome) {
  const dtmf = sender?.dtmf
  if (dtmf?.canInsertDTMF !== true) {
    return outcome.failed({
      code: 'dtmf.unsupported',
      text: 'The peer takes no digits in the audio (no telephone-event)'
    })
  }
  const onTone = (event: RTCDTMFToneChangeEvent) => {
    if (event.tone !== tone) return
    dtmf.removeEventListener('tonechange', onTone)
    outcome.sent()
  }
  dtmf.addEventListener('tonechange', onTone)
  try {
    dtmf.insertDTMF(tone, duration)
  } catch (error) {
    dtmf.removeEventListener('tonechange', onTone)
    outcome.failed({ code: 'dtmf.failed', text: error instanceof Error ? error.message : String(error) })
  }
}
