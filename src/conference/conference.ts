import { createActor, fromCallback } from 'xstate'
import type { ActorOptions, ActorRefFrom, AnyActorLogic } from 'xstate'
import { conferenceMachine } from '../../machines/index.ts'
import type { ConferenceCommand, ConferenceEmitted, ConferenceEvent } from '../../machines/index.ts'
import type { Attendant, AttendedCall } from '../attendant.ts'
import { derive, Source } from '../behavior.ts'
import type { Behavior } from '../behavior.ts'
import type { Call } from '../call.ts'
import { CallError, errorOf, rejected } from '../errors.ts'
import { frozen } from '../frozen.ts'
import { Floor } from './floor.ts'
import { audioMixer } from './mixer.ts'
import type { Mixer } from './mixer.ts'
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
  readonly #floor: Floor
  readonly #actor: ActorRefFrom<typeof conferenceMachine>
  readonly #seats = new Map<string, Seat>()
  readonly #wishes = new Wishes()
  readonly #source = new Source()
  readonly #abilities = new Map<ConferenceCommandName, Behavior<boolean>>()
  #calls: readonly Call[] = frozen([])
  #count = 0

  readonly status$: Behavior<ConferenceStatus> = derive(() => this.#status, this.#source)
  readonly calls$: Behavior<readonly Call[]> = derive(() => this.#calls, this.#source)

  constructor({ mixer = audioMixer(), clock }: ConferenceOptions) {
    this.#mixer = mixer
    this.#floor = new Floor(mixer, this.#seats, (event) => this.#send(event))
    const floor = fromCallback<ConferenceCommand>(({ receive }) => receive((command) => this.#floor.carryOut(command)))
    this.#actor = createActor(conferenceMachine.provide({ actors: { floor } }), clock === undefined ? {} : { clock })
    this.#actor.on('*', (fact) => this.#told(fact))
    this.#actor.subscribe(() => this.#source.changed())
    this.#actor.start()
  }

  attend(attended: AttendedCall, call: Call): Attendant {
    const seat = new Seat(`member-${++this.#count}`, call, attended, ({ id }) => ({
      changed: () => {
        this.#floor.changed(id)
        this.#source.changed()
      },
      established: () => this.#succeeds(seat),
      leaving: () => this.#heirOf(seat)?.join(true),
      over: () => {
        const heir = this.#heirOf(seat)
        if (heir === undefined) this.#send({ type: 'member.over', member: id })
        else this.#send({ type: 'member.replaced', member: id, by: heir.id })
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

  /** Who is in the place of this one, which was in a conference until now. */
  #heirOf(seat: Seat): Seat | undefined {
    const isHere = [...this.#context.members, ...this.#context.wanted].includes(seat.id)
    return isHere && seat.isReplaced ? [...this.#seats.values()].find((other) => other.follows(seat)) : undefined
  }

  /** The call that takes the place of another one has been answered, and that one may stand yet. */
  #succeeds(seat: Seat) {
    const before = [...this.#seats.values()].find((other) => seat.follows(other))
    if (before !== undefined) this.#send({ type: 'member.replaced', member: before.id, by: seat.id })
  }

  #send(event: ConferenceEvent) {
    this.#actor.send(event)
  }

  #told(fact: ConferenceEmitted) {
    const calls = this.#context.members.flatMap((id) => this.#seats.get(id)?.call ?? [])
    this.#calls = Object.freeze(calls)
    if (fact.type === 'conference.joined') this.#wishes.granted(fact.member)
    if (fact.type === 'conference.replaced') this.#wishes.replaced(fact.member, fact.by)
    if (fact.type === 'conference.left-out') this.#wishes.refused(fact.members, errorOf(fact.cause))
  }
}
