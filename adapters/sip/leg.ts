import { Subject } from 'rxjs'
import type { CallEnd, DtmfMethod, Failure, Leg, LegCommand, LegEvent, RejectReason } from '../../machines/index.ts'
import { sendDigit } from './digits.ts'
import { limitGathering } from './gathering.ts'
import type { GatheringPolicy } from './gathering.ts'
import {
  requestThatMayFail,
  failedIceEndsTheCall,
  holdLeaksThroughAnswers,
  peerOpensOurMicrophone,
  restartIsAnsweredWithoutCandidates
} from './jssip-defects.ts'
import type { EndEvent, OfferEvent, Session, UserAgent } from './jssip.ts'
import { watchPath } from './path.ts'
import { reoffer } from './reoffer.ts'
import { detail, endOf, isAnsweredElsewhere, isHolding, parseReason } from './wire.ts'

/** What a leg needs of the account it belongs to. */
export interface Account {
  readonly ua: UserAgent
  readonly gathering: GatheringPolicy
  readonly rtcConfiguration: RTCConfiguration
  readonly digits: DtmfMethod | null
  readonly isOpen: boolean
  /** Runs this when we are connected again, or never. */
  whenOpen(act: () => void): void
  forget(leg: SipLeg): void
}

const rejections: Readonly<Record<RejectReason, number>> = {
  busy: 486,
  declined: 603,
  'no-answer': 480,
  unavailable: 480
}

/** One SIP dialog: JsSIP's session, spoken to in the words of the port. */
export class SipLeg implements Leg {
  readonly id: string
  readonly #account: Account
  readonly #events = new Subject<LegEvent>()
  #session: Session | null = null
  #stream: MediaStream | null = null
  #remoteStream: MediaStream | null = null
  #isIncoming = false
  #isHolding = false
  #isOffering = false
  #isOver = false
  #isAnswered = false
  #restarts = 0
  /** The peer's offer that waits for the chart's word. */
  #offer: OfferEvent | null = null
  #noteAnswer: (sdp: string) => void = () => {}
  #stopWatching: () => void = () => {}

  constructor(id: string, account: Account) {
    this.id = id
    this.#account = account
  }

  get events() {
    return this.#events.asObservable()
  }

  get remoteStream() {
    return this.#remoteStream
  }

  attach(stream: MediaStream) {
    this.#stream = stream
  }

  /** Takes over an incoming session. */
  take(session: Session) {
    this.#isIncoming = true
    this.#adopt(session)
  }

  send(command: LegCommand) {
    switch (command.type) {
      case 'dial':
        return this.#dial(command)
      case 'answer':
        return this.#answer()
      case 'reject':
        return this.#terminate({ status_code: rejections[command.reason] })
      case 'hangup':
        return this.#hangup()
      case 'offer':
        return void this.#reoffer(command)
      case 'accept':
        this.#isHolding = command.hold
        this.#offer = null
        return
      case 'refuse':
        this.#offer?.reject({ status_code: 491 })
        this.#offer = null
        return
      case 'verify':
        return this.#verify(command.attempt)
      case 'dtmf':
        return this.#digit(command)
    }
  }

