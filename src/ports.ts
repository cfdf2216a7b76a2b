import { fromCallback } from 'xstate'
import type {
  Failure,
  LegCommand,
  LegEvent,
  MediaCommand,
  Transport,
  TransportCommand,
  TransportEvent
} from '../machines/index.ts'
import { failureOf } from './errors.ts'
import type { Registry } from './registry.ts'

/**
 * Adapters are not trusted with the machines: whatever they throw becomes an event, and what is not an event of the port
 * goes no further. Each table says what an event must carry for a chart to be able to take it.
 */
type Check = (event: Record<string, unknown>) => boolean

const anything: Check = () => true
const numbered: Check = (event) => typeof event['attempt'] === 'number'
const caused: Check = (event) => isFailure(event['cause'])
const ended: Check = (event) => isObject(event['end']) && typeof event['end']['reason'] === 'string'
const both =
  (...checks: readonly Check[]): Check =>
  (event) =>
    checks.every((check) => check(event))
const flag =
  (name: string): Check =>
  (event) =>
    typeof event[name] === 'boolean'

const legEvents: Record<LegEvent['type'], Check> = {
  'leg.ringing': flag('earlyMedia'),
  'leg.answered': anything,
  'leg.rejected': ended,
  'leg.cancelled': flag('answeredElsewhere'),
  'leg.ended': ended,
  'leg.offer.received': anything,
  'leg.offer.accepted': both(numbered, flag('peerHolds'), (event) => isObject(event['granted'])),
  'leg.offer.refused': both(numbered, flag('glare'), caused),
  'leg.offer.answered': flag('peerHolds'),
  'leg.offer.failed': caused,
  'leg.verified': numbered,
  'leg.gone': numbered,
  'leg.path.connected': anything,
  'leg.path.interrupted': anything,
  'leg.path.failed': anything,
  'leg.path.incomplete': anything,
  'leg.dtmf.sent': numbered,
  'leg.dtmf.failed': both(numbered, caused),
  'leg.dtmf.received': (event) => typeof event['tone'] === 'string' && typeof event['duration'] === 'number',
  'leg.media': anything,
  'leg.failed': caused
}

const transportEvents: Record<TransportEvent['type'], Check> = {
  'transport.opened': both(numbered, (event) => typeof event['identity'] === 'string'),
  'transport.closed': both(numbered, flag('permanent'), caused),
  'transport.silent': anything,
  'transport.proved': numbered,
  'transport.registered': both(numbered, (event) => typeof event['expires'] === 'number' && event['expires'] > 0),
  'transport.unregistered': numbered,
  'transport.refused': both(numbered, flag('permanent'), caused),
  'transport.incoming': (event) => typeof event['leg'] === 'string' && isObject(event['from']) && isObject(event['to']),
  'transport.garbage': (event) => typeof event['text'] === 'string'
}

export function isLegEvent(event: unknown): event is LegEvent {
  return isPortEvent(event, legEvents)
}

export function isTransportEvent(event: unknown): event is TransportEvent {
  return isPortEvent(event, transportEvents)
}

function isPortEvent(event: unknown, checks: Readonly<Record<string, Check>>): boolean {
  if (!isObject(event) || typeof event['type'] !== 'string' || !Object.hasOwn(checks, event['type'])) return false
  return checks[event['type']]?.(event) ?? false
}

function isFailure(value: unknown): value is Failure {
  return isObject(value) && typeof value['code'] === 'string' && typeof value['text'] === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** The transport as the child of a machine: it hears the events named, and what it is sent goes to the adapter. */
export function transportActor(transport: Transport, hears: readonly TransportEvent['type'][]) {
  return fromCallback<TransportCommand>(({ receive, sendBack }) => {
    const subscription = transport.events.subscribe({
      next: (event) => {
        if (isTransportEvent(event) && hears.includes(event.type)) sendBack(event)
      },
      // an adapter that fails for good is heard of no more; deadlines do the rest
      error: () => {}
    })
    receive((command) => {
      try {
        transport.send(command)
      } catch (error) {
        const attempt = 'attempt' in command ? command.attempt : 0
        const answer = command.type === 'connect' ? 'transport.closed' : 'transport.refused'
        const code = command.type === 'connect' ? 'connection.refused' : 'registration.rejected'
        sendBack({ type: answer, attempt, permanent: false, cause: failureOf(code, error) })
      }
    })
    return () => subscription.unsubscribe()
  })
}

/** A call's leg as its child. When the call is over, or the leg fails, everything the call holds is released. */
export function legActor(registry: Registry) {
  return fromCallback<LegCommand, { call: string }>(({ input, receive, sendBack }) => {
    const resources = registry.of(input.call)
    const failed = (error: unknown) => sendBack({ type: 'leg.failed', cause: failureOf('engine.failed', error) })
    const subscription = resources.leg.events.subscribe({
      next: (event) => {
        if (!isLegEvent(event)) return
        if (event.type === 'leg.media') resources.media.play(resources.leg.remoteStream)
        sendBack(event)
      },
      error: failed
    })
    receive((command) => {
      try {
        const { stream } = resources.media
        if (stream !== null && (command.type === 'dial' || command.type === 'answer')) resources.leg.attach(stream)
        resources.leg.send(command)
      } catch (error) {
        failed(error)
      }
    })
    return () => {
      subscription.unsubscribe()
      resources.release()
    }
  })
}

/** A call's microphone as its child. */
export function mediaActor(registry: Registry) {
  return fromCallback<MediaCommand, { call: string }>(({ input, receive, sendBack }) => {
    const { media, onMedia } = registry.of(input.call)
    onMedia(sendBack)
    receive((command) => media.send(command))
  })
}
