import { Subject } from 'rxjs'
import type { DtmfMethod, Failure, Leg, Transport, TransportCommand, TransportEvent } from '../../machines/index.ts'
import { closings, refusalCode } from './failures.ts'
import { defaultGathering } from './gathering.ts'
import type { GatheringPolicy } from './gathering.ts'
import {
  callsHaveDefects,
  passwordIsLoggedAndForgotten,
  refreshIsSilent,
  stopAlwaysTakesItsTime,
  webRtcOnlyAsGlobals
} from './jssip-defects.ts'
import { serverOf } from './jssip.ts'
import type { NameAddress, Request, Response, Session, UserAgent } from './jssip.ts'
import { SipLeg } from './leg.ts'
import type { Account } from './leg.ts'
import { checkRecording, recordingActions } from './recording.ts'
import type { RecordingMethod } from './recording.ts'
import { capabilities, checkUrl, sessionExpiresOf, userAgent } from './options.ts'
import type { SipOptions } from './options.ts'
import { allowedBy } from '../webrtc/video.ts'
import { DrivenSocket } from './socket.ts'
import { referredByIn } from './replaces.ts'
import type { ReferTarget } from './replaces.ts'
import type { SocketEnd, WebSocketClass } from './socket.ts'
import { grantedExpires, isPermanent } from './wire.ts'

/** One SIP account over WebSocket. Throws a TypeError for options no connection could ever be made with. */
export function sipTransport(options: SipOptions): Transport {
  return new SipTransport(options)
}

/** Milliseconds that what is to be said at the end may take. */
const lastWords = 2_000

class SipTransport implements Transport, Account {
  readonly capabilities: Transport['capabilities']
  readonly gathering: GatheringPolicy
  readonly rtcConfiguration: RTCConfiguration
  readonly digits: DtmfMethod | null
  readonly sessionExpires: number | null
  readonly recording: RecordingMethod | null
  readonly ua: UserAgent
  readonly withWebRtc: <T>(act: () => T) => T
  readonly #options: SipOptions
  readonly #socket: DrivenSocket
  readonly #events = new Subject<TransportEvent>()
  readonly #legs = new Map<string, SipLeg>()
  #whenOpen: (() => void)[] = []
  #connectAttempt = 0
  #registerAttempt = 0
  #isGoodbyeDue = false
  #wasOpen = false
  /** The leg whose place the call takes that is coming in this very moment. */
  #replaced: SipLeg | null = null
  #isDisposed = false

