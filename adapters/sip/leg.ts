import { Subject } from 'rxjs'
import type { DtmfMethod, Failure, Leg, LegCommand, LegEvent, MediaMeasure, Video } from '../../machines/index.ts'
import { replaceTracks } from '../webrtc/sending.ts'
import { measureConnection } from '../webrtc/stats.ts'
import { sendDigit } from './digits.ts'
import { endingOf, failureOf, rejections, terminate } from './endings.ts'
import { limitGathering } from './gathering.ts'
import type { GatheringPolicy } from './gathering.ts'
import { brokenAnswerLeavesTheCallOpen, failedIceEndsTheCall, peerOpensOurMicrophone } from './jssip-session-defects.ts'
import type { Session } from './jssip.ts'
import { mediaOptions } from './media-options.ts'
import { Offers } from './offers.ts'
import { watchSipPath } from './path.ts'
import type { PathWatch } from './path.ts'
import { askToRecord } from './recording.ts'
import type { RecordingAccount } from './recording.ts'
import { Refers } from './refer.ts'
import type { ReferAccount } from './refer.ts'
import { referralHeaders } from './replaces.ts'
import { keepSession, leastSession } from './session-timer.ts'
import type { SessionTimer } from './session-timer.ts'
import { headerFault } from './wire.ts'

/** What a leg needs of the account it belongs to. */
export interface Account extends ReferAccount, RecordingAccount {
  readonly gathering: GatheringPolicy
  readonly rtcConfiguration: RTCConfiguration
  readonly digits: DtmfMethod | null
  /** Seconds (RFC 4028); null: no timer of ours. */
  readonly sessionExpires: number | null
  readonly isOpen: boolean
  /** Runs JsSIP with the WebRTC of this account. */
  readonly withWebRtc: <T>(act: () => T) => T
  /** Runs this when we are connected again, or never. */
  whenOpen(act: () => void): void
  forget(leg: SipLeg): void
  /** Somebody is to take the place of this leg's peer: what `accept` makes is one more call that comes in. */
  replaced(leg: SipLeg, accept: () => void): void
}

/** One SIP dialog: JsSIP's session, spoken to in the words of the port. */
export class SipLeg implements Leg {
  readonly id: string
  readonly #account: Account
  readonly #events = new Subject<LegEvent>()
  #session: Session | null = null
  #offers: Offers | null = null
  #refers: Refers | null = null
  #stream: MediaStream | null = null
  #remoteStream: MediaStream | null = null
  #isIncoming = false
  #isAccepted = false
  #isAnswered = false
  #isOver = false
  #connection: RTCPeerConnection | null = null
  #path: PathWatch | null = null
  #timer: SessionTimer | null = null
  /** Places our call once more, with a session at least this many seconds long. */
  #askAgain: ((least: number) => void) | null = null
  #stopGathering: () => void = () => {}

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

  /** We have answered, and the caller has not confirmed it. */
  get isAckDue() {
    return this.#isIncoming && this.#isAccepted && !this.#isAnswered && !this.#isOver
  }

  attach(stream: MediaStream) {
    this.#stream = stream
    this.#replaceTracks()
  }

