import { Subject } from 'rxjs'
import type {
  Capabilities,
  Failure,
  Party,
  Transport,
  TransportCommand,
  TransportEvent,
  Video
} from '../../machines/index.ts'
import { closure } from './failures.ts'
import type { Closure } from './failures.ts'
import type { ProviderLeg } from './leg.ts'
import type { Secret } from './secret.ts'

/** Calls to whoever can be called, and nothing else. Who is connected is registered. */
export const plainCalls: Capabilities = {
  registration: false,
  hold: false,
  renegotiate: false,
  video: false,
  dtmf: [],
  recording: [],
  blindTransfer: false,
  attendedTransfer: false
}

/** How many calls that were over last are remembered. */
const memory = 20

/** One account at a provider that is connected or not, and nothing between: its calls, and what is told of it. */
export abstract class ProviderTransport<L extends ProviderLeg> implements Transport {
  abstract readonly capabilities: Capabilities
  protected readonly legs = new Map<string, L>()
  readonly #events = new Subject<TransportEvent>()
  readonly events = this.#events.asObservable()
  /** What is still said about calls that were over last is no surprise. */
  #past: readonly string[] = []
  #attempt = 0
  /** Counts the openings, and that they are given up. */
  #opening = 0
  /** The probe that waits for a sign of life. */
  #probe: number | null = null
  #isDisposed = false

  /** Whether there is anything of this address that could be called. */
  protected abstract canCall(target: string): boolean
  /** A leg for a call of ours. */
  protected abstract create(id: string): L
  /** Opens a connection, in place of one there may be; `opened` or `closed` answers. */
  protected abstract open(): void
  /** Closes what is open, of which nothing is heard any more. */
  protected abstract close(): void
  /** Asks the provider for a sign of life; `alive` is one. */
  protected abstract probe(): void

  check(target: string): Failure | null {
    return this.canCall(target) ? null : { code: 'call.invalid-target', text: `Nobody can be called as ${target}` }
  }

  send(command: TransportCommand) {
    switch (command.type) {
      case 'connect':
        this.#attempt = command.attempt
        this.#opening += 1
        this.#probe = null
        return this.open()
      case 'disconnect':
        this.#opening += 1
        this.close()
        return this.closed(closure('cancelled'))
      case 'probe':
        this.#probe = command.attempt
        return this.probe()
      case 'register':
      case 'unregister':
        // nobody asks who has read the capabilities
        return
    }
  }

  leg(id: string): L {
    const leg = this.legs.get(id) ?? this.create(id)
    this.legs.set(id, leg)
    return leg
  }

  forget({ id, callId }: ProviderLeg) {
    if (this.legs.delete(id) && callId !== null) this.#past = [callId, ...this.#past].slice(0, memory)
  }

  garbage(text: string) {
    this.emit({ type: 'transport.garbage', text })
  }

  dispose() {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#opening += 1
    for (const leg of this.legs.values()) leg.dispose()
    this.close()
    this.#events.complete()
  }

  /**
   * Has this opening go on with the secret. One that cannot be had is one more opening that failed; one that comes when the
   * opening has been given up is dropped. What is wrong with it nobody is told: that might quote it.
   */
  protected ask(secret: Secret, isOne: (given: unknown) => given is string, goOn: (secret: string) => void) {
    if (typeof secret === 'string') return goOn(secret)
    const opening = this.#opening
    const answered = (given: unknown) => {
      if (opening !== this.#opening) return
      if (isOne(given)) goOn(given)
      else this.closed(closure('unsaid'))
    }
    Promise.resolve()
      .then(secret)
      .then(answered)
      .catch(() => answered(null))
  }

  protected get isProving(): boolean {
    return this.#probe !== null
  }

  protected isPast(callId: string): boolean {
    return this.#past.includes(callId)
  }

  protected opened(identity: string) {
    this.emit({ type: 'transport.opened', attempt: this.#attempt, identity })
  }

  /** Somebody calls. */
  protected incoming(leg: L, from: Party, to: string, video: Video = 'off') {
    const { id } = leg
    this.legs.set(id, leg)
    this.emit({ type: 'transport.incoming', leg: id, from, to: { address: to }, video })
  }

  protected alive() {
    if (this.#probe === null) return
    this.emit({ type: 'transport.proved', attempt: this.#probe })
    this.#probe = null
  }

  /** First the calls hear of it, then the account. */
  protected closed({ permanent, cause }: Closure) {
    this.#probe = null
    for (const leg of this.legs.values()) leg.connectionLost(!permanent)
    this.emit({ type: 'transport.closed', attempt: this.#attempt, permanent, cause })
  }

  protected emit(event: TransportEvent) {
    if (!this.#isDisposed) this.#events.next(event)
  }
}
