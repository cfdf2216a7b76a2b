import { Observable, Subject } from 'rxjs'
import type { ActorRefFrom } from 'xstate'
import type {
  CallCommand,
  CallEmitted,
  CallEnd,
  callMachine,
  DtmfMethod,
  MediaRequest,
  SignallingEvent
} from '../machines/index.ts'
import { derive, Listeners } from './behavior.ts'
import type { Behavior } from './behavior.ts'
import { checkDigits } from './checks.ts'
import { CallError, errorOf, rejected } from './errors.ts'
import type { Resources } from './registry.ts'
import { callView } from './view.ts'
import type { CallStatus, CallTimes, CallView, HoldView, PathView, SignallingView } from './view.ts'

export type CallCommandName = CallCommand['type']

export interface DtmfOptions {
  /** Milliseconds one tone lasts, 40 to 6000. Default 100. */
  readonly duration?: number
  /** Milliseconds between two tones, at least 30. Default 70. */
  readonly gap?: number
  /** Default: what the provider prefers. */
  readonly method?: DtmfMethod
}

/**
 * One call. Every command returns a promise that settles exactly once, when the call says so: `hold()` resolves when the
 * call *is* held. A command the call is not in the state for rejects with `call.refused`; nothing throws.
 */
export interface Call {
  readonly id: string
  readonly direction: 'outgoing' | 'incoming'
  /** What is true now: `view$.value`. */
  readonly state: CallView
  readonly view$: Behavior<CallView>
  readonly status$: Behavior<CallStatus>
  readonly hold$: Behavior<HoldView>
  readonly microphone$: Behavior<CallView['microphone']>
  readonly path$: Behavior<PathView | null>
  readonly signalling$: Behavior<SignallingView | null>
  readonly end$: Behavior<CallEnd | null>
  /** What the peer sends, to be played by an `<audio>` element. */
  readonly remoteStream$: Behavior<MediaStream | null>
  readonly events$: Observable<CallEmitted>
  /** Whether the command would be accepted now; a button's `disabled` is its opposite. */
  can(command: CallCommandName): boolean
  can$(command: CallCommandName): Behavior<boolean>

  answer(options?: { readonly media?: MediaRequest }): Promise<void>
  reject(reason?: 'busy' | 'declined'): Promise<void>
  /** Ends the call in whatever state it is; resolves once it is over, at most 5 s later. */
  hangup(): Promise<void>
  hold(): Promise<void>
  resume(): Promise<void>
  mute(): Promise<void>
  unmute(): Promise<void>
  /** Digits 0-9, A-D, * and #; resolves when the last one has been sent. */
  dtmf(digits: string, options?: DtmfOptions): Promise<void>

  /** Resolves when the call is answered; rejects with why it never will be. */
  established(): Promise<void>
  /** Resolves with the end of the call; never rejects. */
  ended(): Promise<CallEnd>
}

type Fact = CallEmitted['type']

interface Pending {
  readonly done: Fact
  readonly failed: readonly Fact[]
  /** Set where several commands of a kind may wait at once. */
  readonly id?: string
  resolve(): void
  reject(error: CallError): void
}

/** The call a program holds: commands go to the actor, what comes of them is taken from what the actor tells. */
export class CallHandle implements Call {
  readonly #actor: ActorRefFrom<typeof callMachine>
  readonly #resources: Resources
  readonly #now: () => number
  readonly #listeners = new Listeners()
  readonly #events = new Subject<CallEmitted>()
  readonly #behaviors = new Map<string, Behavior<unknown>>()
  #pending: Pending[] = []
  #view: CallView | null = null
  #viewed: unknown = null
  #times: CallTimes
  #commands = 0
  /** Set when the machine itself failed, or the engine was disposed: the chart can no longer say how the call ended. */
  #broken: CallEnd | null = null

