import type { EndReason, Failure, LegEvent, TransportEvent, Video } from '../machines/index.ts'

/**
 * Adapters are not trusted with the machines: what is not an event of the port goes no further, and what is goes on as a
 * copy of its plain data. Each table says what an event must carry for a chart to be able to take it.
 */
type Check = (event: Plain) => boolean
type Plain = Readonly<Record<string, unknown>>

const anything: Check = () => true
const numbered: Check = (event) => typeof event['attempt'] === 'number'
const caused: Check = (event) => isFailure(event['cause'])
const ended: Check = (event) => isEnd(event['end'])
const flag =
  (name: string): Check =>
  (event) =>
    typeof event[name] === 'boolean'
const perhaps =
  (name: string, type: 'boolean' | 'number'): Check =>
  (event) =>
    isOptional(event[name], type)
const video: Check = (event) => event['video'] === undefined || isVideo(event['video'])
const all =
  (...checks: readonly Check[]): Check =>
  (event) =>
    checks.every((check) => check(event))

const legEvents: Readonly<Record<LegEvent['type'], Check>> = {
  'leg.ringing': flag('earlyMedia'),
  'leg.answered': all(video, perhaps('peerVideo', 'boolean')),
  'leg.rejected': ended,
  'leg.cancelled': flag('answeredElsewhere'),
  'leg.ended': ended,
  'leg.offer.received': video,
  'leg.offer.accepted': all(numbered, flag('peerHolds'), perhaps('peerVideo', 'boolean'), (event) =>
    isTerms(event['granted'])
  ),
  'leg.offer.refused': all(numbered, flag('glare'), caused, perhaps('retryAfter', 'number')),
  'leg.offer.answered': all(flag('peerHolds'), video, perhaps('peerVideo', 'boolean')),
  'leg.offer.failed': caused,
  'leg.verified': numbered,
  'leg.gone': numbered,
  'leg.path.connected': anything,
  'leg.path.interrupted': anything,
  'leg.path.failed': anything,
  'leg.path.silent': anything,
  'leg.path.incomplete': anything,
  'leg.record.done': all(numbered, (event) => typeof event['action'] === 'string'),
  'leg.record.refused': all(numbered, caused),
  'leg.dtmf.sent': numbered,
  'leg.dtmf.failed': all(numbered, caused),
  'leg.dtmf.received': (event) => typeof event['tone'] === 'string' && typeof event['duration'] === 'number',
  'leg.refer.accepted': numbered,
  'leg.refer.rejected': all(numbered, caused),
  'leg.refer.progress': all(numbered, (event) => isStatus(event['status'])),
  'leg.refer.succeeded': numbered,
  'leg.refer.failed': all(numbered, caused),
  'leg.refer.received': (event) =>
    typeof event['refer'] === 'string' &&
    typeof event['target'] === 'string' &&
    isOptional(event['replaces'], 'string') &&
    isOptionalParty(event['referredBy']),
  'leg.media': anything,
  'leg.failed': caused
}

const transportEvents: Readonly<Record<TransportEvent['type'], Check>> = {
  'transport.opened': all(numbered, (event) => typeof event['identity'] === 'string'),
  'transport.closed': all(numbered, flag('permanent'), caused),
  'transport.silent': anything,
  'transport.proved': numbered,
  'transport.registered': all(numbered, (event) => typeof event['expires'] === 'number' && event['expires'] > 0),
  'transport.unregistered': numbered,
  'transport.refused': all(numbered, flag('permanent'), caused),
  'transport.incoming': (event) =>
    video(event) &&
    typeof event['leg'] === 'string' &&
    isParty(event['from']) &&
    isParty(event['to']) &&
    isOptional(event['replaces'], 'string') &&
    isOptionalParty(event['referredBy']),
  'transport.garbage': (event) => typeof event['text'] === 'string'
}

const reasons: Readonly<Record<EndReason, true>> = {
  hangup: true,
  cancelled: true,
  declined: true,
  busy: true,
  'no-answer': true,
  missed: true,
  'answered-elsewhere': true,
  'not-found': true,
  'invalid-number': true,
  forbidden: true,
  'payment-required': true,
  unavailable: true,
  transferred: true,
  replaced: true,
  media: true,
  network: true,
  timeout: true,
  protocol: true,
  error: true
}

/** The event of a leg that this is, or null. */
export function readLegEvent(emitted: unknown): LegEvent | null {
  return read<LegEvent>(emitted, legEvents)
}

/** The event of a transport that this is, or null. */
export function readTransportEvent(emitted: unknown): TransportEvent | null {
  return read<TransportEvent>(emitted, transportEvents)
}

function read<E extends { type: string }>(emitted: unknown, checks: Readonly<Record<E['type'], Check>>): E | null {
  try {
    const event = plain(emitted)
    if (!isObject(event) || typeof event['type'] !== 'string' || !Object.hasOwn(checks, event['type'])) return null
    return checks[event['type'] as E['type']](event) ? (event as E) : null
  } catch {
    // reading it threw
    return null
  }
}

/** No event of a port is deeper. */
const deepest = 4

function plain(value: unknown, depth = 0): unknown {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value
  if (typeof value !== 'object' || depth === deepest) return undefined
  const parts = Object.entries(value).map(([name, part]) => [name, plain(part, depth + 1)])
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined))
}

function isEnd(value: unknown): boolean {
  return (
    isObject(value) &&
    (value['by'] === 'local' || value['by'] === 'remote' || value['by'] === 'system') &&
    typeof value['reason'] === 'string' &&
    Object.hasOwn(reasons, value['reason']) &&
    isOptional(value['code'], 'number') &&
    isOptional(value['text'], 'string')
  )
}

function isFailure(value: unknown): value is Failure {
  return isObject(value) && typeof value['code'] === 'string' && typeof value['text'] === 'string'
}

function isTerms(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value['hold'] === 'boolean' &&
    typeof value['restarts'] === 'number' &&
    isVideo(value['video'])
  )
}

const videos: Readonly<Record<Video, true>> = { off: true, inactive: true, receive: true, on: true }

function isVideo(value: unknown): boolean {
  return typeof value === 'string' && Object.hasOwn(videos, value)
}

function isParty(value: unknown): boolean {
  return isObject(value) && typeof value['address'] === 'string' && isOptional(value['displayName'], 'string')
}

function isOptionalParty(value: unknown): boolean {
  return value === undefined || isParty(value)
}

function isStatus(value: unknown): boolean {
  return typeof value === 'number' && value >= 100 && value < 700
}

function isOptional(value: unknown, type: 'boolean' | 'number' | 'string'): boolean {
  return value === undefined || typeof value === type
}

function isObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null
}
