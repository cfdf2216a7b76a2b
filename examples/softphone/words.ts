/** What users read. Words for end users are the application's: the engine speaks in codes and states. */
import type {
  CallEnd,
  CallQuality,
  CallRecord,
  CallView,
  CaptureView,
  ConnectionStatus,
  EngineEvent,
  Party,
  RecordingView,
  RegistrationStatus,
  TransferView
} from 'callchart'
import type { Peer } from './phone-settings.ts'

/** What the call is, in one line. "In call" only with signalling and media; otherwise it says which is missing. */
export function headline({ status, direction, path, signalling }: CallView): string {
  switch (status) {
    case 'acquiring':
      return 'Opening the microphone …'
    case 'connecting':
      return 'Calling …'
    case 'ringing':
      return direction === 'incoming' ? 'Incoming call' : 'Ringing …'
    case 'answering':
      return 'Answering …'
    case 'cancelling':
      return 'Giving up …'
    case 'rejecting':
      return 'Rejecting …'
    case 'ending':
      return 'Hanging up …'
    case 'ended':
      return 'Call ended'
    case 'established':
      if (path !== 'connected') return `Answered, media ${path ?? 'missing'}`
      return signalling === 'attached' ? 'In call' : `In call, signalling ${signalling ?? 'missing'}`
  }
}

/** What colour it is: all is well, somebody holds, or something is being waited for. */
export function mood({ status, path, signalling, hold }: CallView): 'calm' | 'talking' | 'held' | 'waiting' {
  if (status === 'ended') return 'calm'
  if (status !== 'established' || path !== 'connected' || signalling !== 'attached') return 'waiting'
  return hold.local === 'active' && hold.remote === 'active' ? 'talking' : 'held'
}

/** Who holds whom; null when nobody does. */
export function holding({ hold }: CallView, other: string): string | null {
  if (hold.local === 'holding') return `Putting ${other} on hold …`
  if (hold.local === 'resuming') return `Taking ${other} off hold …`
  if (hold.local === 'held') return hold.remote === 'held' ? 'You hold each other' : `You hold ${other}`
  return hold.remote === 'held' ? `${other} holds you` : null
}

const ends: Readonly<Record<CallEnd['reason'], string>> = {
  hangup: 'hung up',
  cancelled: 'The call was given up before it was answered',
  declined: 'declined the call',
  busy: 'is busy',
  'no-answer': 'Nobody answered',
  missed: 'You missed this call',
  'answered-elsewhere': 'Answered on another device',
  'not-found': 'Nobody is known by that address',
  'invalid-number': 'That is not a complete address',
  forbidden: 'This call is not allowed',
  'payment-required': 'This call has to be paid for',
  unavailable: 'is not available',
  transferred: 'The call was passed on',
  replaced: 'Another call took its place',
  media: 'Sound could not be set up',
  network: 'The network was lost for too long',
  timeout: 'There was no answer from the network',
  protocol: 'The other side was not understood',
  error: 'Something failed inside'
}

/** Why the call is over, as a sentence. */
export function endWords({ by, reason, code, text }: CallEnd, other: string): string {
  const words = ends[reason]
  const isAboutSomebody = words.startsWith(words.charAt(0).toLowerCase())
  const sentence = isAboutSomebody
    ? `${by === 'local' ? 'You' : other} ${by === 'local' ? yours(words) : words}`
    : words
  return code === undefined ? sentence : `${sentence} (${[code, text].filter(Boolean).join(' ')})`
}

function yours(words: string): string {
  return words.replace(/^is /, 'were ')
}

/** What a call is that one is not on. */
export function asideWords({ status, direction, hold, attention }: CallView): string {
  if (status === 'ringing' && direction === 'incoming') return attention === 'waiting' ? 'is waiting' : 'is calling'
  if (status !== 'established') return 'is being called'
  return hold.local === 'held' ? 'on hold' : 'silent here'
}

