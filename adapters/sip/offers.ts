import type { Failure, LegCommand, LegEvent, Terms, Video } from '../../machines/index.ts'
import {
  refusedOfferCountsAsAnswered,
  requestThatMayFail,
  restartIsAnsweredWithoutCandidates,
  termsLeakThroughDescriptions
} from './jssip-session-defects.ts'
import type { OfferEvent, Session } from './jssip.ts'
import { reoffer } from './reoffer.ts'
import { allowedBy, grantedBy, isPeerSending, takenFrom, VideoLine } from '../webrtc/video.ts'
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
  #terms: Terms = { hold: false, video: 'off', restarts: 0 }
  #video: VideoLine | null = null
  #stream: MediaStream | null = null
  /** The last description of the peer's. */
  #theirs = ''
  /** The end of our offer under way, and how to take it back. */
  #mine: {
    readonly attempt: number | null
    readonly over: Promise<unknown>
    readonly abort: AbortController
    readonly isProof: boolean
  } | null = null
  /** The peer's offer that waits for the chart's word, and what the chart said. */
  #offer: OfferEvent | null = null
  #taken: Pick<Terms, 'hold' | 'video'> | null = null
  /** The peer's offer that is being answered, and what was agreed before it. */
  #isAnswering = false
  #agreedBefore = this.#terms
  /** Acknowledges an answer that was lost with the connection: a peer that waits for its ACK takes nothing else. */
  #confirm: (() => void) | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  /** The latest question whether the call is still there. */
  #asked = 0

  constructor(session: Session, listener: OfferListener) {
    this.#session = session
    this.#listener = listener
    termsLeakThroughDescriptions(session, () => this.#terms)
    session.on('sdp', ({ originator, sdp }) => {
      if (originator === 'remote') this.#theirs = sdp
    })
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

  /** What the call begins with: video we offer or answer with. */
  begin(connection: RTCPeerConnection, stream: MediaStream | null) {
    this.#video = new VideoLine(connection)
    this.send(stream)
    // in the same turn as the peer's offer is applied, and so before there is an answer
    connection.addEventListener('signalingstatechange', () => {
      if (connection.signalingState === 'have-remote-offer') this.#video?.prepareAnswer(this.#terms)
    })
  }

  /** What is sent of video from now on, as far as there is any. */
  send(stream: MediaStream | null) {
    this.#stream = stream
    this.#video?.use(stream)
  }

  /** How much video we dial or answer with. */
  wish(video: Video) {
    this.#terms = { ...this.#terms, video }
  }

  /** What has come of it, once the call is answered. */
  begun() {
    const limit = this.#session.direction === 'outgoing' ? grantedBy : takenFrom
    this.#terms = { ...this.#terms, video: limit(this.#theirs, this.#terms) }
    return this.#said
  }

  /** Nobody waits for the answer to this one any longer. */
  abandon(attempt: number) {
    if (this.#mine?.attempt === attempt) this.#mine.abort.abort()
  }

  async offer({ attempt, terms }: Offered) {
    const before = this.#terms
    const outcome = await this.#reoffer(terms, { attempt, isProof: false })
    if (outcome.type === 'accepted' && outcome.isTooLate) return this.#agreeAnew(before)
    if (outcome.type === 'gone') return this.#listener.gone()
    if (outcome.type === 'refused') {
      const { glare, cause, retryAfter } = outcome
      const later = retryAfter === undefined ? {} : { retryAfter }
      return this.#listener.emit({ type: 'leg.offer.refused', attempt, glare, cause, ...later })
    }
    const { peerHolds } = outcome
    const { peerVideo } = this.#said
    const seen = peerVideo === undefined ? {} : { peerVideo }
    this.#listener.emit({ type: 'leg.offer.accepted', attempt, granted: this.#terms, peerHolds, ...seen })
  }

  accept(hold: boolean, video: Video) {
    this.#taken = { hold, video }
  }

  /** RFC 3261 §14.2: 491 while one of ours is under way, 500 and a moment's patience while we answer another of theirs. */
  refuse() {
    if (this.#isAnswering) this.#offer?.reject({ status_code: 500, extraHeaders: ['Retry-After: 1'] })
    else this.#offer?.reject({ status_code: 491 })
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
    const outcome = await this.#reoffer(this.#terms, { attempt: null, isProof: true })
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
    const outcome = await this.#reoffer(this.#terms, { attempt: null, isProof: true })
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

  async #reoffer(terms: Terms, { attempt, isProof }: { attempt: number | null; isProof: boolean }) {
    // one that nobody waits for any longer
    while (this.#mine !== null) {
      this.#mine.abort.abort()
      await this.#mine.over
    }
    const abort = new AbortController()
    const over = reoffer(this.#session, {
      terms,
      video: (this.#video ??= this.#newLine()),
      isRestart: terms.restarts > this.#terms.restarts,
      signal: abort.signal,
      onLateAnswer: () => this.#agreeAnew(this.#terms)
    })
    this.#mine = { attempt, over, abort, isProof }
    const outcome = await over
    this.#mine = null
    if (outcome.type === 'refused') this.#confirm = outcome.confirm
    if (outcome.type !== 'accepted') return outcome
    this.#theirs = outcome.answer
    this.#terms = { ...terms, video: grantedBy(outcome.answer, terms) }
    this.#noteAnswer(outcome.answer)
    return { ...outcome, isTooLate: abort.signal.aborted }
  }

  #newLine(): VideoLine {
    const line = new VideoLine(this.#session.connection)
    line.use(this.#stream)
    return line
  }

  /** What there is of video now, where there is any. */
  get #said(): { readonly video?: Video; readonly peerVideo?: boolean } {
    const { video } = this.#terms
    return video === 'off' ? {} : { video, peerVideo: isPeerSending(this.#theirs, this.#terms) }
  }

  /** The peer holds to an offer that we took back: it is told once more what is so. */
  #agreeAnew(terms: Terms) {
    // ICE that was restarted stays so
    const { restarts } = this.#terms
    if (this.#mine === null) void this.#reoffer({ ...terms, restarts }, { attempt: null, isProof: true })
  }

  /** The peer offers: the chart says in the same breath whether and how to answer. JsSIP then does. */
  #offered(event: OfferEvent) {
    const body = event.request.body ?? ''
    const type = event.request.getHeader('content-type')?.toLowerCase()
    // JsSIP refuses it with 415
    if (body !== '' && type !== 'application/sdp') return
    this.#offer = event
    this.#taken = null
    const video = body === '' ? this.#terms.video : allowedBy(body, this.#terms.video)
    this.#listener.emit({ type: 'leg.offer.received', ...(video === 'off' ? {} : { video }) })
    const taken = this.#taken as Pick<Terms, 'hold' | 'video'> | null
    if (this.#mine !== null) {
      // the chart does not know of ours, or waits for it no longer; the peer will offer again
      if (taken !== null && !this.#mine.isProof) this.#mine.abort.abort()
      this.refuse()
      if (taken !== null) this.#listener.emit({ type: 'leg.offer.failed', cause: met })
      return
    }
    // whatever the chart has not refused by now is answered
    if (this.#offer === null) return
    this.#offer = null
    this.#isAnswering = true
    this.#agreedBefore = this.#terms
    this.#terms = { ...this.#terms, ...(taken ?? { video: takenFrom(body, this.#terms) }) }
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
      this.#answered(isHolding(sdp), true)
    }
    connection.addEventListener('signalingstatechange', check)
    this.#session.on('sdp', (event) => {
      if (event.originator === 'remote' && event.type === 'answer') sdp = event.sdp
    })
  }

  #answered(peerHolds: boolean, isOurs = false) {
    if (!this.#isAnswering) return
    this.#isAnswering = false
    // to an offer of ours the peer may have agreed in part
    if (isOurs) this.#terms = { ...this.#terms, video: grantedBy(this.#theirs, this.#terms) }
    this.#listener.emit({ type: 'leg.offer.answered', peerHolds, ...this.#said })
  }

  #notAnswered(cause: Failure) {
    if (!this.#isAnswering) return
    this.#isAnswering = false
    this.#terms = this.#agreedBefore
    this.#listener.emit({ type: 'leg.offer.failed', cause })
  }
}
