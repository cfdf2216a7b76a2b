import { Observable, Subject } from 'rxjs'
import { createActor, waitFor } from 'xstate'
import type { ActorOptions, AnyActorLogic } from 'xstate'
import { callMachine, connectionMachine, registrationMachine } from '../machines/index.ts'
import type {
  CallEmitted,
  CallEnd,
  CallInput,
  ConnectionEmitted,
  DialOptions,
  Failure,
  MediaRequest,
  RegistrationEmitted,
  Transport,
  TransportEvent
} from '../machines/index.ts'
import { derive, Listeners } from './behavior.ts'
import type { Behavior } from './behavior.ts'
import { CallHandle } from './call.ts'
import type { Call } from './call.ts'
import { checkDial } from './checks.ts'
import { connectionView, registrationView } from './connection-view.ts'
import type { ConnectionView, RegistrationView } from './connection-view.ts'
import { CallError, errorOf, rejected } from './errors.ts'
import type { MediaOptions } from './media.ts'
import { isTransportEvent, legActor, mediaActor, transportActor } from './ports.ts'
import { resolvePolicy } from './policy.ts'
import type { Policy } from './policy.ts'
import { Registry } from './registry.ts'

export interface EngineOptions {
  /** One account at one provider, from an adapter. The engine owns it from now on. */
  readonly transport: Transport
  readonly policy?: Policy
  readonly media?: MediaOptions
  /** Drives every deadline; for tests. */
  readonly clock?: NonNullable<ActorOptions<AnyActorLogic>['clock']>
}

export interface DialRequest extends DialOptions {
  readonly media?: MediaRequest
}

/** Something that happened, and when; `call` is null for what concerns the account. */
export interface EngineEvent {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly call: string | null
  readonly event:
    | CallEmitted
    | ConnectionEmitted
    | RegistrationEmitted
    | Extract<TransportEvent, { type: 'transport.garbage' }>
}

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

export function createEngine(options: EngineOptions): Engine {
  return new EngineImplementation(options)
}

const cutOff: CallEnd = { by: 'local', reason: 'hangup', text: 'The engine was disposed' }

class EngineImplementation implements Engine {
  readonly #transport: Transport
  readonly #policy
  readonly #options: EngineOptions
  readonly #actorOptions
  readonly #registry = new Registry()
  readonly #connection
  readonly #registration
  readonly #callMachine
  readonly #subscription
  readonly #handles = new Map<string, CallHandle>()
  readonly #listeners = new Listeners()
  readonly #incoming = new Subject<Call>()
  readonly #events = new Subject<EngineEvent>()
  #calls: readonly Call[] = []
  #nextCall = 0
  #connecting: Promise<void> | null = null
  #disposed = false

