import type { Failure, Terms, Video } from '../../machines/index.ts'
import { mediaFailure } from '../kit/index.ts'
import type { VideoSeen } from '../kit/index.ts'
import { isHolding } from '../webrtc/sdp.ts'
import type { OffersLine, Resuming, Resumption } from './gateway.ts'
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
  readonly #line: OffersLine
  #open: OpenOffer | null = null
  /** How much video the chart takes of an offer of the peer's; null while it has not let it be answered. */
  #welcome: Video | null = null
  #agreed: Terms

  /** `video` is how much of it the call was answered with. */
  constructor(line: OffersLine, video: Video, resuming: Resuming | null) {
    this.#line = line
    this.#agreed = { hold: false, video, restarts: 0 }
    this.resumption = resuming?.begin(line) ?? null
  }

  offer({ attempt, terms }: Pick<OpenOffer, 'attempt' | 'terms'>) {
    const offer = { attempt, terms }
    this.#open = offer
    this.#line.enqueue(async () => {
      if (this.#open !== offer) return
      const restart = terms.restarts > this.#agreed.restarts
      try {
        const sdp = await this.#line.negotiation.offer(terms.video, restart)
        if (this.#open !== offer) return
        if (!this.#update({ type: 'offer', sdp })) return this.#failed(lost)
        this.#line.negotiation.told()
      } catch (error) {
        this.#failed(mediaFailure(error))
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
    let seen: VideoSeen
    try {
      seen = await this.#line.negotiation.accept(sdp)
    } catch (error) {
      return this.#failed(mediaFailure(error))
    }
    if (this.#open !== offer) return
    this.#open = null
    const { attempt, terms } = offer
    const granted = { ...terms, video: seen.video }
    const before = this.#agreed
    this.#agreed = granted
    if (attempt !== null) {
      const { peerVideo } = seen
      return this.#line.emit({ type: 'leg.offer.accepted', attempt, granted, peerHolds: isHolding(sdp), peerVideo })
    }
    if (before.video !== granted.video) this.offer({ attempt, terms: { ...granted, video: before.video } })
  }

  /** The peer offers. */
  received(sdp: string) {
    this.#line.enqueue(async () => {
      this.#withdrawn(glare)
      this.#welcome = null
      const { negotiation } = this.#line
      this.#line.emit({ type: 'leg.offer.received', video: negotiation.allowedBy(sdp) })
      const video = this.#welcome as Video | null
      if (video === null) return
      try {
        this.#update({ type: 'answer', sdp: await negotiation.answer(sdp, video) })
        negotiation.told()
        const seen = negotiation.taken(sdp)
        this.#agreed = { ...this.#agreed, video: seen.video }
        this.#line.emit({ type: 'leg.offer.answered', peerHolds: isHolding(sdp), ...seen })
      } catch (error) {
        this.#line.emit({ type: 'leg.offer.failed', cause: mediaFailure(error) })
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
    this.#line.negotiation.refused()
    this.#withdrawn(cause)
  }

  #withdrawn(cause: Failure) {
    const attempt = this.#open?.attempt ?? null
    this.#open = null
    if (attempt !== null) this.#line.emit({ type: 'leg.offer.refused', attempt, glare: cause === glare, cause })
  }
}
