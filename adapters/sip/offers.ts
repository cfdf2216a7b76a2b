import type { Failure, LegCommand, LegEvent } from '../../machines/index.ts'
import {
  holdLeaksThroughAnswers,
  refusedOfferCountsAsAnswered,
  requestThatMayFail,
  restartIsAnsweredWithoutCandidates
} from './jssip-session-defects.ts'
import type { OfferEvent, Session } from './jssip.ts'
import { reoffer } from './reoffer.ts'
import type { OfferOutcome } from './reoffer.ts'
import { isHolding } from './wire.ts'

export interface OfferListener {
  emit(event: LegEvent): void
  /** The far end says that there is no such call. */
  gone(): void
}

type Offered = Extract<LegCommand, { type: 'offer' }>

/** Statuses by which a peer that knows the call says that it does not understand the question. */
const knowsTheCall = new Set([405, 415, 420, 488, 491, 501])
/** Milliseconds after an answer that says nothing; the chart has a deadline for all of it. */
const askAgain = 500
const met: Failure = { code: 'negotiation.glare', text: 'The offer of the peer met one of ours' }

/** Offer and answer within one call, ours and the peer's; and the question whether the call is still there. */
export class Offers {
  readonly #session: Session
  readonly #listener: OfferListener
  readonly #noteAnswer: (sdp: string) => void
  #isHolding = false
  #restarts = 0
  /** The end of our offer under way, and how to take it back. */
  #mine: { readonly over: Promise<unknown>; readonly abort: AbortController; readonly isProof: boolean } | null = null
  /** The peer's offer that waits for the chart's word, and what the chart said. */
  #offer: OfferEvent | null = null
  #isTaken = false
  /** The peer's offer that is being answered. */
  #isAnswering = false
  /** Acknowledges an answer that was lost with the connection: a peer that waits for its ACK takes nothing else. */
  #confirm: (() => void) | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  /** The latest question whether the call is still there. */
  #asked = 0

