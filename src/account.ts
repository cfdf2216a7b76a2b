import { createActor } from 'xstate'
import type { ActorOptions, ActorRefFrom, AnyActorLogic } from 'xstate'
import { connectionMachine, registrationMachine } from '../machines/index.ts'
import type {
  ConnectionEmitted,
  Failure,
  RegistrationEmitted,
  Transport,
  TransportCommand,
  TransportEvent
} from '../machines/index.ts'
import { derive, Source } from './behavior.ts'
import { connectionView, offline, registrationView, unregistered } from './connection-view.ts'
import type { ConnectionView, RegistrationView } from './connection-view.ts'
import { CallError, errorOf, failureOf } from './errors.ts'
import { frozen, keep } from './frozen.ts'
import type { NetworkEvent } from './network.ts'
import type { ResolvedPolicy } from './policy.ts'
import { transportActor } from './ports.ts'

export type Clock = NonNullable<ActorOptions<AnyActorLogic>['clock']>

export type AccountFact = ConnectionEmitted | RegistrationEmitted

/** What a transport says about the account itself, not about a call. */
export type AccountEvent = Exclude<TransportEvent, { readonly type: 'transport.incoming' | 'transport.garbage' }>

/** What an account tells the engine. */
export interface AccountListener {
  told(fact: AccountFact): void
  /** One of the charts itself failed: nothing more can be done with this account. */
  failed(error: unknown): void
}

/** Somebody waits for `connect()`. */
interface Wish {
  readonly promise: Promise<void>
  settle(error?: CallError): void
}

/** Our connection and registration at the provider: the two charts, and the promises of `connect` and `disconnect`. */
export class Account {
  readonly #transport: Transport
  readonly #policy: ResolvedPolicy
  readonly #clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>
  readonly #listener: AccountListener
  readonly #connection: ActorRefFrom<typeof connectionMachine>
  readonly #registration: ActorRefFrom<typeof registrationMachine>
  readonly #source = new Source()
  #connectionView: ConnectionView | null = null
  #registrationView: RegistrationView | null = null
  #wish: Wish | null = null
  #leaving: Promise<void> | null = null
  /** Why the transport will never again say anything, once it has said so. */
  #dead: Failure | null = null
  #isOver = false

