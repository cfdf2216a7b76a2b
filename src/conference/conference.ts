import { createActor, fromCallback } from 'xstate'
import type { ActorOptions, ActorRefFrom, AnyActorLogic } from 'xstate'
import { conferenceMachine } from '../../machines/index.ts'
import type { ConferenceCommand, ConferenceEmitted, ConferenceEvent, Failure } from '../../machines/index.ts'
import type { Attendant, AttendedCall } from '../attendant.ts'
import { derive, Source } from '../behavior.ts'
import type { Behavior } from '../behavior.ts'
import type { Call } from '../call.ts'
import { CallError, errorOf, failureOf, rejected } from '../errors.ts'
import { frozen } from '../frozen.ts'
import { audioMixer } from './mixer.ts'
import type { Mixer, Mixing } from './mixer.ts'
import { Seat } from './seat.ts'
import { Wishes } from './wishes.ts'

/** `opening`: sound cannot be mixed yet. `joining`: one more is to come. */
export type ConferenceStatus = 'idle' | 'opening' | 'joining' | 'together'
export type ConferenceCommandName = 'join' | 'leave' | 'split' | 'end'

export interface ConferenceOptions {
  /** Default: `audioMixer()`. */
  readonly mixer?: Mixer
  /** Drives every deadline; for tests. */
  readonly clock?: NonNullable<ActorOptions<AnyActorLogic>['clock']>
}

/** Calls of an engine that hear one another: to each goes the own microphone and what all others say. */
export interface Conference {
  readonly status$: Behavior<ConferenceStatus>
  /** Those who hear one another, in the order in which they joined. */
  readonly calls$: Behavior<readonly Call[]>
  /**
   * Resolves when all of these hear one another, and those who did so already; calls that are held go on talking. Where
   * one cannot join, the others do, and it rejects with why: `conference.unsupported` without Web Audio,
   * `conference.timeout`, `conference.failed`, `call.refused` for a call that is not established, or that nobody would hear,
   * or with why it could not be resumed.
   */
  join(...calls: readonly Call[]): Promise<void>
  /** The call is by itself again: held, as any call is that the user is not on, unless calls are not held (`autoHold`). */
  leave(call: Call): Promise<void>
  /** All are by themselves again; the user stays on the one that joined last. */
  split(): Promise<void>
  /** Hangs up all of them. */
  end(): Promise<void>
  /** Whether the command would be accepted now, for some calls. */
  can(command: ConferenceCommandName): boolean
  can$(command: ConferenceCommandName): Behavior<boolean>
  /** For engines. */
  attend(attended: AttendedCall, call: Call): Attendant
}

/** `createEngine({ conference: createConference() })`. Nothing of the browser is touched before somebody joins. */
export function createConference(options: ConferenceOptions = {}): Conference {
  return new ConferenceImplementation(options)
}

class ConferenceImplementation implements Conference {
  readonly #mixer: Mixer
  readonly #actor: ActorRefFrom<typeof conferenceMachine>
  readonly #seats = new Map<string, Seat>()
  readonly #wishes = new Wishes()
  readonly #source = new Source()
  readonly #abilities = new Map<ConferenceCommandName, Behavior<boolean>>()
  #mixing: Mixing | null = null
  #connected: readonly string[] = []
  #calls: readonly Call[] = frozen([])
  #count = 0

