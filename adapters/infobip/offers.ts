import type { Failure, Terms, Video } from '../../machines/index.ts'
import type { Peer } from '../webrtc/peer.ts'
import type { CallVideo, OffersLine, Resuming, Resumption } from './gateway.ts'
import { isHolding } from '../webrtc/sdp.ts'
import type { ClientAction } from './wire.ts'

/** `attempt` is null where nobody waits for the answer, or no longer. */
interface OpenOffer {
  attempt: number | null
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
  readonly #video: CallVideo | null
  readonly #line: OffersLine
  #open: OpenOffer | null = null
  /** How much video the chart takes of an offer of the peer's; null while it has not let it be answered. */
  #welcome: Video | null = null
  #agreed: Terms = { hold: false, video: 'off', restarts: 0 }

  /** `begun` is how much video the call was answered with. */
  constructor(peer: Peer, video: CallVideo | null, begun: Video, resuming: Resuming | null, line: OffersLine) {
    this.#peer = peer
    this.#video = video
    this.#line = line
    this.#agreed = { ...this.#agreed, video: begun }
    this.resumption = resuming?.begin(peer, line) ?? null
  }

  offer({ attempt, terms }: Pick<OpenOffer, 'attempt' | 'terms'>) {
    const offer = { attempt, terms }
    this.#open = offer
    this.#line.enqueue(async () => {
      if (this.#open !== offer) return
      const restart = terms.restarts > this.#agreed.restarts
      try {
        const sdp = await this.#peer.offer({ restart, prepare: () => this.#video?.prepareOffer(terms.video) })
        if (this.#open !== offer) return
        const written = this.#video?.written(sdp) ?? sdp
        if (!this.#update({ type: 'offer', sdp: written })) return this.#failed(lost)
        this.#peer.told()
      } catch (error) {
        this.#failed(failure(error))
      }
    })
  }

  /** Should the peer still take it, it is told again what holds. */
  abandon(attempt: number) {
    if (this.#open?.attempt === attempt) this.#open.attempt = null
  }

  /** The chart lets the peer's offer be answered, with this much video. */
  welcome(video: Video) {
    this.#welcome = video
  }

  /** The answer to our offer. */
  async answered(sdp: string) {
    const offer = this.#open
    if (offer === null) return
    try {
      await this.#peer.accept(sdp)
    } catch (error) {
      return this.#failed(failure(error))
    }
    if (this.#open !== offer) return
    this.#open = null
    const { attempt, terms } = offer
    const seen = this.#video?.granted(sdp)
    const granted = { ...terms, ...(seen && { video: seen.video }) }
    const before = this.#agreed
    this.#agreed = granted
    if (attempt !== null) {
      const event = { type: 'leg.offer.accepted', attempt, granted, peerHolds: isHolding(sdp) } as const
      return this.#line.emit({ ...event, ...(seen && { peerVideo: seen.peerVideo }) })
    }
    if (before.video !== granted.video) this.offer({ attempt, terms: { ...granted, video: before.video } })
  }

  /** The peer offers. */
  received(sdp: string) {
    this.#line.enqueue(async () => {
      this.#refused(glare, true)
      this.#welcome = null
      const allowed = this.#video?.allowedBy(sdp)
      this.#line.emit({ type: 'leg.offer.received', ...(allowed && { video: allowed }) })
      const video = this.#welcome as Video | null
      if (video === null) return
      try {
        const answer = await this.#peer.answer(sdp, () => this.#video?.prepareAnswer(sdp, video))
        this.#update({ type: 'answer', sdp: this.#video?.written(answer) ?? answer })
        this.#peer.told()
        const seen = this.#video?.taken(sdp)
        this.#agreed = { ...this.#agreed, ...(seen && { video: seen.video }) }
        this.#line.emit({ type: 'leg.offer.answered', peerHolds: isHolding(sdp), ...seen })
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

  #failed(cause: Failure) {
    this.#video?.refused()
    this.#refused(cause, false)
  }

  #refused(cause: Failure, isGlare: boolean) {
    const attempt = this.#open?.attempt ?? null
    this.#open = null
    if (attempt !== null) this.#line.emit({ type: 'leg.offer.refused', attempt, glare: isGlare, cause })
  }
}

function failure(error: unknown): Failure {
  return { code: 'negotiation.failed', text: error instanceof Error ? error.message : String(error) }
}
