/** What users read. Words for end users are the application's: the engine speaks in codes and states. */
import type { CallEnd, CallView, ConnectionStatus, EngineEvent, RegistrationStatus } from 'callchart'

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

/** `alice` of `sip:alice@example.test`. */
export function nameOf(address: string): string {
  const user = /^sips?:([^@;]+)/.exec(address)?.[1] ?? address
  return user.charAt(0).toUpperCase() + user.slice(1)
}