  /** The socket is gone. A call that still rings cannot be answered any more: the caller's request went with it. */
  connectionLost() {
    if (!this.#isIncoming || this.#isAnswered || this.#session?.isInProgress() !== true) return
    this.#terminate()
    this.#end({
      type: 'leg.ended',
      end: { by: 'system', reason: 'network', text: 'The connection was lost while it rang' }
    })
  }

  dispose() {
    this.#hangup()
    this.#stopWatching()
    this.#isOver = true
    this.#events.complete()
    this.#account.forget(this)
  }

  #dial({ target, headers = {}, displayName }: Extract<LegCommand, { type: 'dial' }>) {
    const { ua } = this.#account
    const options = {
      ...this.#mediaOptions(),
      extraHeaders: Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ...(displayName === undefined ? {} : { fromDisplayName: displayName }),
      eventHandlers: {
        peerconnection: ({ peerconnection }: { peerconnection: RTCPeerConnection }) => this.#watch(peerconnection)
      }
    }
    this.#adopt(ua.call(target, options))
  }

  #answer() {
    this.#session?.answer(this.#mediaOptions())
  }

  #mediaOptions() {
    const media = this.#stream === null ? {} : { mediaStream: this.#stream }
    return {
      ...media,
      // JsSIP would open devices by itself; without a stream we only listen
      mediaConstraints: { audio: this.#stream !== null, video: false },
      ...(this.#stream === null ? { rtcOfferConstraints: { offerToReceiveAudio: true } } : {}),
      pcConfig: this.#account.rtcConfiguration
    }
  }

  #adopt(session: Session) {
    this.#session = session
    limitGathering(session, this.#account.gathering)
    holdLeaksThroughAnswers(session, () => this.#isHolding)
    peerOpensOurMicrophone(session)
    this.#noteAnswer = restartIsAnsweredWithoutCandidates(session)
    if (this.#isIncoming) session.on('peerconnection', ({ peerconnection }) => this.#watch(peerconnection))
    session.on('progress', ({ originator, response }) => {
      if (originator === 'remote') this.#emit({ type: 'leg.ringing', earlyMedia: Boolean(response?.body) })
    })
    session.on('confirmed', () => {
      this.#isAnswered = true
      this.#emit({ type: 'leg.answered' })
    })
    session.on('failed', (event) => this.#failed(event))
    session.on('ended', (event) => this.#ended(event))
    session.on('reinvite', (event) => this.#offered(event))
    session.on('update', (event) => {
      // without SDP it only asks whether we are there
      if (event.request.body) this.#offered(event)
    })
    session.on('newDTMF', ({ originator, dtmf }) => {
      if (originator !== 'remote') return
      this.#emit({ type: 'leg.dtmf.received', tone: dtmf.tone, duration: dtmf.duration })
    })
  }

  #watch(connection: RTCPeerConnection) {
    failedIceEndsTheCall(connection)
    this.#stopWatching = watchPath(connection, {
      isAnswered: () => this.#isAnswered,
      emit: (event) => this.#emit(event),
      play: (stream) => {
        if (stream === this.#remoteStream) return
        this.#remoteStream = stream
        this.#emit({ type: 'leg.media' })
      }
    })
  }

  /** The peer offers: the chart says in the same breath whether and how to answer. JsSIP then does. */
  #offered(event: OfferEvent) {
    const body = event.request.body ?? ''
    if (this.#isOffering) return event.reject({ status_code: 491 })
    this.#offer = event
    event.callback = () => this.#emit({ type: 'leg.offer.answered', peerHolds: body === '' ? false : isHolding(body) })
    this.#emit({ type: 'leg.offer.received' })
    // whatever the chart has not refused by now is answered
    this.#offer = null
  }

  async #reoffer({ attempt, terms }: Extract<LegCommand, { type: 'offer' }>) {
    const session = this.#session
    if (session === null || session.isEnded()) return
    this.#isOffering = true
    const outcome = await reoffer(session, terms, terms.restarts > this.#restarts)
    this.#isOffering = false
    if (outcome.type === 'accepted') {
      this.#restarts = terms.restarts
      this.#isHolding = terms.hold
      this.#noteAnswer(outcome.answer)
      this.#emit({ type: 'leg.offer.accepted', attempt, granted: terms, peerHolds: outcome.peerHolds })
    } else if (outcome.type === 'refused') {
      this.#emit({ type: 'leg.offer.refused', attempt, glare: outcome.glare, cause: outcome.cause })
    } else {
      this.#gone()
    }
  }

  /**
   * Asks whether the dialog still stands. With a GRUU in our Contact the peer finds us on the new connection by itself and
   * an empty UPDATE will do; without one only an accepted re-INVITE tells it where we are now (RFC 3261 §12.2.1.2).
   */
  #verify(attempt: number) {
    const session = this.#session
    if (session === null || session.isEnded()) return
    const verified = () => this.#emit({ type: 'leg.verified', attempt })
    const gone = () => this.#emit({ type: 'leg.gone', attempt })
    if (!session.contact.includes(';gr=')) {
      this.#isOffering = true
      void reoffer(session, { hold: this.#isHolding, restarts: this.#restarts }, false).then((outcome) => {
        this.#isOffering = false
        if (outcome.type === 'gone') gone()
        else if (outcome.type === 'accepted' || outcome.glare || outcome.cause.code === 'negotiation.rejected')
          verified()
      })
      return
    }
    requestThatMayFail(session, 'UPDATE', {
      extraHeaders: [`Contact: ${session.contact}`],
      eventHandlers: {
        onSuccessResponse: verified,
        // that it does not understand the question is an answer too; a proxy's 480 or 503 is none
        onErrorResponse: ({ status_code: status }) => {
          if ([405, 415, 420, 488, 491, 501].includes(status)) verified()
        },
        onDialogError: (response) => {
          if (response?.status_code === 481) gone()
        }
      }
    })
  }

  #digit(command: Extract<LegCommand, { type: 'dtmf' }>) {
    const { attempt } = command
    if (this.#session === null) return
    const method = command.method ?? this.#account.digits
    sendDigit(this.#session, command, method, {
      sent: () => this.#emit({ type: 'leg.dtmf.sent', attempt }),
      failed: (cause: Failure) => this.#emit({ type: 'leg.dtmf.failed', attempt, cause })
    })
  }

  #hangup() {
    if (this.#session === null) return this.#end({ type: 'leg.ended', end: { by: 'local', reason: 'cancelled' } })
    if (this.#isAnswered && !this.#account.isOpen) {
      // nothing can be sent now, but the peer must not wait for its own deadlines: the BYE follows when it can
      const session = this.#session
      this.#account.whenOpen(() => terminate(session))
      session.connection?.close()
      return this.#end({ type: 'leg.ended', end: { by: 'local', reason: 'hangup' } })
    }
    this.#terminate()
  }

  #terminate(options: { status_code?: number } = {}) {
    if (this.#session !== null && !this.#isOver) terminate(this.#session, options)
  }

  #gone() {
    this.#terminate()
    this.#end({
      type: 'leg.ended',
      end: { by: 'remote', reason: 'hangup', code: 481, text: 'The far end does not know this call' }
    })
  }

  #failed({ originator, message, cause }: EndEvent) {
    const reason = reasonIn(message)
    if (originator === 'remote' && cause === 'Canceled') {
      return this.#end({ type: 'leg.cancelled', answeredElsewhere: isAnsweredElsewhere(reason) })
    }
    if (
      originator === 'remote' &&
      typeof message === 'object' &&
      message !== null &&
      'status_code' in message &&
      message.status_code >= 300
    ) {
      return this.#end({ type: 'leg.rejected', end: endOf(message.status_code, message.reason_phrase, reason) })
    }
    this.#end({ type: 'leg.ended', end: failureEnd(originator, cause, message) })
  }

  #ended({ originator, message, cause }: EndEvent) {
    if (originator === 'remote' && cause === 'Terminated') {
      const reason = reasonIn(message)
      return this.#end({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup', ...detail(reason) } })
    }
    this.#end({ type: 'leg.ended', end: failureEnd(originator, cause, message) })
  }

  #end(event: LegEvent) {
    if (this.#isOver) return
    this.#emit(event)
    this.#isOver = true
  }

  #emit(event: LegEvent) {
    if (!this.#isOver) this.#events.next(event)
  }
}