  constructor(session: Session, listener: OfferListener) {
    this.#session = session
    this.#listener = listener
    holdLeaksThroughAnswers(session, () => this.#isHolding)
    this.#noteAnswer = restartIsAnsweredWithoutCandidates(session)
    refusedOfferCountsAsAnswered(session, ({ message }) =>
      this.#notAnswered({ code: 'negotiation.failed', text: message })
    )
    session.on('reinvite', (event) => this.#offered(event))
    session.on('update', (event) => {
      // without SDP it only asks whether we are there
      if (event.request.body) this.#offered(event)
    })
  }

  async offer({ attempt, terms }: Offered) {
    const outcome = await this.#reoffer({ ...terms, isProof: false })
    if (outcome.type === 'gone') return this.#listener.gone()
    if (outcome.type === 'refused') {
      return this.#listener.emit({ type: 'leg.offer.refused', attempt, glare: outcome.glare, cause: outcome.cause })
    }
    const { peerHolds } = outcome
    this.#listener.emit({ type: 'leg.offer.accepted', attempt, granted: terms, peerHolds })
  }

  accept(hold: boolean) {
    this.#isHolding = hold
    this.#isTaken = true
  }

  refuse() {
    this.#offer?.reject({ status_code: 491 })
    this.#offer = null
  }

  /**
   * Asks whether the dialog still stands. With a GRUU in our Contact the peer finds us on the new connection by itself and
   * an empty UPDATE will do; without one only an accepted re-INVITE tells it where we are now (RFC 3261 §12.2.1.2).
   */
  verify(attempt: number) {
    const { contact } = this.#session
    const verified = () => this.#listener.emit({ type: 'leg.verified', attempt })
    const gone = () => this.#listener.emit({ type: 'leg.gone', attempt })
    this.#confirm?.()
    this.#confirm = undefined
    clearTimeout(this.#retry)
    this.#asked = attempt
    if (contact.includes(';gr=')) this.#ask(attempt, verified, gone)
    else void this.#prove(verified, gone)
  }

  /** Offers what is agreed already, so that the peer hears of us; says whether it was answered. */
  async refresh(): Promise<boolean> {
    // one that is under way says it as well
    if (this.#mine !== null) return true
    const outcome = await this.#reoffer({ hold: this.#isHolding, restarts: this.#restarts, isProof: true })
    if (outcome.type === 'gone') this.#listener.gone()
    return outcome.type === 'accepted' || (outcome.type === 'refused' && outcome.cause.code !== 'negotiation.timeout')
  }

  stop() {
    clearTimeout(this.#retry)
    this.#asked = 0
    this.#mine?.abort.abort()
  }

  #ask(attempt: number, verified: () => void, gone: () => void) {
    // a proxy that cannot reach the peer says nothing about the call: both may have lost the same server
    const again = () => {
      if (this.#asked !== attempt) return
      this.#retry = setTimeout(() => this.#ask(attempt, verified, gone), askAgain)
    }
    requestThatMayFail(this.#session, 'UPDATE', {
      extraHeaders: [`Contact: ${this.#session.contact}`],
      eventHandlers: {
        onSuccessResponse: verified,
        // that it does not understand the question is an answer too
        onErrorResponse: ({ status_code: status }) => (knowsTheCall.has(status) ? verified() : again()),
        onDialogError: (response) => (response?.status_code === 481 ? gone() : again())
      }
    })
  }

  async #prove(verified: () => void, gone: () => void) {
    const outcome = await this.#reoffer({ hold: this.#isHolding, restarts: this.#restarts, isProof: true })
    if (outcome.type === 'gone') return gone()
    if (outcome.type === 'accepted') return verified()
    if (outcome.cause.code === 'negotiation.rejected' && knowsTheCall.has(Number(outcome.cause.provider?.code))) {
      return verified()
    }
    // both sides came back at once; the peer still has to be told where we are (RFC 3261 §14.1)
    if (!outcome.glare) return
    const pause = (this.#session.direction === 'outgoing' ? 2_100 : 0) + Math.random() * 1_900
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#prove(verified, gone), pause)
  }

  async #reoffer(wanted: { hold: boolean; restarts: number; isProof: boolean }): Promise<OfferOutcome> {
    const { isProof, ...terms } = wanted
    // one that nobody waits for any longer
    while (this.#mine !== null) {
      this.#mine.abort.abort()
      await this.#mine.over
    }
    const abort = new AbortController()
    const over = reoffer(this.#session, {
      terms,
      isRestart: terms.restarts > this.#restarts,
      signal: abort.signal,
      onLateAnswer: () => this.#agreeAnew()
    })
    this.#mine = { over, abort, isProof }
    const outcome = await over
    this.#mine = null
    if (outcome.type === 'refused') this.#confirm = outcome.confirm
    if (outcome.type === 'accepted') {
      this.#restarts = terms.restarts
      this.#isHolding = terms.hold
      this.#noteAnswer(outcome.answer)
    }
    return outcome
  }

  /** The peer holds to an offer that we took back: it is told once more what is so. */
  #agreeAnew() {
    if (this.#mine === null) void this.#reoffer({ hold: this.#isHolding, restarts: this.#restarts, isProof: true })
  }

  /** The peer offers: the chart says in the same breath whether and how to answer. JsSIP then does. */
  #offered(event: OfferEvent) {
    const body = event.request.body ?? ''
    const type = event.request.getHeader('content-type')?.toLowerCase()
    // JsSIP refuses it with 415
    if (body !== '' && type !== 'application/sdp') return
    this.#offer = event
    this.#isTaken = false
    this.#listener.emit({ type: 'leg.offer.received' })
    const isTaken = this.#isTaken
    if (this.#mine !== null) {
      // the chart does not know of ours, or waits for it no longer; the peer will offer again
      if (isTaken && !this.#mine.isProof) this.#mine.abort.abort()
      this.refuse()
      if (isTaken) this.#listener.emit({ type: 'leg.offer.failed', cause: met })
      return
    }
    // whatever the chart has not refused by now is answered
    if (this.#offer === null) return
    this.#offer = null
    this.#isAnswering = true
    if (body === '') this.#awaitAnswer()
    else event.callback = () => this.#answered(isHolding(body))
  }

  /** The peer asked for an offer; its answer comes with the ACK. */
  #awaitAnswer() {
    const { connection } = this.#session
    let sdp = ''
    const check = () => {
      if (sdp === '' || connection.signalingState !== 'stable') return
      connection.removeEventListener('signalingstatechange', check)
      this.#answered(isHolding(sdp))
    }
    connection.addEventListener('signalingstatechange', check)
    this.#session.on('sdp', (event) => {
      if (event.originator === 'remote' && event.type === 'answer') sdp = event.sdp
    })
  }

  #answered(peerHolds: boolean) {
    if (!this.#isAnswering) return
    this.#isAnswering = false
    this.#listener.emit({ type: 'leg.offer.answered', peerHolds })
  }

  #notAnswered(cause: Failure) {
    if (!this.#isAnswering) return
    this.#isAnswering = false
    this.#listener.emit({ type: 'leg.offer.failed', cause })
  }
}