  readonly view$: Behavior<CallView> = derive(() => this.state, this.#listeners.listen)

  constructor(actor: ActorRefFrom<typeof callMachine>, resources: Resources, now: () => number) {
    this.#actor = actor
    this.#resources = resources
    this.#now = now
    this.#times = Object.freeze({ started: now(), ringing: null, established: null, ended: null })
    actor.on('*', (fact) => this.#told(fact))
    actor.subscribe({
      next: () => this.#listeners.changed(),
      error: (error) =>
        this.break({ by: 'system', reason: 'error', text: error instanceof Error ? error.message : String(error) })
    })
  }

  get id() {
    return this.#actor.getSnapshot().context.id
  }

  get direction() {
    return this.#actor.getSnapshot().context.direction
  }

  get state(): CallView {
    const snapshot = this.#actor.getSnapshot()
    if (this.#view !== null && this.#viewed === snapshot) return this.#view
    const view = callView(snapshot, this.#times, this.#view)
    this.#viewed = snapshot
    this.#view = this.#broken === null ? view : Object.freeze({ ...view, ...over, end: this.#broken })
    return this.#view
  }

  get status$() {
    return this.#behavior('status', () => this.state.status)
  }
  get hold$() {
    return this.#behavior('hold', () => this.state.hold)
  }
  get microphone$() {
    return this.#behavior('microphone', () => this.state.microphone)
  }
  get path$() {
    return this.#behavior('path', () => this.state.path)
  }
  get signalling$() {
    return this.#behavior('signalling', () => this.state.signalling)
  }
  get end$() {
    return this.#behavior('end', () => this.state.end)
  }
  get remoteStream$() {
    return this.#behavior('remoteStream', () => (this.#isOver ? null : this.#resources.leg.remoteStream))
  }
  get events$() {
    return this.#events.asObservable()
  }

  can(command: CallCommandName): boolean {
    if (this.#broken !== null) return false
    return this.#actor.getSnapshot().can(command === 'dtmf' ? { type: 'dtmf', digits: [] } : { type: command })
  }

  can$(command: CallCommandName) {
    return this.#behavior(`can ${command}`, () => this.can(command))
  }

  answer(options: { readonly media?: MediaRequest } = {}) {
    return this.#command({ type: 'answer', ...options }, 'call.established', ['call.answer-failed'])
  }

  reject(reason: 'busy' | 'declined' = 'declined') {
    return this.#command({ type: 'reject', reason }, 'call.ended')
  }

  hangup() {
    if (!this.can('hangup')) return this.#isOver ? Promise.resolve() : this.#wait('call.ended')
    return this.#command({ type: 'hangup' }, 'call.ended')
  }

  hold() {
    return this.#command({ type: 'hold' }, 'hold.held', ['hold.failed', 'hold.resumed'])
  }

  resume() {
    return this.#command({ type: 'resume' }, 'hold.resumed', ['resume.failed', 'hold.held'])
  }

  mute() {
    if (this.state.microphone === 'muted' && !this.#isOver) return Promise.resolve()
    return this.#command({ type: 'mute' }, 'microphone.muted')
  }

  unmute() {
    if (this.state.microphone === 'live' && !this.#isOver) return Promise.resolve()
    return this.#command({ type: 'unmute' }, 'microphone.live')
  }

  dtmf(digits: string, { duration = 100, gap = 70, method }: DtmfOptions = {}) {
    const fault = checkDigits(digits, duration, gap)
    if (fault !== null) return rejected(new CallError('call.invalid-digits', fault))
    const command = `${this.id}/dtmf/${++this.#commands}`
    const tones = [...digits.toUpperCase()].map((tone) => ({
      command,
      tone,
      duration,
      gap,
      ...(method === undefined ? {} : { method })
    }))
    return this.#command({ type: 'dtmf', digits: tones }, 'dtmf.sent', ['dtmf.failed'], command)
  }

  established() {
    if (this.#times.established !== null) return Promise.resolve()
    return this.#wait('call.established')
  }

  ended(): Promise<CallEnd> {
    const end = () => this.state.end ?? { by: 'system', reason: 'error' as const }
    return this.#isOver ? Promise.resolve(end()) : this.#wait('call.ended').then(end)
  }

  /** Passes on what the connection did; the signalling region decides what it means. */
  signal(event: SignallingEvent) {
    if (!this.#isOver) this.#actor.send(event)
  }

  /** Ends the call without its machine, which failed or is being taken away. */
  break(end: CallEnd) {
    if (this.#isOver) return
    this.#broken = end
    this.#viewed = null
    this.#resources.release()
    this.#actor.stop()
    this.#told({ type: 'call.ended', end })
  }

  get #isOver() {
    return this.#broken !== null || this.#actor.getSnapshot().status !== 'active'
  }

  #command(command: CallCommand, done: Fact, failed: readonly Fact[] = [], id?: string): Promise<void> {
    const { status } = this.state
    if (status === 'ended') return rejected(this.#endError())
    if (!this.can(command.type)) {
      const message = `The call cannot "${command.type}" while it is ${status}`
      return rejected(new CallError('call.refused', message, { state: status }))
    }
    const outcome = this.#wait(done, failed, id)
    this.#actor.send(command)
    return outcome
  }

  #wait(done: Fact, failed: readonly Fact[] = [], id?: string): Promise<void> {
    if (this.#isOver) return done === 'call.ended' ? Promise.resolve() : rejected(this.#endError())
    const promise = new Promise<void>((resolve, reject) => {
      this.#pending.push({ done, failed, resolve, reject, ...(id === undefined ? {} : { id }) })
    })
    promise.catch(() => {})
    return promise
  }

  /** The actor told a fact: first what must be true before anybody sees it, then the promises, then the listeners. */
  #told(fact: CallEmitted) {
    if (fact.type === 'call.ended') this.#resources.release()
    this.#stamp(fact)
    const waiting = this.#pending
    this.#pending = waiting.filter((pending) => !this.#settle(pending, fact))
    this.#events.next(fact)
    if (fact.type !== 'call.ended') return
    this.#listeners.changed()
    this.#listeners.done()
    this.#events.complete()
  }

  #settle(pending: Pending, fact: CallEmitted): boolean {
    if (pending.id !== undefined && 'command' in fact && fact.command !== pending.id) return false
    if (fact.type === pending.done) pending.resolve()
    else if (fact.type === 'call.ended') pending.reject(this.#endError())
    else if (pending.failed.includes(fact.type)) pending.reject(failedError(fact))
    else return false
    return true
  }

  #stamp(fact: CallEmitted) {
    const now = this.#now()
    if (fact.type === 'call.ringing') this.#times = Object.freeze({ ...this.#times, ringing: now })
    else if (fact.type === 'call.established') this.#times = Object.freeze({ ...this.#times, established: now })
    else if (fact.type === 'call.ended') this.#times = Object.freeze({ ...this.#times, ended: now })
    else return
    this.#viewed = null
  }

  #endError(): CallError {
    const { cause } = this.#actor.getSnapshot().context
    const end = this.state.end ?? { by: 'system', reason: 'error' as const }
    if (end.reason === 'media' && cause !== null) return errorOf(cause)
    const provider = end.provider ?? {
      ...(end.code === undefined ? {} : { code: end.code }),
      ...(end.text === undefined ? {} : { text: end.text })
    }
    return new CallError('call.ended', `The call is over: ${end.reason}`, { end, provider, state: 'ended' })
  }

  /** One behavior per name, made when it is first asked for: most calls are never watched in every respect. */
  #behavior<T>(name: string, read: () => T): Behavior<T> {
    const known = this.#behaviors.get(name)
    if (known !== undefined) return known as Behavior<T>
    const made = derive(read, this.#listeners.listen)
    this.#behaviors.set(name, made)
    return made
  }
}

const over = { status: 'ended', path: null, signalling: null, negotiation: null, digits: '' } as const

function failedError(fact: CallEmitted): CallError {
  if ('cause' in fact) return errorOf(fact.cause)
  return new CallError('call.superseded', 'Another command was given before this one was done')
}
