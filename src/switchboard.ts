import { createActor, fromCallback } from 'xstate'
import type { ActorRefFrom } from 'xstate'
import { nextCall, switchboardMachine } from '../machines/index.ts'
import type {
  Attention,
  CallEmitted,
  CallEnd,
  MediaRequest,
  Party,
  SwitchboardCommand,
  SwitchboardContext,
  SwitchboardEmitted,
  SwitchboardEvent,
  SwitchboardPolicy
} from '../machines/index.ts'
import type { Clock } from './account.ts'
import type { Call } from './call.ts'
import { CallError, errorOf } from './errors.ts'
import type { Turn, Turns } from './turns.ts'

/** What the switchboard asks of a call. */
export interface BoardedCall extends Pick<Call, 'can' | 'answer' | 'reject' | 'hangup' | 'hold' | 'resume'> {
  /** What the user wanted to be captured. */
  readonly media: MediaRequest
  attend(attention: Attention): void
  abandon(end: CallEnd): void
}

/** How a call is placed when it is its turn. */
export interface Placing {
  readonly refusal: () => CallError | null
  readonly start: () => Call
  /** The target calls us already: that call, being answered; null when it is gone. */
  readonly answer: (ringing: string) => Call | null
}

export interface SwitchboardHost {
  call(id: string): BoardedCall | undefined
  /** The call is announced: a new one, or one that was kept. */
  ring(id: string, from: Party): void
  /** A new call that nobody is told of. */
  keep(id: string, from: Party): void
  /** A call that was kept stands among the others now, and is being answered already. */
  show(id: string): void
  /** A new call that nobody is told of, and that hears busy. */
  refuse(id: string, from: Party): void
  told(fact: SwitchboardEmitted): void
  changed(): void
  failed(error: unknown): void
}

const notStarted: CallEnd = { by: 'system', reason: 'error' }
const replaced: CallEnd = { by: 'system', reason: 'replaced', text: 'Both called each other' }

/** The chart of all calls, and those who wait for their turn. */
export class Switchboard implements Turns {
  readonly #host: SwitchboardHost
  readonly #actor: ActorRefFrom<typeof switchboardMachine>
  readonly #turns = new Map<string, Turn[]>()
  #isOver = false

  constructor(policy: SwitchboardPolicy, clock: Clock | undefined, host: SwitchboardHost) {
    this.#host = host
    const calls = fromCallback<SwitchboardCommand>(({ receive }) => receive((command) => this.#carryOut(command)))
    this.#actor = createActor(switchboardMachine.provide({ actors: { calls } }), {
      ...(clock === undefined ? {} : { clock }),
      input: { policy }
    })
    this.#actor.on('*', (fact) => host.told(fact))
    this.#actor.subscribe({ next: () => host.changed(), error: (error: unknown) => host.failed(error) })
    this.#actor.start()
  }

  get current(): string | null {
    return this.#context.current
  }

  /** The call that `swap` leads to. */
  get next(): string | null {
    return nextCall(this.#context)?.id ?? null
  }

  get isClosed(): boolean {
    return this.#actor.getSnapshot().hasTag('closed')
  }

  get isFull(): boolean {
    const { calls, policy } = this.#context
    return calls.length >= policy.maxCalls
  }

  /** Resolves with a call at once, or as soon as whoever the user talks to is held. */
  place(id: string, target: string, { refusal, start, answer }: Placing): Promise<Call> {
    const placed = new Promise<Call>((resolve, reject) => {
      const granted = (ringing?: string) => {
        try {
          const refused = refusal()
          if (refused !== null) throw refused
          resolve((ringing === undefined ? null : answer(ringing)) ?? start())
        } catch (error) {
          this.send({ type: 'call.ended', call: id, end: notStarted })
          const cause = error instanceof CallError ? error : null
          reject(cause ?? new CallError('engine.failed', 'The call could not be started', { cause: error }))
        }
      }
      this.#await({ type: 'dial', call: id, target }, { granted, refused: reject })
    })
    placed.catch(() => {})
    return placed
  }

  take(call: string, turn: Turn) {
    this.#await({ type: 'take', call }, turn)
  }

  send(event: SwitchboardEvent) {
    if (!this.#isOver) this.#actor.send(event)
  }

  /** Takes what of a call concerns the others. */
  hear(call: string, fact: CallEmitted) {
    if (fact.type === 'call.established') this.send({ type: 'call.established', call })
    else if (fact.type === 'hold.held') this.send({ type: 'call.held', call })
    else if (fact.type === 'hold.resumed') this.send({ type: 'call.resumed', call })
    else if (fact.type === 'hold.failed') this.send({ type: 'call.hold-failed', call, cause: fact.cause })
    else if (fact.type === 'call.ended') this.send({ type: 'call.ended', call, end: fact.end })
  }

  dispose(why: CallError) {
    if (this.#isOver) return
    this.#isOver = true
    this.#actor.stop()
    const turns = [...this.#turns.values()].flat()
    this.#turns.clear()
    for (const turn of turns) turn.refused(why)
  }

  get #context(): SwitchboardContext {
    return this.#actor.getSnapshot().context
  }

  #await(event: Extract<SwitchboardEvent, { type: 'dial' | 'take' }>, turn: Turn) {
    if (this.#isOver) return turn.refused(new CallError('engine.disposed', 'The engine was disposed'))
    this.#turns.set(event.call, [...(this.#turns.get(event.call) ?? []), turn])
    this.#actor.send(event)
  }

  #turnsOf(call: string): readonly Turn[] {
    const turns = this.#turns.get(call) ?? []
    this.#turns.delete(call)
    return turns
  }

  #carryOut(command: SwitchboardCommand) {
    if (this.#isOver) return
    const host = this.#host
    const call = 'call' in command ? host.call(command.call) : undefined
    const like = command.type === 'answer' ? host.call(command.like) : undefined
    switch (command.type) {
      case 'grant':
        for (const turn of this.#turnsOf(command.call)) turn.granted()
        return
      case 'join':
        for (const turn of this.#turnsOf(command.call)) turn.granted(command.ringing)
        return
      case 'withdraw':
        for (const turn of this.#turnsOf(command.call)) turn.refused(errorOf(command.cause))
        return
      case 'ring':
        return host.ring(command.call, command.from)
      case 'keep':
        return host.keep(command.call, command.from)
      case 'show':
        return host.show(command.call)
      case 'refuse':
        return host.refuse(command.call, command.from)
      case 'answer':
        return void call?.answer(like === undefined ? undefined : { media: like.media })
      case 'hold':
        for (const id of command.calls) if (host.call(id)?.can('hold') === true) void host.call(id)?.hold()
        return
      case 'resume':
        for (const id of command.calls) if (host.call(id)?.can('resume') === true) void host.call(id)?.resume()
        return
      case 'drop':
        return void (call?.can('reject') ? call.reject('busy') : call?.hangup())
      case 'replace':
        return call?.abandon(replaced)
      case 'arrange':
        for (const [id, attention] of Object.entries(command.attention)) host.call(id)?.attend(attention)
    }
  }
}
