import type { Subscription } from 'rxjs'
import type { CallEmitted, CallEnd, ReceivedRefer, Transport, TransportEvent } from '../machines/index.ts'
import { Account } from './account.ts'
import type { AccountFact } from './account.ts'
import { Arrivals } from './arrivals.ts'
import type { Started } from './arrivals.ts'
import { createFacts, derive, Source } from './behavior.ts'
import type { Behavior } from './behavior.ts'
import { CallHandle } from './call-handle.ts'
import { CallList } from './call-list.ts'
import { CallMaker } from './call-maker.ts'
import type { Call } from './call.ts'
import { checkDial, dialOptions } from './checks.ts'
import type { DialRequest } from './dial-request.ts'
import type { Engine, EngineCommandName } from './engine-interface.ts'
import type { EngineEvent, EngineOptions } from './engine-options.ts'
import { CallError, errorOf, rejected } from './errors.ts'
import { frozen } from './frozen.ts'
import { History, recordOf } from './history.ts'
import { readTransportEvent } from './port-events.ts'
import { NetworkWatch, surroundings } from './network.ts'
import type { NetworkEvent } from './network.ts'
import { resolvePolicy } from './policy.ts'
import { attempt } from './registry.ts'
import { referralOf, Relations } from './relations.ts'
import type { RelatedCall } from './relations.ts'
import { Switchboard } from './switchboard.ts'

/** Offline until `connect()`. Throws a `CallError('engine.invalid-options')` for a policy that no clock could follow. */
export function createEngine(options: EngineOptions): Engine {
  return new EngineImplementation(options)
}