  readonly connection$: Behavior<ConnectionView>
  readonly registration$: Behavior<RegistrationView>
  readonly calls$: Behavior<readonly Call[]> = derive(() => this.#calls, this.#listeners.listen)

  constructor(options: EngineOptions) {
    const { transport, policy = {}, clock } = options
    this.#options = options
    this.#transport = transport
    this.#policy = resolvePolicy(policy, transport.capabilities.registration)
    this.#actorOptions = clock === undefined ? {} : { clock }

    const hears = {
      connection: ['transport.opened', 'transport.closed', 'transport.silent', 'transport.proved'],
      registration: ['transport.closed', 'transport.registered', 'transport.unregistered', 'transport.refused']
    } as const
    this.#connection = createActor(
      connectionMachine.provide({ actors: { transport: transportActor(transport, hears.connection) } }),
      { ...this.#actorOptions, input: { policy: this.#policy.backoff } }
    )
    this.#registration = createActor(
      registrationMachine.provide({ actors: { transport: transportActor(transport, hears.registration) } }),
      { ...this.#actorOptions, input: { policy: this.#policy.registrationBackoff } }
    )
    this.#callMachine = callMachine.provide({
      actors: { leg: legActor(this.#registry), media: mediaActor(this.#registry) },
      delays: this.#policy.deadlines
    })
    this.connection$ = connectionView(this.#connection)
    this.registration$ = registrationView(this.#registration)

    this.#connection.on('*', (event) => this.#connectionTold(event))
    this.#registration.on('*', (event) => this.#registrationTold(event))
    this.#subscription = transport.events.subscribe({
      next: (event) => this.#transportTold(event),
      error: () => this.#transportTold(null)
    })
    this.#registration.start()
    this.#connection.start()
  }

  get incoming$() {
    return this.#incoming.asObservable()
  }

  get events$() {
    return this.#events.asObservable()
  }

  connect(): Promise<void> {
    if (this.#disposed) return rejected(disposed())
    if (this.#isReady) return Promise.resolve()
    if (this.#connecting !== null) return this.#connecting
    this.#connecting = this.#untilReady().finally(() => {
      this.#connecting = null
    })
    this.#connecting.catch(() => {})
    if (this.#connection.getSnapshot().hasTag('online')) this.#register()
    else this.#connection.send({ type: 'connect' })
    return this.#connecting
  }

  async disconnect(): Promise<void> {
    if (this.#disposed) return
    await Promise.all([...this.#handles.values()].map((call) => call.hangup()))
    if (this.#registration.getSnapshot().can({ type: 'unregister' })) {
      const unregistered = waitFor(this.#registration, (state) => state.matches('unregistered'))
      this.#registration.send({ type: 'unregister' })
      await unregistered
    }
    const offline = waitFor(this.#connection, (state) => state.matches('offline'))
    this.#connection.send({ type: 'disconnect' })
    await offline
  }

  dial(target: string, { media, ...dial }: DialRequest = {}): Promise<Call> {
    if (this.#disposed) return rejected(disposed())
    const fault = checkDial(target, dial)
    if (fault !== null) return rejected(fault)
    const refusal = this.#transport.check(target)
    if (refusal !== null) return rejected(errorOf(refusal))
    const connection = this.#connection.getSnapshot()
    if (!connection.hasTag('online'))
      return rejected(
        new CallError('connection.offline', 'Not connected: call connect() first, or wait for the reconnect', {
          state: this.connection$.value.status
        })
      )
    const id = `call-${++this.#nextCall}`
    try {
      const input = {
        id,
        direction: 'outgoing',
        remote: { address: target },
        dial,
        ...(media === undefined ? {} : { media })
      } as const
      return Promise.resolve(this.#start(id, input))
    } catch (error) {
      return rejected(new CallError('engine.failed', 'The call could not be started', { cause: error }))
    }
  }

  dispose() {
    if (this.#disposed) return
    this.#disposed = true
    for (const call of [...this.#handles.values()]) call.break(cutOff)
    this.#registry.releaseAll()
    this.#subscription.unsubscribe()
    this.#connection.stop()
    this.#registration.stop()
    this.#transport.dispose()
    this.#incoming.complete()
    this.#events.complete()
    this.#listeners.done()
  }

  get #isReady() {
    const online = this.#connection.getSnapshot().hasTag('online')
    return online && (!this.#policy.register || this.#registration.getSnapshot().hasTag('reachable'))
  }

  #untilReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      const clock = this.#options.clock ?? globalThis
      const settle = (error?: CallError) => {
        clock.clearTimeout(deadline as never)
        heard.unsubscribe()
        if (error === undefined) resolve()
        else reject(error)
      }
      let lastCause: Failure | null = null
      const deadline = clock.setTimeout(() => {
        const cause = lastCause ?? this.#connection.getSnapshot().context.cause
        const detail = cause === null ? {} : { cause: errorOf(cause) }
        settle(new CallError('connection.timeout', 'Not connected in time; still trying', detail))
      }, this.#policy.connectDeadline)
      const heard = this.#events.subscribe({
        next: ({ event }) => {
          if (event.type === 'registration.failed') lastCause = event.cause
          if (event.type === 'registration.failed' && event.permanent) settle(errorOf(event.cause))
          else if (event.type === 'connection.disconnected') settle(disconnectedError(event))
          else if (this.#isReady) settle()
        },
        complete: () => settle(disposed())
      })
    })
  }

  #start(id: string, input: Omit<CallInput, 'id' | 'capabilities'>): Call {
    const resources = this.#registry.add(id, this.#transport.leg(id), this.#options.media ?? {})
    const actor = createActor(this.#callMachine, {
      ...this.#actorOptions,
      input: { ...input, id, capabilities: this.#transport.capabilities }
    })
    const call = new CallHandle(actor, resources, Date.now)
    this.#handles.set(id, call)
    this.#setCalls([...this.#calls, call])
    call.events$.subscribe((event) => {
      if (event.type === 'call.ended') this.#forget(id, call)
      this.#tell(id, event)
    })
    actor.start()
    return call
  }

  #forget(id: string, call: Call) {
    this.#handles.delete(id)
    this.#setCalls(this.#calls.filter((other) => other !== call))
  }

  #setCalls(calls: readonly Call[]) {
    this.#calls = Object.freeze(calls)
    this.#listeners.changed()
  }

  #tell(call: string | null, event: EngineEvent['event']) {
    this.#events.next({ at: Date.now(), call, event })
  }

  #register() {
    if (this.#policy.register) this.#registration.send({ type: 'register' })
  }

  #connectionTold(event: ConnectionEmitted) {
    if (event.type === 'connection.connected' || event.type === 'connection.reconnected') {
      this.#register()
      if (!this.#policy.register) this.#reattach()
    } else {
      for (const call of this.#handles.values()) call.signal({ type: 'connection.lost' })
    }
    this.#tell(null, event)
  }

  #registrationTold(event: RegistrationEmitted) {
    // a call is asked after only where its answer can reach us: on a connection that knows us
    if (event.type === 'registration.registered') this.#reattach()
    this.#tell(null, event)
  }

  #reattach() {
    for (const call of this.#handles.values()) call.signal({ type: 'connection.restored' })
  }

  #transportTold(event: unknown) {
    if (!isTransportEvent(event))
      return this.#tell(null, {
        type: 'transport.garbage',
        text: 'The adapter emitted something that is no event of its port'
      })
    if (event.type === 'transport.garbage') return this.#tell(null, event)
    if (event.type !== 'transport.incoming') return
    const call = this.#start(event.leg, { direction: 'incoming', remote: event.from })
    this.#incoming.next(call)
  }
}

function disposed() {
  return new CallError('engine.disposed', 'The engine was disposed')
}

function disconnectedError({
  reason,
  cause
}: Extract<ConnectionEmitted, { type: 'connection.disconnected' }>): CallError {
  if (reason === 'permanent' && cause !== null) return errorOf(cause)
  if (reason === 'exhausted') {
    return new CallError('connection.exhausted', 'Gave up connecting', cause === null ? {} : { cause: errorOf(cause) })
  }
  return new CallError('connection.cancelled', 'disconnect() was called')
}