  readonly connection$ = derive(() => this.#viewConnection(), this.#source)
  readonly registration$ = derive(() => this.#viewRegistration(), this.#source)

  constructor(transport: Transport, policy: ResolvedPolicy, clock: Clock | undefined, listener: AccountListener) {
    this.#transport = transport
    this.#policy = policy
    this.#clock = clock ?? globalThis
    this.#listener = listener
    const actors = { transport: transportActor((command) => this.#send(command)) }
    const options = clock === undefined ? {} : { clock }
    this.#connection = createActor(connectionMachine.provide({ actors }), {
      ...options,
      input: { policy: policy.backoff }
    })
    this.#registration = createActor(registrationMachine.provide({ actors }), {
      ...options,
      input: { policy: policy.registrationBackoff }
    })
    this.#connection.on('*', (fact) => this.#connectionTold(fact))
    this.#registration.on('*', (fact) => this.#told(fact))
    const watcher = { next: () => this.#source.changed(), error: (error: unknown) => listener.failed(error) }
    this.#connection.subscribe(watcher)
    this.#registration.subscribe(watcher)
  }

  start() {
    this.#registration.start()
    this.#connection.start()
  }

  get isOnline() {
    return this.#leaving === null && this.#connection.getSnapshot().hasTag('online')
  }

  /** Whether what a call asks of the provider has an answer that can reach us. */
  get isReady() {
    return this.isOnline && (!this.#policy.register || this.#registration.getSnapshot().hasTag('reachable'))
  }

  /** Takes what the transport says. */
  hear(event: AccountEvent) {
    switch (event.type) {
      case 'transport.silent':
      case 'transport.proved':
        return this.#connection.send(event)
      case 'transport.registered':
      case 'transport.unregistered':
      case 'transport.refused':
        return this.#registration.send(event)
      case 'transport.opened':
      case 'transport.closed':
        // first the registration: it must know which connection stands when it is told to register there
        this.#registration.send(event)
        return this.#connection.send(event)
    }
  }

  /** Takes what is known about the network; while nobody wants a connection that is nothing. */
  heed(event: NetworkEvent) {
    this.#connection.send(event.type === 'wake' ? { type: 'wake' } : event)
    if (event.type === 'wake') this.#registration.send({ type: 'wake' })
  }

  /** Calls depend on the connection, or none does any more. */
  carries(calls: boolean) {
    const isActive = this.#connection.getSnapshot().status === 'active'
    if (isActive) this.#connection.send({ type: calls ? 'calls.begun' : 'calls.over' })
  }

  /** The transport will never say anything again. */
  hearNothingMore(error: unknown) {
    this.#dead = failureOf('engine.failed', error)
    this.#closed(this.#dead)
  }

  connect(): Promise<void> {
    if (this.#wish !== null) return this.#wish.promise
    if (this.isReady) return Promise.resolve()
    const wish = this.#newWish()
    this.#wish = wish
    if (this.#leaving === null) this.#pursue()
    return wish.promise
  }

  /** `hangUp` ends the calls there are. */
  disconnect(hangUp: () => Promise<unknown>): Promise<void> {
    this.#wish?.settle(new CallError('connection.cancelled', 'disconnect() was called'))
    this.#leaving ??= this.#leave(hangUp).finally(() => {
      this.#leaving = null
      if (this.#wish !== null) this.#pursue()
    })
    return this.#leaving
  }

  dispose(why: CallError) {
    this.#isOver = true
    this.#wish?.settle(why)
    this.#connection.stop()
    this.#registration.stop()
    this.#source.changed()
    this.#source.done()
  }

  async #leave(hangUp: () => Promise<unknown>) {
    await hangUp()
    if (!this.#isOver && this.#registration.getSnapshot().can({ type: 'unregister' })) {
      this.#registration.send({ type: 'unregister' })
      await reaches(this.#registration, 'unregistered')
      // those that came in meanwhile
      await hangUp()
    }
    if (this.#isOver) return
    this.#connection.send({ type: 'disconnect' })
    await reaches(this.#connection, 'offline')
  }

  #newWish(): Wish {
    let fulfil = () => {}
    let refuse: (error: CallError) => void = () => {}
    const promise = new Promise<void>((resolve, reject) => {
      fulfil = resolve
      refuse = reject
    })
    promise.catch(() => {})
    const settle = (error?: CallError) => {
      this.#clock.clearTimeout(deadline as never)
      this.#wish = null
      if (error === undefined) fulfil()
      else refuse(error)
    }
    const deadline = this.#clock.setTimeout(() => settle(this.#lateness()), this.#policy.connectDeadline)
    return { promise, settle }
  }

  #pursue() {
    if (this.isOnline) this.#register()
    else this.#connection.send({ type: 'connect' })
  }

  #register() {
    if (this.#policy.register && this.#leaving === null) this.#registration.send({ type: 'register' })
  }

  #connectionTold(fact: ConnectionEmitted) {
    this.#told(fact)
    if (this.#isOver) return
    if (fact.type === 'connection.connected' || fact.type === 'connection.reconnected') this.#register()
    // whoever lost the connection has lost the registration on it, even if the transport did not say so
    else this.#registration.send(closed(this.#connection.getSnapshot().context.attempt, fact.cause))
  }

  #told(fact: AccountFact) {
    if (this.#isOver) return
    if (this.#leaving === null) this.#answerWish(fact)
    this.#listener.told(frozen(fact))
  }

  #answerWish(fact: AccountFact) {
    if (fact.type === 'registration.failed' && fact.permanent) this.#wish?.settle(errorOf(fact.cause))
    else if (fact.type === 'connection.disconnected') this.#wish?.settle(disconnected(fact))
    else if (this.isReady) this.#wish?.settle()
  }

  #lateness(): CallError {
    const actor = this.isOnline ? this.#registration : this.#connection
    const { cause } = actor.getSnapshot().context
    return new CallError('connection.timeout', 'Not connected in time; still trying', causeOf(cause))
  }

  #send(command: TransportCommand) {
    if (this.#dead !== null && command.type === 'connect') return this.#closed(this.#dead)
    try {
      this.#transport.send(command)
    } catch (error) {
      this.#threw(command, error)
    }
  }

  /** What the transport could not even try has failed; of what has no answer but a deadline, the deadline will tell. */
  #threw(command: TransportCommand, error: unknown) {
    if (command.type === 'connect') this.hear(closed(command.attempt, failureOf('connection.refused', error)))
    if (command.type === 'register' || command.type === 'unregister') {
      const cause = failureOf('registration.rejected', error)
      this.hear({ type: 'transport.refused', attempt: command.attempt, permanent: false, cause })
    }
  }

  #closed(cause: Failure) {
    this.hear({ ...closed(this.#connection.getSnapshot().context.attempt, cause), permanent: true })
  }

  #viewConnection(): ConnectionView {
    const before = this.#connectionView
    this.#connectionView = this.#isOver ? keep(before, offline) : connectionView(this.#connection.getSnapshot(), before)
    return this.#connectionView
  }

  #viewRegistration(): RegistrationView {
    const before = this.#registrationView
    this.#registrationView = this.#isOver
      ? keep(before, unregistered)
      : registrationView(this.#registration.getSnapshot(), before)
    return this.#registrationView
  }
}

const lost: Failure = { code: 'connection.lost', text: 'The connection was lost' }

function closed(attempt: number, cause: Failure | null) {
  return { type: 'transport.closed', attempt, permanent: false, cause: cause ?? lost } as const
}

function disconnected({ reason, cause }: Extract<ConnectionEmitted, { type: 'connection.disconnected' }>): CallError {
  if (reason === 'permanent' && cause !== null) return errorOf(cause)
  if (reason === 'exhausted') return new CallError('connection.exhausted', 'Gave up connecting', causeOf(cause))
  return new CallError('connection.cancelled', 'disconnect() was called')
}

function causeOf(cause: Failure | null) {
  return cause === null ? {} : { cause: errorOf(cause) }
}

/** Whether it got there or was stopped on the way: either way it is not where it was. */
function reaches<S>(actor: Reaching<S>, state: S): Promise<void> {
  return new Promise((resolve) => {
    const isThere = () => actor.getSnapshot().value === state
    if (isThere()) return resolve()
    const watching = actor.subscribe({
      next: () => {
        if (!isThere()) return
        watching.unsubscribe()
        resolve()
      },
      error: () => resolve(),
      complete: () => resolve()
    })
  })
}

interface Reaching<S> {
  getSnapshot(): { readonly value: S | object }
  subscribe(observer: Record<'next' | 'error' | 'complete', () => void>): { unsubscribe(): void }
}
