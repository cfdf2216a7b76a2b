import type { LegCommand } from '../../machines/index.ts'
import { canSendTones, sendTone } from '../webrtc/tones.ts'
import type { ToneOutcome } from '../webrtc/tones.ts'
import type { Gateway } from './gateway.ts'

type Digit = Extract<LegCommand, { type: 'dtmf' }>

/** Sends one digit: in the audio where the peer takes it so, else, or when asked to, as 1.x does by message. */
export function sendDigit(
  { tone, duration, method }: Digit,
  sender: RTCRtpSender | null,
  gateway: Gateway,
  callId: string,
  outcome: ToneOutcome
) {
  const how = method ?? gateway.digits ?? (canSendTones(sender) ? 'rtp' : 'info')
  if (how === 'rtp') return sendTone(sender, { tone, duration }, outcome)
  // which nobody confirms
  if (gateway.say({ action: 'dtmf_info', callId, digit: tone, duration })) return outcome.sent()
  outcome.failed({ code: 'dtmf.failed', text: 'There is no connection to send the digit on' })
}