function terminate(session: Session, options: { status_code?: number } = {}) {
  try {
    if (!session.isEnded()) session.terminate(options)
  } catch {
    // JsSIP throws when the session ended in this very moment, which is what was asked for
  }
}

function reasonIn(message: EndEvent['message']) {
  return typeof message === 'object' ? parseReason(message?.getHeader('Reason')) : null
}

/** What JsSIP calls the cause (its `causes`), when no response says it better. */
function failureEnd(by: string, cause: string, message: EndEvent['message']): CallEnd {
  switch (cause) {
    case 'Terminated':
      return { by: 'local', reason: 'hangup' }
    case 'Rejected':
      return { by: 'local', reason: 'declined' }
    // JsSIP says this too when the socket went while it was dialling; when we asked, the chart has noted so already
    case 'Canceled':
    case 'Connection Error':
      return { by: 'system', reason: 'network', text: cause }
    case 'Request Timeout':
    case 'No ACK':
    case 'RTP Timeout':
      return { by: 'system', reason: 'timeout', text: cause }
    case 'Expires':
    case 'No Answer':
      return { by: 'system', reason: 'no-answer', text: cause }
    case 'Bad Media Description':
    case 'Missing SDP':
    case 'Dialog Error':
      return { by: 'remote', reason: 'protocol', text: cause }
    case 'WebRTC Error':
    case 'User Denied Media Access':
      return { by: 'system', reason: 'media', text: cause }
    default:
      return {
        by: by === 'remote' ? 'remote' : 'system',
        reason: 'error',
        text: typeof message === 'string' ? message : cause
      }
  }
}
