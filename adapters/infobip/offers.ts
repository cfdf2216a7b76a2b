import type { Failure, LegCommand, Terms } from '../../machines/index.ts'
import type { Peer } from '../webrtc/peer.ts'
import type { OffersLine, Resuming, Resumption } from './gateway.ts'
import { isHolding } from '../webrtc/sdp.ts'
import type { ClientAction } from './wire.ts'

interface OpenOffer {
  readonly attempt: number
  readonly terms: Terms
}

const glare: Failure = { code: 'negotiation.glare', text: 'Both sides offered at once' }
const lost: Failure = { code: 'connection.lost', text: 'The connection was lost with the offer under way' }

/**
 * Offers and answers in a call. The protocol neither refuses an offer nor says which one an answer is to; of two that
 * cross, the gateway passes on one and drops the other. So whoever is offered something while his own offer is open has
 * lost: he takes his back, answers, and asks again later.
 */
export class Offers {
  /** How the call is taken up again; null where it ends with its connection. */
  readonly resumption: Resumption | null
  readonly #peer: Peer
  readonly #line: OffersLine
  #open: OpenOffer | null = null
  #isWelcome = false
  #restarts = 0

  constructor(peer: Peer, resuming: Resuming | null, line: OffersLine) {
    this.#peer = peer
    this.#line = line
    this.resumption = resuming?.begin(peer, line) ?? null
  }

  offer({ attempt, terms }: Extract<LegCommand, { type: 'offer' }>) {
    const offer = { attempt, terms }
    this.#open = offer
    this.#line.enqueue(async () => {
      if (this.#open !== offer) return
      try {
        const sdp = await this.#peer.offer({ restart: terms.restarts > this.#restarts })
        if (this.#open !== offer) return
        if (!this.#update({ type: 'offer', sdp })) return this.#refused(lost, false)
        this.#peer.told()
      } catch (error) {
        this.#refused(failure(error), false)
      }
    })
  }

  /** The chart lets the peer's offer be answered. */
  welcome() {
    this.#isWelcome = true
  }

  /** The answer to our offer. */
  async answered(sdp: string) {
    const offer = this.#open
    if (offer === null) return
    const { attempt, terms: granted } = offer
    try {
      await this.#peer.accept(sdp)
    } catch (error) {
      return this.#refused(failure(error), false)
    }
    if (this.#open !== offer) return
    this.#open = null
    this.#restarts = granted.restarts
    this.#line.emit({ type: 'leg.offer.accepted', attempt, granted, peerHolds: isHolding(sdp) })
  }

  /** The peer offers. */
  received(sdp: string) {
    this.#line.enqueue(async () => {
      this.#refused(glare, true)
      this.#isWelcome = false
      this.#line.emit({ type: 'leg.offer.received' })
      if (!this.#isWelcome) return
      try {
        const answer = await this.#peer.answer(sdp)
        this.#update({ type: 'answer', sdp: answer })
        this.#peer.told()
        this.#line.emit({ type: 'leg.offer.answered', peerHolds: isHolding(sdp) })
      } catch (error) {
        this.#line.emit({ type: 'leg.offer.failed', cause: failure(error) })
      }
    })
  }

  /** The connection is lost: what was under way will never be answered. */
  forget() {
    this.#open = null
    this.resumption?.forget()
  }

  #update(description: Extract<ClientAction, { action: 'update_call' }>['description']): boolean {
    const { callId, correlationId } = this.#line
    return this.#line.say({ action: 'update_call', callId, correlationId, description })
  }

  #refused(cause: Failure, isGlare: boolean) {
    const offer = this.#open
    this.#open = null
    if (offer !== null) this.#line.emit({ type: 'leg.offer.refused', attempt: offer.attempt, glare: isGlare, cause })
  }
}

function failure(error: unknown): Failure {
  return { code: 'negotiation.failed', text: error instanceof Error ? error.message : String(error) }
}
