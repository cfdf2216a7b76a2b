import type { Failure, LegCommand, LegEvent, Terms } from '../../machines/index.ts'
import { Peer } from '../webrtc/peer.ts'
import { isHolding } from '../webrtc/sdp.ts'
import type { Gateway } from './gateway.ts'
import type { ClientAction } from './wire.ts'

export interface OffersLine {
  readonly callId: string
  readonly correlationId: string
  say(action: ClientAction): boolean
  emit(event: LegEvent): void
  /** One after the other, with whatever else there is to do about descriptions. */
  enqueue(act: () => void | Promise<void>): void
}

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
  readonly #peer: Peer
  readonly #line: OffersLine
  #open: OpenOffer | null = null
  #verifying: number | null = null
  #isWelcome = false
  #restarts = 0

  constructor(peer: Peer, line: OffersLine) {
    this.#peer = peer
    this.#line = line
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

  /** On a new connection: asks the gateway to go on with the call, with an offer that restarts ICE. */
  verify(attempt: number) {
    this.#verifying = attempt
    this.#line.enqueue(async () => {
      const { callId } = this.#line
      try {
        const sdp = await this.#peer.offer({ restart: true })
        if (this.#verifying !== attempt) return
        this.#line.say({ action: 'reconnect_application_call', callId, audioOffer: { type: 'offer', sdp } })
        this.#peer.told()
      } catch {
        // it is asked again
      }
    })
  }

  /** The gateway goes on with the call. */
  reconnected(sdp: string) {
    const attempt = this.#verifying
    if (attempt === null) return
    this.#line.enqueue(async () => {
      try {
        await this.#peer.accept(sdp)
      } catch {
        // it is asked again
        return
      }
      this.#verifying = null
      this.#line.say({ action: 'renegotiate_media', callId: this.#line.callId, iceRestart: true })
      this.#line.emit({ type: 'leg.verified', attempt })
    })
  }

  /** The connection is lost: what was under way will never be answered. */
  forget() {
    this.#open = null
    this.#verifying = null
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

/** On another connection than the one it was left on a call is taken up again, only to be ended. */
export async function endAgain(gateway: Gateway, callId: string) {
  let peer: Peer | undefined
  try {
    peer = new Peer(gateway.openConnection(), null, [], { emit() {}, play() {}, found() {} })
    const sdp = await peer.offer()
    gateway.say({ action: 'reconnect_application_call', callId, audioOffer: { type: 'offer', sdp } })
    gateway.say({ action: 'hangup', callId })
  } catch {
    // the gateway gives it up by itself
  } finally {
    peer?.close()
  }
}

function failure(error: unknown): Failure {
  return { code: 'negotiation.failed', text: error instanceof Error ? error.message : String(error) }
}