  constructor(options: SipOptions) {
    const webSocket = options.WebSocket ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket
    if (webSocket === undefined) throw new TypeError('There is no WebSocket here: give one in the options')
    checkUrl(options.url)
    this.#options = options
    this.gathering = { ...defaultGathering, ...options.gathering }
    this.rtcConfiguration = { iceServers: [], ...options.rtcConfiguration }
    this.digits = options.dtmf ?? null
    this.sessionExpires = sessionExpiresOf(options)
    checkRecording(options.recording)
    this.recording = options.recording ?? null
    this.capabilities = { ...capabilities, recording: recordingActions(options.recording) }
    const { url, silence = 30_000 } = options
    this.#socket = new DrivenSocket(
      { url, webSocket, silence },
      {
        opened: (attempt) => this.#opened(attempt),
        closed: (attempt, end) => this.#closed(attempt, end),
        garbage: (text) => this.#emit({ type: 'transport.garbage', text }),
        silent: () => this.#emit({ type: 'transport.silent' })
      }
    )
    this.withWebRtc = webRtcOnlyAsGlobals(options.RTCPeerConnection)
    this.ua = userAgent(options, this.#socket)
    passwordIsLoggedAndForgotten(this.ua, options.password)
    callsHaveDefects(this.ua, (act) => this.whenOpen(act))
    refreshIsSilent(this.ua, (response) => this.#registered(response))
    this.ua.on('registrationFailed', ({ response, cause }) => this.#refused(response, cause))
    this.ua.on('unregistered', () => this.#emit({ type: 'transport.unregistered', attempt: this.#registerAttempt }))
    // the registration chart refreshes; without a listener JsSIP would do it by itself
    this.ua.on('registrationExpiring', () => {})
    this.ua.on('newRTCSession', ({ originator, session, request }) => {
      if (originator === 'remote') this.#incoming(session, request)
    })
  }

  get events() {
    return this.#events.asObservable()
  }

  get isOpen() {
    return this.#socket.isConnected()
  }

  check(target: string): Failure | null {
    try {
      if (!/[\s<>"]/.test(target) && this.ua.normalizeTarget(target) !== undefined) return null
    } catch {
      // a broken %-escape
    }
    return { code: 'call.invalid-target', text: `Not a SIP address or number: ${target}` }
  }

  send(command: TransportCommand) {
    switch (command.type) {
      case 'connect':
        return this.#connect(command.attempt)
      case 'disconnect':
        return this.#disconnect()
      case 'probe':
        return this.#probe(command.attempt)
      case 'register':
        this.#registerAttempt = command.attempt
        this.#isGoodbyeDue = false
        return this.ua.registrator().register()
      case 'unregister':
        return this.#unregister(command.attempt)
    }
  }

  leg(id: string): Leg {
    const known = this.#legs.get(id)
    if (known !== undefined) return known
    const leg = new SipLeg(id, this)
    this.#legs.set(id, leg)
    return leg
  }

  forget(leg: SipLeg) {
    this.#legs.delete(leg.id)
  }

  replacementFor(leg: string): ReferTarget | null {
    return this.#legs.get(leg)?.replacement ?? null
  }

  replaced(leg: SipLeg, accept: () => void) {
    this.#replaced = leg
    accept()
    this.#replaced = null
  }

  whenOpen(act: () => void) {
    this.#whenOpen.push(act)
  }

  dispose() {
    if (this.#isDisposed) return
    this.#isDisposed = true
    const legs = [...this.#legs.values()]
    const isAckDue = legs.some((leg) => leg.isAckDue)
    for (const leg of legs) leg.dispose()
    this.#events.complete()
    this.#whenOpen = []
    this.#leave(isAckDue)
  }

  /** Says what there is to be said, and closes the connection as soon as that has been heard. */
  #leave(isAckDue: boolean) {
    this.ua.registrator().close()
    this.ua.terminateSessions()
    const close = () => {
      clearTimeout(timer)
      this.ua.transport.disconnect()
      this.#socket.close()
    }
    const timer = setTimeout(close, lastWords)
    if (!this.isOpen) close()
    // a call we have answered can be ended only when the caller has confirmed it
    else if (!isAckDue) stopAlwaysTakesItsTime(this.ua, close)
  }

  #connect(attempt: number) {
    this.#connectAttempt = attempt
    this.ua.transport.connect()
    this.#socket.open(attempt)
  }

  #disconnect() {
    this.#down({
      type: 'transport.closed',
      attempt: this.#connectAttempt,
      permanent: false,
      cause: { code: 'connection.cancelled', text: 'Disconnected as asked' }
    })
  }

  #opened(attempt: number) {
    this.#wasOpen = true
    this.#emit({ type: 'transport.opened', attempt, identity: this.#options.uri })
    // an account that never registers has nothing more to wait for
    if (this.#registerAttempt === 0) this.#catchUp()
  }

  #closed(attempt: number, { code, reason, stage }: SocketEnd) {
    const provider = reason === '' ? { code } : { code, text: reason }
    const permanent = stage === 'not-sip' && !this.#wasOpen
    this.#down({ type: 'transport.closed', attempt, permanent, cause: { ...closings[stage], provider } })
  }

  /** First the charts hear of it, then JsSIP, which takes much for a failure that is only this. */
  #down(event: TransportEvent) {
    for (const leg of [...this.#legs.values()]) leg.connectionLost()
    this.#emit(event)
    this.ua.transport.disconnect()
    this.#socket.close()
  }

  #catchUp() {
    const waiting = this.#whenOpen
    this.#whenOpen = []
    for (const act of waiting) act()
  }

  #unregister(attempt: number) {
    this.#registerAttempt = attempt
    this.#isGoodbyeDue = !this.ua.isRegistered()
    if (this.#isGoodbyeDue) this.#emit({ type: 'transport.unregistered', attempt })
    else this.ua.registrator().unregister()
  }

  #probe(attempt: number) {
    const proved = () => this.#emit({ type: 'transport.proved', attempt })
    this.ua.sendOptions(serverOf(this.ua), undefined, {
      // any response at all proves that somebody is there
      eventHandlers: {
        succeeded: proved,
        failed: ({ originator }) => void (originator === 'remote' && proved())
      }
    })
  }

  #registered(response: Response) {
    // it was on its way when we took it back
    if (this.#isGoodbyeDue) return this.#unregister(this.#registerAttempt)
    const attempt = this.#registerAttempt
    if (!this.ua.isRegistered()) {
      const cause: Failure = { code: 'registration.rejected', text: 'The registrar says yes, but does not list us' }
      return this.#emit({ type: 'transport.refused', attempt, permanent: false, cause })
    }
    const { instance_id: instance } = this.ua.configuration
    const asked = this.#options.expires ?? 600
    const expires = grantedExpires(response.getHeaders('contact'), instance, response.getHeader('expires'), asked)
    this.#emit({ type: 'transport.registered', attempt, expires })
    this.#catchUp()
  }

  #refused(response: Response | null, cause: string) {
    const status = response?.status_code
    this.#emit({
      type: 'transport.refused',
      attempt: this.#registerAttempt,
      permanent: status !== undefined && isPermanent(status),
      cause: {
        code: refusalCode(status),
        text:
          status === 401 || status === 407
            ? 'The registrar did not accept the user or the password'
            : `The registrar refused: ${cause}`,
        ...(response === null ? {} : { provider: { code: response.status_code, text: response.reason_phrase } })
      }
    })
  }

  #incoming(session: Session, request: Request) {
    const id = `sip-${session.id}`
    const leg = new SipLeg(id, this)
    this.#legs.set(id, leg)
    leg.take(session)
    const [from, to] = [partyOf(request.from), partyOf(request.to)]
    const replaces = this.#replaced === null ? {} : { replaces: this.#replaced.id }
    const video = allowedBy(request.body ?? '', 'off')
    this.#emit({ type: 'transport.incoming', leg: id, from, to, video, ...replaces, ...referredByIn(request) })
  }

  #emit(event: TransportEvent) {
    if (!this.#isDisposed) this.#events.next(event)
  }
}

function partyOf(header: NameAddress) {
  const address = header.uri.toString()
  return header.display_name ? { address, displayName: header.display_name } : { address }
}
