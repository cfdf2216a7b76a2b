import type { LegCommand, Terms } from '../../../machines/index.ts'
import { startCall } from './bench.ts'
import type { StartedCall } from './bench.ts'
import { incoming, outgoing } from './grounds.ts'
import { seeded } from './random.ts'
import { VirtualClock } from './virtual-clock.ts'

type Message =
  | { readonly type: 'offer'; readonly attempt: number; readonly terms: Terms }
  | { readonly type: 'answer'; readonly attempt: number; readonly terms: Terms; readonly hold: boolean }
  | { readonly type: 'refusal'; readonly attempt: number }
  | { readonly type: 'confirmation' }
  | { readonly type: 'bye' }

export interface Link {
  /** How often of a hundred an offer or its answer is lost. */
  readonly loss: number
  /** The longest a message takes, in milliseconds. */
  readonly latency: number
  readonly seed: number
}

/**
 * Two calls that talk to each other over one network, by the rules of RFC 3261 §14: an answer counts for the one who gave
 * it when it is confirmed, an offer that meets another is refused with 491. What is not lost arrives in order.
 */
export function talk({ loss, latency, seed }: Link): { clock: VirtualClock; alice: StartedCall; bob: StartedCall } {
  const clock = new VirtualClock()
  const random = seeded(seed)
  const ends: Record<'alice' | 'bob', End> = {} as never

  class End {
    readonly call: StartedCall
    readonly #other: () => End
    #arrival = 0
    #offered: number | null = null
    #received: Extract<Message, { type: 'offer' }> | null = null

    constructor(direction: 'outgoing' | 'incoming', other: () => End) {
      this.#other = other
      const input = direction === 'outgoing' ? outgoing : incoming
      this.call = startCall(input, { clock, leg: (command) => this.#command(command) })
    }

    #command(command: LegCommand) {
      if (command.type === 'offer') {
        this.#offered = command.attempt
        this.#post(command)
      }
      if (command.type === 'accept' && this.#received !== null) {
        const { attempt, terms } = this.#received
        this.#post({ type: 'answer', attempt, terms, hold: command.hold })
        // nobody confirms an answer that was lost
        const offer = this.#received
        clock.setTimeout(() => {
          if (this.#received !== offer) return
          this.#received = null
          this.call.send({ type: 'leg.offer.failed', cause: { code: 'negotiation.timeout', text: 'No ACK' } })
        }, 31_000)
      }
      if (command.type === 'refuse' && this.#received !== null) {
        this.#post({ type: 'refusal', attempt: this.#received.attempt })
        this.#received = null
      }
      if (command.type === 'hangup') this.#post({ type: 'bye' })
    }

    #post(message: Message) {
      const isLost = random() * 100 < loss && (message.type === 'offer' || message.type === 'answer')
      this.#arrival = Math.max(this.#arrival, clock.now + 1 + Math.floor(random() * latency))
      if (!isLost) clock.setTimeout(() => this.#other().#receive(message), this.#arrival - clock.now)
    }

    #receive(message: Message) {
      if (message.type === 'offer') {
        if (this.#received !== null) return this.#post({ type: 'refusal', attempt: message.attempt })
        this.#received = message
        return this.call.send({ type: 'leg.offer.received' })
      }
      if (message.type === 'confirmation') {
        const offer = this.#received
        this.#received = null
        return this.call.send({ type: 'leg.offer.answered', peerHolds: offer?.terms.hold ?? false })
      }
      if (message.type === 'bye') {
        return this.call.send({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })
      }
      if (message.attempt !== this.#offered) return
      this.#offered = null
      if (message.type === 'refusal') {
        const cause = { code: 'negotiation.glare', text: 'Request pending' } as const
        return this.call.send({ type: 'leg.offer.refused', attempt: message.attempt, glare: true, cause })
      }
      this.#post({ type: 'confirmation' })
      const { attempt, terms, hold } = message
      this.call.send({ type: 'leg.offer.accepted', attempt, granted: terms, peerHolds: hold })
    }
  }

  ends.alice = new End('outgoing', () => ends.bob)
  ends.bob = new End('incoming', () => ends.alice)
  ends.alice.call.run('media.ready', 'leg.answered', 'leg.path.connected')
  ends.bob.call.run('answer', 'media.ready', 'leg.answered', 'leg.path.connected')
  return { clock, alice: ends.alice.call, bob: ends.bob.call }
}