  measure(): Promise<MediaMeasure | null> {
    return measureConnection(this.#connection)
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
        return this.#answer(command.video ?? 'off')
      case 'reject':
        return this.#terminate({ status_code: rejections[command.reason] })
      case 'hangup':
        return this.#hangup()
      case 'offer':
        return void this.#offers?.offer(command)
      case 'accept':
        return this.#offers?.accept(command.hold, command.video ?? 'off')
      case 'abandon':
        return this.#offers?.abandon(command.attempt)
      case 'refuse':
        return this.#offers?.refuse()
      case 'verify':
        return this.#offers?.verify(command.attempt)
      case 'dtmf':
        return this.#digit(command)
      case 'record':
        return askToRecord(this.#session, this.#account.recording, command, (event) => this.#emit(event))
      case 'refer':
      case 'report':
        return this.#refers?.send(command)
      case 'microphone':
        return // SIP has no word for it
    }
  }

  /** Whom to call to take our place in this call. */
  get replacement() {
    return this.#isAnswered && !this.#isOver ? (this.#refers?.replacement ?? null) : null
  }

  /** The socket is gone. A call that is not answered yet cannot be any more: the caller's request went with it. */
  connectionLost() {
    if (!this.#isIncoming || this.#isAccepted || this.#session?.isEnded() !== false) return
    this.#fail('network', 'The connection was lost while it rang')
    terminate(this.#session)
  }

  dispose() {
    this.#hangup()
    this.#stop()
    this.#isOver = true
    this.#events.complete()
    this.#account.forget(this)
  }

  #answer(video: Video) {
    this.#offers?.wish(video)
    this.#account.withWebRtc(() => this.#session?.answer(mediaOptions(this.#stream, video, this.#account)))
  }

  #dial({ target, video = 'off', headers = {}, displayName, referral = {} }: Extract<LegCommand, { type: 'dial' }>) {
    const { ua, withWebRtc } = this.#account
    const fault = headerFault(headers, displayName)
    if (fault !== null) return this.#emit({ type: 'leg.failed', cause: { code: 'call.invalid-header', text: fault } })
    const given = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    const extraHeaders = [...given, ...referralHeaders(referral)]
    const options = {
      ...mediaOptions(this.#stream, video, this.#account),
      extraHeaders,
      ...(displayName === undefined ? {} : { fromDisplayName: displayName }),
      eventHandlers: {
        peerconnection: ({ peerconnection }: { peerconnection: RTCPeerConnection }) => this.#watch(peerconnection)
      }
    }
    this.#askAgain = (least) => {
      this.#askAgain = null
      this.#stop()
      const longer = { sessionTimersExpires: least, extraHeaders: [...extraHeaders, `Min-SE: ${least}`] }
      this.#adopt(withWebRtc(() => ua.call(target, { ...options, ...longer })))
      this.#offers?.wish(video)
    }
    this.#adopt(withWebRtc(() => ua.call(target, options)))
    this.#offers?.wish(video)
  }

  #adopt(session: Session) {
    this.#session = session
    this.#stopGathering = limitGathering(session, this.#account.gathering)
    peerOpensOurMicrophone(session)
    brokenAnswerLeavesTheCallOpen(this.#account.ua, session)
    const emit = (event: LegEvent) => this.#emit(event)
    this.#refers = new Refers(session, this.#account, emit, (accept) => this.#account.replaced(this, accept))
    const offers = new Offers(session, { emit, gone: () => this.#gone() })
    this.#offers = offers
    if (!this.#isIncoming) offers.begin(session.connection, this.#stream)
    this.#timer = keepSession(session, this.#account.sessionExpires, {
      reinvite: () => offers.refresh(),
      isOpen: () => this.#account.isOpen,
      gone: () => this.#gone(),
      expired: () => this.#expired(session)
    })
    if (this.#isIncoming) session.on('peerconnection', ({ peerconnection }) => this.#watch(peerconnection))
    session.on('progress', ({ originator, response }) => {
      if (originator === 'remote') this.#emit({ type: 'leg.ringing', earlyMedia: Boolean(response?.body) })
    })
    session.on('sdp', ({ originator, sdp }) => {
      if (originator !== 'local') return
      this.#path?.told(sdp)
      // JsSIP sends what it was given with the command, a little later
      this.#replaceTracks()
    })
    session.on('accepted', () => {
      this.#isAccepted = true
    })
    session.on('confirmed', () => {
      this.#isAnswered = true
      this.#emit({ type: 'leg.answered', ...this.#offers?.begun() })
      this.#path?.answered()
    })
    session.on('failed', (event) => {
      const least = leastSession(event)
      if (least !== null && this.#askAgain !== null) return this.#askAgain(least)
      this.#end(failureOf(event, this.#isIncoming))
    })
    session.on('ended', (event) => this.#end(this.#refers?.endingOf(event) ?? endingOf(event)))
    session.on('newDTMF', ({ originator, dtmf }) => {
      if (originator !== 'remote') return
      this.#emit({ type: 'leg.dtmf.received', tone: dtmf.tone, duration: dtmf.duration })
    })
  }

  #expired(session: Session) {
    this.#fail('timeout', 'The peer no longer says that the call stands (RFC 4028)')
    terminate(session)
  }

  #replaceTracks() {
    if (this.#stream !== null && this.#connection !== null) replaceTracks(this.#connection, this.#stream.getTracks())
    this.#offers?.send(this.#stream)
  }

  #watch(connection: RTCPeerConnection) {
    this.#connection = connection
    failedIceEndsTheCall(connection)
    this.#offers?.begin(connection, this.#stream)
    this.#path = watchSipPath(connection, {
      emit: (event) => this.#emit(event),
      play: (stream) => {
        this.#remoteStream = stream
        this.#emit({ type: 'leg.media' })
      }
    })
  }

  #digit({ attempt, method, ...digit }: Extract<LegCommand, { type: 'dtmf' }>) {
    if (this.#session === null) return
    sendDigit(this.#session, digit, method ?? this.#account.digits, {
      sent: () => this.#emit({ type: 'leg.dtmf.sent', attempt }),
      failed: (cause: Failure) => this.#emit({ type: 'leg.dtmf.failed', attempt, cause })
    })
  }

  #hangup() {
    const session = this.#session
    if (session === null) return this.#end({ type: 'leg.ended', end: { by: 'local', reason: 'cancelled' } })
    if (this.#isAnswered && !this.#account.isOpen && !session.isEnded()) {
      // nothing can be sent now, but the peer must not wait for its own deadlines: the BYE follows when it can
      if (!this.#isOver) this.#account.whenOpen(() => terminate(session))
      session.connection?.close()
      return this.#end({ type: 'leg.ended', end: { by: 'local', reason: 'hangup' } })
    }
    this.#terminate()
  }

  #terminate(options: { status_code?: number } = {}) {
    if (this.#session !== null && !this.#isOver) terminate(this.#session, options)
  }

  #gone() {
    this.#end({
      type: 'leg.ended',
      end: { by: 'remote', reason: 'hangup', code: 481, text: 'The far end does not know this call' }
    })
    if (this.#session !== null) terminate(this.#session)
  }

  #fail(reason: 'network' | 'timeout', text: string) {
    this.#end({ type: 'leg.ended', end: { by: 'system', reason, text } })
  }

  #end(event: LegEvent) {
    if (this.#isOver) return
    this.#stop()
    this.#emit(event)
    this.#isOver = true
  }

  #stop() {
    this.#connection = null
    this.#offers?.stop()
    this.#path?.stop()
    this.#timer?.stop()
    this.#stopGathering()
  }

  #emit(event: LegEvent) {
    if (!this.#isOver) this.#events.next(event)
  }
}
