import { createActor, fromCallback } from 'xstate'
import type { AnyActorRef, AnyMachineSnapshot, EventObject } from 'xstate'
import {
  callMachine,
  captureMachine,
  connectionMachine,
  defaultBackoff,
  registrationMachine
} from '../../../machines/index.ts'
import type {
  BackoffPolicy,
  CallEvent,
  CallInput,
  CaptureEvent,
  CapturePolicy,
  ConnectionEvent,
  LegCommand,
  MediaCommand,
  MicrophoneCommand,
  QueuedDigit,
  RegistrationEvent,
  TransportCommand
} from '../../../machines/index.ts'
import { captureInput, outgoing } from './grounds.ts'
import { captureSamples } from './capture-samples.ts'
import { callSamples, connectionSamples, registrationSamples } from './samples.ts'
import { VirtualClock } from './virtual-clock.ts'

/** The name of a sample, as the tables name it (`leg.offer.refused (glare)`), or milliseconds to let pass. */
export type Step = string | number

/** One line of what happened, in order: what the machine heard, what it sent to a child, what it told its listeners. */
export interface Line {
  readonly at: number
  readonly who: 'hears' | 'leg' | 'media' | 'microphone' | 'transport' | 'tells'
  readonly event: EventObject & Readonly<Record<string, unknown>>
}

type Hear = (command: EventObject) => void

function record(log: Line[], clock: VirtualClock, who: Line['who']) {
  return (event: EventObject) => void log.push({ at: clock.now, who, event })
}

interface Started<TEvent extends EventObject> {
  readonly clock: VirtualClock
  readonly log: Line[]
  readonly actor: AnyActorRef
  readonly state: () => AnyMachineSnapshot
  readonly isOver: () => boolean
  readonly send: (event: TEvent) => void
  readonly run: (...steps: readonly Step[]) => void
  /** What was sent to a child or told, by its type. */
  readonly said: (who: Line['who'], type: string) => Line['event'][]
}

function bench<TEvent extends EventObject>(
  actor: AnyActorRef,
  clock: VirtualClock,
  log: Line[],
  event: Sampler<TEvent>
): Started<TEvent> {
  const hear = record(log, clock, 'hears')
  const send = (event: TEvent) => {
    // a finished actor is told nothing more: whoever holds it knows
    if (actor.getSnapshot().status !== 'active') return
    hear(event)
    actor.send(event)
  }
  return {
    clock,
    log,
    actor,
    send,
    state() {
      return actor.getSnapshot() as AnyMachineSnapshot
    },
    isOver() {
      return actor.getSnapshot().status !== 'active'
    },
    run(...steps) {
      for (const step of steps) {
        if (typeof step === 'number') clock.advance(step)
        else if (actor.getSnapshot().status === 'active') send(event(step, actor.getSnapshot().context as never))
      }
    },
    said(who, type) {
      return log.filter((line) => line.who === who && line.event.type === type).map((line) => line.event)
    }
  }
}

type Sampler<TEvent> = (step: string, context: never) => TEvent

function sampled(samples: object): Sampler<never> {
  const kinds = samples as Readonly<Record<string, Readonly<Record<string, (context: never) => never>>>>
  return (step, context) => {
    const [, type = '', kind = ''] = /^(\S+)(?: \((.*)\))?$/.exec(step) ?? []
    const sample = kinds[type]?.[kind]
    if (sample === undefined) throw new Error(`There is no sample named ${step}`)
    return sample(context)
  }
}

export interface CallOptions {
  readonly clock?: VirtualClock
  /** Plays the far end: hears every command, and answers by sending events. */
  readonly leg?: (command: LegCommand) => void
}

export type StartedCall = Started<CallEvent> & { readonly pressed: QueuedDigit[] }

export function startCall(
  input: Partial<CallInput> = {},
  { clock = new VirtualClock(), leg }: CallOptions = {}
): StartedCall {
  const log: Line[] = []
  const child = <TCommand extends EventObject>(who: 'leg' | 'media', hear?: (command: TCommand) => void) =>
    fromCallback<TCommand, { call: string }>(({ receive }) => {
      const write = record(log, clock, who)
      receive((command) => {
        write(command)
        hear?.(command)
      })
    })
  const machine = callMachine.provide({
    actors: { leg: child<LegCommand>('leg', leg), media: child<MediaCommand>('media') }
  })
  const actor = createActor(machine, { clock, input: { ...outgoing, ...input } })
  actor.on('*', record(log, clock, 'tells'))

  const pressed: QueuedDigit[] = []
  const sample: Sampler<CallEvent> = sampled(callSamples)
  const started = bench<CallEvent>(actor, clock, log, (step, context) => {
    if (step !== 'dtmf') return sample(step, context)
    // every digit another one, as far as there are digits, so that none can stand for another
    const digits = [0, 1].map((index) => ({
      command: `press ${pressed.length / 2}`,
      tone: '0123456789ABCD*#'[(pressed.length + index) % 16] ?? '0',
      duration: 100,
      gap: 70
    }))
    const event: CallEvent = { type: 'dtmf', digits }
    if (actor.getSnapshot().can(event)) pressed.push(...digits)
    return event
  })
  actor.start()
  return { ...started, pressed }
}

function transportActor(log: Line[], clock: VirtualClock, hear?: Hear) {
  return fromCallback<TransportCommand>(({ receive }) => {
    const write = record(log, clock, 'transport')
    receive((command) => {
      write(command)
      hear?.(command)
    })
  })
}

/** The microphone of a call, with two to choose from besides the one it began with. */
export function startCapture(policy: Partial<CapturePolicy> = {}, clock = new VirtualClock()) {
  const log: Line[] = []
  const microphone = fromCallback<MicrophoneCommand, { port: string }>(({ receive }) =>
    receive(record(log, clock, 'microphone'))
  )
  const actor = createActor(captureMachine.provide({ actors: { microphone } }), {
    clock,
    input: { ...captureInput, policy: { ...captureInput.policy, ...policy } }
  })
  actor.on('*', record(log, clock, 'tells'))
  const started = bench<CaptureEvent>(actor, clock, log, sampled(captureSamples))
  actor.start()
  return started
}

/** `hear` plays the provider: it hears every command. */
export function startConnection(policy: Partial<BackoffPolicy> = {}, clock = new VirtualClock(), hear?: Hear) {
  const log: Line[] = []
  const machine = connectionMachine.provide({ actors: { transport: transportActor(log, clock, hear) } })
  const actor = createActor(machine, { clock, input: { policy: { ...defaultBackoff, ...policy } } })
  actor.on('*', record(log, clock, 'tells'))
  const started = bench<ConnectionEvent>(actor, clock, log, sampled(connectionSamples))
  actor.start()
  return started
}

export function startRegistration(policy: Partial<BackoffPolicy> = {}, clock = new VirtualClock()) {
  const log: Line[] = []
  const machine = registrationMachine.provide({ actors: { transport: transportActor(log, clock) } })
  const actor = createActor(machine, { clock, input: { policy: { ...defaultBackoff, ...policy } } })
  actor.on('*', record(log, clock, 'tells'))
  const started = bench<RegistrationEvent>(actor, clock, log, sampled(registrationSamples))
  actor.start()
  return started
}
