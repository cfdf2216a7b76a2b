import type { Observable, Subscription } from 'rxjs'
import { createActor, fromCallback } from 'xstate'
import { callMachine } from '../machines/index.ts'
import type { CallEmitted, CallEnd, CallInput, ReceivedRefer, Transport, TransportEvent } from '../machines/index.ts'
import { Account } from './account.ts'
import type { AccountFact } from './account.ts'
import { mediaFor } from './attendance.ts'
import { createFacts, derive, Source } from './behavior.ts'
import type { Behavior } from './behavior.ts'
import { CallHandle } from './call-handle.ts'
import type { Call } from './call.ts'
import { checkDial, dialOptions } from './checks.ts'
import type { ConnectionView, RegistrationView } from './connection-view.ts'
import type { DialRequest } from './dial-request.ts'
import type { EngineEvent, EngineOptions } from './engine-options.ts'
import { CallError, errorOf, failureOf, rejected } from './errors.ts'
import { frozen } from './frozen.ts'
import type { MediaOptions } from './media-capture.ts'
import { legActor, mediaActor } from './ports.ts'
import { readTransportEvent } from './port-events.ts'
import { NetworkWatch, surroundings } from './network.ts'
import type { NetworkEvent } from './network.ts'
import { resolvePolicy } from './policy.ts'
import type { CallPolicy, ResolvedPolicy } from './policy.ts'
import { attempt, Registry } from './registry.ts'
import { Relations, successionOf } from './relations.ts'
import type { RelatedCall } from './relations.ts'

/** One account and its calls. */
export interface Engine {
  readonly connection$: Behavior<ConnectionView>
  readonly registration$: Behavior<RegistrationView>
  /** The calls that are not over, oldest first. */
  readonly calls$: Behavior<readonly Call[]>
  /** The calls that reach us, once each, already ringing. */
  readonly incoming$: Observable<Call>
  readonly events$: Observable<EngineEvent>
  /**
   * Resolves when calls can be made and, where the provider has registration, received. Rejects when that will not be, or
   * not in time (`connection.timeout`: the engine goes on trying until `disconnect()`).
   */
  connect(): Promise<void>
  /** Hangs up every call, unregisters and closes the connection. */
  disconnect(): Promise<void>
  /** Resolves with the call as soon as there is one; it is not answered yet (see `Call.established`). */
  dial(target: string, request?: DialRequest): Promise<Call>
  /** Lets go of everything at once; idempotent. Nothing is emitted afterwards. */
  dispose(): void
}

/** Offline until `connect()`. Throws a `CallError('engine.invalid-options')` for a policy that no clock could follow. */
export function createEngine(options: EngineOptions): Engine {
  return new EngineImplementation(options)
}