  readonly status$: Behavior<ConferenceStatus> = derive(() => this.#status, this.#source)
  readonly calls$: Behavior<readonly Call[]> = derive(() => this.#calls, this.#source)

  constructor({ mixer = audioMixer(), clock }: ConferenceOptions) {
    this.#mixer = mixer
    const floor = fromCallback<ConferenceCommand>(({ receive }) => receive((command) => this.#carryOut(command)))
    this.#actor = createActor(conferenceMachine.provide({ actors: { floor } }), clock === undefined ? {} : { clock })
    this.#actor.on('*', (fact) => this.#told(fact))
    this.#actor.subscribe(() => this.#source.changed())
    this.#actor.start()
  }

  attend(attended: AttendedCall, call: Call): Attendant {
    const seat = new Seat(`member-${++this.#count}`, call, attended, ({ id }) => ({
      changed: () => this.#changed(id),
      over: () => {
        this.#send({ type: 'member.over', member: id })
        this.#seats.delete(id)
        this.#source.changed()
      }
    }))
    this.#seats.set(seat.id, seat)
    return seat
  }

  join(...calls: readonly Call[]): Promise<void> {
    const seats = calls.map((call) => this.#seatOf(call))
    const joining = [...new Set(seats.flatMap((seat) => (seat?.isEstablished === true ? [seat.id] : [])))]
    const unfit = calls.find((_, index) => seats[index]?.isEstablished !== true)
    if (!this.#mixer.isPossible)
      return rejected(new CallError('conference.unsupported', 'There is no Web Audio here, and no mixer was given'))
    if (unfit !== undefined) {
      const { status } = unfit.state
      const text = `Only calls of an engine with this conference can join, and while established: it is ${status}`
      return rejected(new CallError('call.refused', text, { state: status }))
    }
    const { members, wanted } = this.#context
    if (new Set([...members, ...wanted, ...joining]).size < 2)
      return rejected(new CallError('call.refused', 'It takes two calls to talk with one another'))
    const done = this.#wishes.wait(joining.filter((id) => !members.includes(id)))
    this.#send({ type: 'join', members: joining })
    return done
  }

  leave(call: Call): Promise<void> {
    const seat = this.#seatOf(call)
    const { members, wanted } = this.#context
    if (seat === undefined || ![...members, ...wanted].includes(seat.id))
      return rejected(new CallError('call.refused', 'The call is not in the conference'))
    this.#send({ type: 'leave', member: seat.id })
    return Promise.resolve()
  }

  split(): Promise<void> {
    this.#send({ type: 'split' })
    return Promise.resolve()
  }

  end(): Promise<void> {
    const calls = this.#calls
    if (this.#status !== 'together') this.#send({ type: 'split' })
    return Promise.all(calls.map((call) => call.hangup())).then(() => {})
  }

  can(command: ConferenceCommandName): boolean {
    if (command !== 'join') return this.#calls.length > 0
    const free = [...this.#seats.values()].filter(({ id, isEstablished }) => isEstablished && !this.#isIn(id))
    return this.#mixer.isPossible && free.length > 0 && free.length + this.#calls.length > 1
  }

  can$(command: ConferenceCommandName): Behavior<boolean> {
    const known = this.#abilities.get(command) ?? derive(() => this.can(command), this.#source)
    this.#abilities.set(command, known)
    return known
  }

  get #context() {
    return this.#actor.getSnapshot().context
  }

  get #status(): ConferenceStatus {
    const { value } = this.#actor.getSnapshot()
    if (typeof value === 'string') return value
    return value.mixing === 'together' ? 'together' : 'joining'
  }

  #isIn(id: string): boolean {
    return this.#context.members.includes(id)
  }

  #seatOf(call: Call): Seat | undefined {
    return [...this.#seats.values()].find((seat) => seat.call === call)
  }

  #send(event: ConferenceEvent) {
    this.#actor.send(event)
  }

  #changed(id: string) {
    if (this.#connected.includes(id)) this.#patch()
    this.#source.changed()
  }

  #carryOut(command: ConferenceCommand) {
    switch (command.type) {
      case 'open':
        return this.#open()
      case 'bring':
        return this.#bring(command.member, command.together)
      case 'connect':
        this.#connected = [...this.#connected, command.member]
        this.#patch()
        return this.#seats.get(command.member)?.send(this.#mixing?.streamFor(command.member) ?? null)
      case 'release':
        return this.#release(command.members)
      case 'close':
        this.#mixing?.close()
        this.#mixing = null
    }
  }

  #open() {
    try {
      const mixing = this.#mixer.open()
      this.#mixing = mixing
      mixing.opened.then(
        () => this.#mixing === mixing && this.#send({ type: 'mixer.opened' }),
        (error: unknown) => this.#mixing === mixing && this.#mixerFailed(error)
      )
    } catch (error) {
      this.#mixerFailed(error)
    }
  }

  #mixerFailed(error: unknown) {
    const { text } = failureOf('conference.failed', error)
    this.#send({ type: 'mixer.failed', cause: { code: 'conference.failed', text } })
  }

  /** First they belong together, so that nobody is held because of another one of them. */
  #bring(member: string, together: readonly string[]) {
    const seats = together.flatMap((id) => this.#seats.get(id) ?? [])
    const left = seats.filter((seat) => seat.isAside)
    for (const seat of seats) seat.join(true)
    const seat = this.#seats.get(member)
    if (seat === undefined) return
    seat.call.makeCurrent().then(
      () => {
        // the user comes back to those who were held meanwhile
        for (const each of left) if (each !== seat) each.resume()
        this.#send({ type: 'member.ready', member })
      },
      (error: unknown) => this.#send({ type: 'member.failed', member, cause: causeOf(error) })
    )
  }

  /** Their own microphones again, before what was mixed of them is gone. */
  #release(members: readonly string[]) {
    const seats = members.flatMap((id) => this.#seats.get(id) ?? [])
    for (const seat of seats) if (this.#connected.includes(seat.id)) seat.send(null)
    this.#connected = this.#connected.filter((id) => !members.includes(id))
    this.#patch()
    for (const seat of seats) seat.join(false)
  }

  #patch() {
    try {
      this.#mixing?.patch(this.#connected.flatMap((id) => this.#seats.get(id)?.patch ?? []))
    } catch (error) {
      this.#mixerFailed(error)
    }
  }

  #told(fact: ConferenceEmitted) {
    const calls = this.#context.members.flatMap((id) => this.#seats.get(id)?.call ?? [])
    this.#calls = Object.freeze(calls)
    if (fact.type === 'conference.joined') this.#wishes.granted(fact.member)
    if (fact.type === 'conference.left-out') this.#wishes.refused(fact.members, errorOf(fact.cause))
  }
}

function causeOf(error: unknown): Failure {
  if (!(error instanceof CallError)) return failureOf('conference.failed', error)
  const { code, message: text, provider } = error
  return { code, text, ...(provider === undefined ? {} : { provider }) }
}