class EngineImplementation implements Engine {
  readonly #transport: Transport
  readonly #capabilities
  readonly #account: Account
  readonly #maker: CallMaker
  readonly #handles = new CallList((isFirstOrLast) => this.#callsChanged(isFirstOrLast))
  readonly #board: Switchboard
  readonly #history: History
  readonly #relations = new Relations({
    capabilities: () => this.#capabilities,
    refusalOf: (target) => checkDial(target, {}) ?? this.#over ?? this.#refusalOf(target),
    dial: (target, request) => this.dial(target, request),
    follow: (call, wish) => this.#follow(call, wish),
    of: (id) => this.#handles.get(id)
  })
  readonly #arrivals: Arrivals
  readonly #source = new Source()
  readonly #incoming = createFacts<Call>()
  readonly #events = createFacts<EngineEvent>()
  readonly #listening: Subscription
  readonly #abilities = new Map<EngineCommandName, Behavior<boolean>>()
  readonly #network: NetworkWatch
  #dialled = 0
  /** Why nothing can be done with this engine any more. */
  #over: CallError | null = null

  readonly connection$
  readonly registration$
  readonly calls$: Behavior<readonly Call[]> = derive(() => this.#handles.shown, this.#source)
  readonly current$: Behavior<Call | null> = derive(() => this.#handles.seen(this.#board.current), this.#source)
  readonly doNotDisturb$: Behavior<boolean> = derive(() => this.#board.isClosed, this.#source)
  readonly history$
  readonly missed$
  readonly incoming$ = this.#incoming.facts$
  readonly events$ = this.#events.facts$

  constructor({ transport, policy, media = {}, network = surroundings, clock, ...attendance }: EngineOptions) {
    const resolved = resolvePolicy(policy ?? {}, transport.capabilities.registration)
    this.#transport = transport
    const { dtmf, recording } = transport.capabilities
    this.#capabilities = frozen({ ...transport.capabilities, dtmf: [...dtmf], recording: [...recording] })
    this.#network = new NetworkWatch(network, (event) => this.#networkTold(event))
    this.#maker = new CallMaker({
      transport,
      capabilities: this.#capabilities,
      policy: resolved,
      media,
      clock,
      attendance,
      join: (call, on) => this.#board.send({ type: on ? 'join' : 'part', call }),
      garbage: (call) => this.#tell(call, garbage)
    })
    this.#board = new Switchboard(resolved.switchboard, clock, {
      call: (id) => this.#handles.get(id),
      ring: (id, from) => this.#arrivals.ring(id, from),
      keep: (id, from) => void this.#arrivals.receive(id, from, 'kept'),
      show: (id) => void this.#handles.show(id),
      refuse: (id, from) => void this.#arrivals.receive(id, from, 'refused')?.reject('busy'),
      told: (fact) => this.#tell(null, fact),
      changed: () => this.#source.changed(),
      failed: (error) => this.#fail(error)
    })
    this.#arrivals = new Arrivals({
      replacement: resolved.replacement,
      calls: this.#handles,
      board: () => this.#board,
      start: (id, input, unseen) => this.#start(id, input, unseen),
      announce: (call) => this.#incoming.tell(call),
      garbage: (text) => this.#tell(null, { type: 'transport.garbage', text })
    })
    this.#history = new History(resolved.historyLimit)
    this.history$ = this.#history.records$
    this.missed$ = this.#history.missed$
    this.#account = new Account(transport, resolved, clock, {
      told: (fact) => this.#accountTold(fact),
      failed: (error) => this.#fail(error)
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
      void this.#maker.grounds.devices?.refresh()
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
      const id = this.#newId()
      return this.#board.place(id, target, {
        refusal: () => this.#over ?? this.#refusalOf(target),
        start: () => this.#start(id, { direction: 'outgoing', remote: { address: target }, dial, ...media }),
        answer: (ringing) => {
          const call = this.#handles.seen(ringing)
          void call?.answer(media)
          return call
        }
      })
    } catch (error) {
      return rejected(new CallError('engine.failed', 'The call could not be started', { cause: error }))
    }
  }

  swap(): Promise<void> {
    const other = this.#handles.seen(this.#board.next)
    if (other !== null) return other.makeCurrent()
    return rejected(this.#over ?? new CallError('call.refused', 'There is no other call to swap with'))
  }

  setDoNotDisturb(on: boolean) {
    this.#board.send({ type: on ? 'close' : 'open' })
  }

  can(command: EngineCommandName): boolean {
    if (this.#over !== null) return false
    return command === 'dial' ? this.#account.isOnline && !this.#board.isFull : this.#board.next !== null
  }

  can$(command: EngineCommandName): Behavior<boolean> {
    const known = this.#abilities.get(command) ?? derive(() => this.can(command), this.#source)
    this.#abilities.set(command, known)
    return known
  }

  dispose() {
    this.#end(new CallError('engine.disposed', 'The engine was disposed'), cutOff)
  }

  #end(why: CallError, end: CallEnd) {
    if (this.#over !== null) return
    this.#over = why
    for (const call of this.#handles.values()) call.abandon(end)
    this.#board.dispose(why)
    this.#listening.unsubscribe()
    this.#network.stop()
    this.#account.dispose(why)
    attempt(() => this.#transport.dispose())
    this.#maker.dispose()
    this.#incoming.done()
    this.#events.done()
    this.#source.done()
    this.#history.done()
  }

  #fail(error: unknown) {
    this.#end(new CallError('engine.failed', 'The engine itself failed', { cause: error }), failed)
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

  #follow(call: RelatedCall, wish: ReceivedRefer): CallHandle {
    const [id, address] = [this.#newId(), wish.target]
    this.#board.send({ type: 'adopt', call: id, direction: 'outgoing', address, insteadOf: call.id })
    return this.#start(id, referralOf(call, wish))
  }

  #start(id: string, input: Started, unseen?: 'kept' | 'refused'): CallHandle {
    const { actor, resources } = this.#make(id, input)
    const call = new CallHandle(actor, resources, this.#relations, this.#board, this.#callTold, this.#maker.grounds)
    this.#handles.add(call, unseen)
    actor.start()
    return call
  }

  /** Where there is no leg there is no call, whoever counts on it. */
  #make(id: string, input: Started) {
    try {
      return this.#maker.make(id, input)
    } catch (error) {
      this.#board.send({ type: 'call.ended', call: id, end: failed })
      throw error
    }
  }

  readonly #callTold = (call: CallHandle, event: CallEmitted) => {
    const { id } = call
    const unseen = this.#handles.unseen(id)
    if (event.type === 'call.ended') {
      const record = unseen === 'kept' ? null : recordOf(call.state, unseen === 'refused')
      this.#handles.remove(call)
      if (record !== null) this.#history.add(record)
    }
    this.#board.hear(id, event)
    if (unseen === undefined) this.#tell(id, event)
    this.#relations.told(call, event)
  }

  #callsChanged(isFirstOrLast: boolean) {
    if (isFirstOrLast) this.#account.carries(this.#handles.shown.length > 0)
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
    this.#source.changed()
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
    if (this.#handles.has(event.leg)) return this.#tell(null, garbage)
    this.#arrivals.arrive(event, this.connection$.value.identity ?? '')
  }
}

const cutOff: CallEnd = { by: 'local', reason: 'hangup', text: 'The engine was disposed' }
const failed: CallEnd = { by: 'system', reason: 'error', text: 'The engine itself failed' }
const garbage = {
  type: 'transport.garbage',
  text: 'The adapter emitted something that is no event of its port'
} as const