class EngineImplementation implements Engine {
  readonly #transport: Transport
  readonly #capabilities
  readonly #policy: ResolvedPolicy
  readonly #media: MediaOptions
  /** The root of one actor system for all calls: a system of its own would be a fifth of what a call holds. */
  readonly #root
  /** What calls are looked after with. */
  readonly #grounds
  readonly #account: Account
  readonly #callMachine
  readonly #registry = new Registry()
  readonly #handles = new Map<string, CallHandle>()
  readonly #relations = new Relations({
    capabilities: () => this.#capabilities,
    refusalOf: (target) => checkDial(target, {}) ?? this.#over ?? this.#refusalOf(target),
    dial: (target, request) => this.dial(target, request),
    follow: (call, wish) => this.#follow(call, wish),
    of: (id) => this.#handles.get(id)
  })
  readonly #source = new Source()
  readonly #incoming = createFacts<Call>()
  readonly #events = createFacts<EngineEvent>()
  readonly #listening: Subscription
  readonly #network: NetworkWatch
  #calls: readonly Call[] = frozen([])
  #dialled = 0
  /** Why nothing can be done with this engine any more. */
  #over: CallError | null = null

  readonly connection$: Behavior<ConnectionView>
  readonly registration$: Behavior<RegistrationView>
  readonly calls$: Behavior<readonly Call[]> = derive(() => this.#calls, this.#source)
  readonly incoming$ = this.#incoming.facts$
  readonly events$ = this.#events.facts$

  constructor({ transport, policy, media = {}, network = surroundings, clock, devices, quality }: EngineOptions) {
    const resolved = resolvePolicy(policy ?? {}, transport.capabilities.registration)
    this.#transport = transport
    this.#policy = resolved
    const { dtmf, recording } = transport.capabilities
    this.#capabilities = frozen({ ...transport.capabilities, dtmf: [...dtmf], recording: [...recording] })
    this.#media = media
    this.#network = new NetworkWatch(network, (event) => this.#networkTold(event))
    this.#root = createActor(
      fromCallback(() => {}),
      clock === undefined ? {} : { clock }
    )
    this.#root.start()
    this.#grounds = { devices, quality, clock: clock ?? globalThis, root: this.#root }
    this.#callMachine = callMachine.provide({
      actors: {
        leg: legActor(this.#registry, (call) => this.#tell(call, garbage)),
        media: mediaActor(this.#registry)
      },
      delays: resolved.deadlines
    })
    this.#account = new Account(transport, resolved, clock, {
      told: (fact) => this.#accountTold(fact),
      failed: (error) => this.#end(new CallError('engine.failed', 'The engine itself failed', { cause: error }), failed)
    })
    this.connection$ = this.#account.connection$
    this.registration$ = this.#account.registration$
    this.#account.start()
    this.#listening = transport.events.subscribe({
      next: (emitted) => this.#transportTold(readTransportEvent(emitted)),
      error: (error) => this.#account.hearNothingMore(error),
      complete: () => this.#account.hearNothingMore('The adapter let go of the account')
    })
  }

  connect(): Promise<void> {
    if (this.#over !== null) return rejected(this.#over)
    try {
      this.#network.start()
      void this.#grounds.devices?.refresh()
      return this.#account.connect()
    } catch (error) {
      return rejected(new CallError('engine.failed', 'Connecting could not be started', { cause: error }))
    }
  }

  disconnect(): Promise<void> {
    if (this.#over !== null) return Promise.resolve()
    this.#network.stop()
    return this.#account.disconnect(() => Promise.all([...this.#handles.values()].map((call) => call.hangup())))
  }

  dial(target: string, request?: DialRequest): Promise<Call> {
    try {
      const dial = dialOptions(request)
      const refusal = this.#over ?? checkDial(target, dial) ?? this.#refusalOf(target)
      if (refusal !== null) return rejected(refusal)
      const media = request?.media ? { media: request.media } : {}
      const remote = { address: target }
      return Promise.resolve(this.#start(this.#newId(), { direction: 'outgoing', remote, dial, ...media }))
    } catch (error) {
      return rejected(new CallError('engine.failed', 'The call could not be started', { cause: error }))
    }
  }

  dispose() {
    this.#end(new CallError('engine.disposed', 'The engine was disposed'), cutOff)
  }

  #end(why: CallError, end: CallEnd) {
    if (this.#over !== null) return
    this.#over = why
    for (const call of this.#handles.values()) call.abandon(end)
    this.#listening.unsubscribe()
    this.#network.stop()
    this.#account.dispose(why)
    attempt(() => this.#transport.dispose())
    this.#root.stop()
    this.#incoming.done()
    this.#events.done()
    this.#source.done()
  }

  #refusalOf(target: string): CallError | null {
    const refusal = this.#transport.check(target)
    if (refusal !== null) return errorOf(refusal)
    if (this.#account.isOnline) return null
    return new CallError('connection.offline', 'Not connected: call connect(), or wait for the reconnect', {
      state: this.connection$.value.status
    })
  }

  /** An adapter names its incoming calls itself. */
  #newId(): string {
    const id = `call-${++this.#dialled}`
    return this.#handles.has(id) ? this.#newId() : id
  }

  /** Whoever follows a wish is called as the peer was that had it: with the same media, and muted if that one was. */
  #follow(call: RelatedCall, { target, replaces, referredBy }: ReceivedRefer): CallHandle {
    const referral = {
      ...(replaces === undefined ? {} : { replaces }),
      ...(referredBy === undefined ? {} : { referredBy })
    }
    return this.#start(this.#newId(), {
      direction: 'outgoing',
      remote: { address: target },
      dial: { referral },
      media: call.media,
      succession: { ...successionOf(call), held: false },
      ...(referredBy === undefined ? {} : { referredBy })
    })
  }

  #start(id: string, input: Omit<CallInput, 'id' | 'capabilities' | keyof CallPolicy>): CallHandle {
    const resources = this.#registry.add(id, this.#transport.leg(id), mediaFor(this.#grounds, this.#media))
    const actor = createActor(this.#callMachine, {
      parent: this.#root,
      input: { ...input, id, capabilities: this.#capabilities, ...this.#policy.calls }
    })
    const call = new CallHandle(actor, resources, this.#relations, this.#callTold, this.#grounds)
    this.#handles.set(id, call)
    this.#setCalls([...this.#calls, call])
    actor.start()
    return call
  }

  readonly #callTold = (call: CallHandle, event: CallEmitted) => {
    if (event.type === 'call.ended') this.#forget(call)
    this.#tell(call.id, event)
    this.#relations.told(call, event)
  }

  #forget(call: Call) {
    this.#handles.delete(call.id)
    this.#setCalls(this.#calls.filter((other) => other !== call))
  }

  #setCalls(calls: readonly Call[]) {
    if (calls.length > 0 !== this.#calls.length > 0) this.#account.carries(calls.length > 0)
    this.#calls = Object.freeze(calls)
    this.#source.changed()
  }

  #tell(call: string | null, event: EngineEvent['event']) {
    this.#events.tell(Object.freeze({ at: Date.now(), call, event }))
  }

  #accountTold(fact: AccountFact) {
    const isLost = fact.type === 'connection.reconnecting' || fact.type === 'connection.disconnected'
    // a call is asked after only where the answer can reach us: on a connection that knows us
    const signal = isLost ? 'connection.lost' : this.#account.isReady ? 'connection.restored' : null
    if (signal !== null) for (const call of this.#handles.values()) call.signal({ type: signal })
    this.#tell(null, fact)
  }

  #networkTold(event: NetworkEvent) {
    if (this.#over !== null) return
    this.#account.heed(event)
    if (event.type === 'network.offline') return
    const news = event.type === 'network.online' ? ({ type: 'network.changed' } as const) : event
    for (const call of this.#handles.values()) call.signal(news)
  }

  #transportTold(event: TransportEvent | null) {
    if (event === null) return this.#tell(null, garbage)
    if (event.type === 'transport.garbage') return this.#tell(null, event)
    if (event.type !== 'transport.incoming') return this.#account.hear(event)
    this.#ring(event)
  }

  #ring({ leg, from, video = 'off', replaces, referredBy }: Extract<TransportEvent, { type: 'transport.incoming' }>) {
    if (this.#handles.has(leg)) return this.#tell(null, garbage)
    const { replacement } = this.#policy
    const replaced = replaces === undefined ? undefined : this.#handles.get(replaces)
    const isTakenOver = replaced !== undefined && replacement === 'accept'
    try {
      const call = this.#start(leg, {
        direction: 'incoming',
        remote: from,
        wish: video,
        ...(referredBy === undefined ? {} : { referredBy }),
        ...(isTakenOver ? { media: replaced.media, succession: successionOf(replaced) } : {})
      })
      if (replaces !== undefined && replacement === 'refuse') void call.reject()
      const isShown = replaces === undefined || replacement === 'ask' || (replacement === 'accept' && !isTakenOver)
      if (this.#handles.has(leg) && isShown) this.#incoming.tell(call)
    } catch (error) {
      this.#tell(null, {
        type: 'transport.garbage',
        text: `A call came in without a leg: ${failureOf('engine.failed', error).text}`
      })
    }
  }
}

const cutOff: CallEnd = { by: 'local', reason: 'hangup', text: 'The engine was disposed' }
const failed: CallEnd = { by: 'system', reason: 'error', text: 'The engine itself failed' }
const garbage = {
  type: 'transport.garbage',
  text: 'The adapter emitted something that is no event of its port'
} as const