/** How a call that is over went. */
export function recordWords({ missed, answered, direction, end, times }: CallRecord, other: string): string {
  if (missed) return 'missed'
  if (answered && times.established !== null && times.ended !== null)
    return `${Math.round((times.ended - times.established) / 1000)} s`
  return direction === 'incoming' ? 'not answered' : endWords({ by: end.by, reason: end.reason }, other)
}

export function transferWords({ state, target, status }: TransferView, other: string): string {
  const whom = target === null ? 'somebody' : nameOf(target)
  switch (state) {
    case 'consulting':
      return `${other} waits while you ask`
    case 'holding':
      return `Putting ${other} on hold …`
    case 'referring':
      return `Asking ${other} to call ${whom} …`
    case 'trying':
      return `${other} calls ${whom} …${status === 180 ? ' it rings' : ''}`
    case 'restoring':
      return `Back to ${other} …`
    case 'handing-over':
      return `${other} is being connected …`
  }
}

export const recordingWords: Readonly<Record<RecordingView['state'], string>> = {
  off: '',
  starting: 'Starting …',
  on: 'Recording',
  pausing: 'Pausing …',
  paused: 'Paused',
  resuming: 'Going on …',
  stopping: 'Stopping …'
}

const captures: Readonly<Record<CaptureView['status'], string | null>> = {
  live: null,
  replacing: 'Trying another microphone …',
  interrupted: 'Your microphone is gone, trying others …',
  lost: 'There is no microphone: you are not heard'
}

/** Null while all is well with the microphone. */
export function captureWords(capture: CaptureView | null): string | null {
  return capture && captures[capture.status]
}

export function qualityWords({ mos, received, sent, roundTrip }: CallQuality): string {
  const loss = (way: CallQuality['sent']) => {
    const lost = way?.loss ?? null
    return lost === null ? '–' : `${Math.round(lost * 100)} %`
  }
  return [
    `MOS ${mos === null ? '–' : mos.toFixed(1)}`,
    `loss in ${loss(received)}, out ${loss(sent)}`,
    `round trip ${roundTrip === null ? '–' : `${Math.round(roundTrip)} ms`}`
  ].join(' · ')
}

const faults: Readonly<Record<CallQuality['degraded'][number], string>> = {
  loss: 'sound is lost on the way',
  jitter: 'sound comes unevenly',
  rtt: 'the other side answers late',
  mos: 'it is hard to understand',
  'no-audio': 'no sound comes through'
}

export function degradedWords(degraded: CallQuality['degraded']): string {
  return `A bad line: ${degraded.map((reason) => faults[reason]).join(', ')}`
}

export const connectionWords: Readonly<Record<ConnectionStatus, string>> = {
  offline: 'Offline',
  connecting: 'Connecting …',
  online: 'Connected',
  reconnecting: 'Reconnecting …',
  disconnecting: 'Disconnecting …'
}

export const registrationWords: Readonly<Record<RegistrationStatus, string>> = {
  unregistered: 'Not registered',
  registering: 'Registering …',
  registered: 'Registered',
  failed: 'Registration failed, trying again',
  refused: 'Registration refused',
  unregistering: 'Unregistering …'
}

/** What an event says besides its name. */
export function wordsForEvent(event: EngineEvent['event']): string {
  if (event.type === 'call.ended') return `${event.end.reason}, by ${event.end.by}`
  if (event.type === 'hold.remote') return event.held ? 'the peer holds' : 'the peer holds no more'
  if (event.type === 'dtmf.received') return event.tone
  if (event.type === 'dtmf.unsent') return event.digits
  if (event.type === 'transport.garbage') return event.text
  return 'cause' in event && event.cause ? event.cause.code : ''
}

/** As they call themselves, else as we know them. */
export function partyName({ address, displayName }: Party, peers: readonly Peer[]): string {
  return displayName ?? peers.find((peer) => peer.address === address)?.name ?? nameOf(address)
}

/** `Alice` of `sip:alice@example.test`. */
export function nameOf(address: string): string {
  const user = /^sips?:([^@;]+)/.exec(address)?.[1] ?? address
  return user.charAt(0).toUpperCase() + user.slice(1)
}
