import { Subject } from 'rxjs'
import type {
  Capabilities,
  DtmfMethod,
  Failure,
  Leg,
  Transport,
  TransportCommand,
  TransportEvent
} from '../../machines/index.ts'
import { defaultGathering } from './gathering.ts'
import type { GatheringPolicy } from './gathering.ts'
import { glareIsRepeated, refreshIsSilent, secondAnswerEndsTheCall, webRtcOnlyAsGlobals } from './jssip-defects.ts'
import { createUserAgent } from './jssip.ts'
import type { NameAddress, Request, Response, Session, UserAgent } from './jssip.ts'
import { SipLeg } from './leg.ts'
import type { Account } from './leg.ts'
import { DrivenSocket } from './socket.ts'
import type { WebSocketClass } from './socket.ts'
import { grantedExpires, isPermanent } from './wire.ts'

export interface SipOptions {
  /** The server's WebSocket (RFC 7118): `wss://sip.example.com`. */
  readonly url: string
  /** Our address of record: `sip:alice@example.com`. */
  readonly uri: string
  readonly password?: string
  /** The name to authenticate with, when it is not the user of `uri`. */
  readonly authorizationUser?: string
  readonly displayName?: string
  /** Seconds the registrar is asked to keep us. Default 600. */
  readonly expires?: number
  /** The device's UUID (RFC 5626); keep it and an established call finds us again after a reload. Default: a random one. */
  readonly instanceId?: string
  readonly userAgent?: string
  /** STUN and TURN servers, and whatever else an RTCPeerConnection takes. */
  readonly rtcConfiguration?: RTCConfiguration
  /** Default: leave with the first usable candidates, 500 ms at the latest. */
  readonly gathering?: Partial<GatheringPolicy>
  /** How digits are sent. Default: in the audio where the peer takes it so, else by INFO. */
  readonly dtmf?: DtmfMethod
  /** Where there is no global one: Node before 22 (`ws`). */
  readonly WebSocket?: WebSocketClass
  /** Where there is no global one: Node (`loadNodeWebRtc` of callchart/testing, or another). */
  readonly RTCPeerConnection?: typeof RTCPeerConnection
}

const capabilities: Capabilities = { registration: true, hold: true, renegotiate: true, dtmf: ['rtp', 'info'] }

/** One SIP account over WebSocket. Throws a TypeError for options no connection could ever be made with. */
export function sipTransport(options: SipOptions): Transport {
  return new SipTransport(options)
}

class SipTransport implements Transport, Account {
  readonly capabilities = capabilities
  readonly gathering: GatheringPolicy
  readonly rtcConfiguration: RTCConfiguration
  readonly digits: DtmfMethod | null
  readonly ua: UserAgent
  readonly #options: SipOptions
  readonly #socket: DrivenSocket
  readonly #events = new Subject<TransportEvent>()
  readonly #legs = new Map<string, SipLeg>()
  #whenOpen: (() => void)[] = []
  #connectAttempt = 0
  #registerAttempt = 0
  #isStarted = false
  #isDisposed = false

  constructor(options: SipOptions) {
    const webSocket = options.WebSocket ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket
    if (webSocket === undefined) throw new TypeError('There is no WebSocket here: give one in the options')
    if (!/^wss?:$/.test(urlOf(options.url).protocol)) throw new TypeError('The url has to begin with ws: or wss:')
    this.#options = options
    this.gathering = { ...defaultGathering, ...options.gathering }
    this.rtcConfiguration = { iceServers: [], ...options.rtcConfiguration }
    this.digits = options.dtmf ?? null
    this.#socket = new DrivenSocket(options.url, webSocket, {
      opened: (attempt) => this.#opened(attempt),
      closed: (attempt, code, reason) => this.#closed(attempt, code, reason)
    })
    webRtcOnlyAsGlobals(options.RTCPeerConnection)
    this.ua = userAgent(options, this.#socket)
    glareIsRepeated(this.ua)
    secondAnswerEndsTheCall(this.ua)
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
        return this.ua.registrator().register()
      case 'unregister':
        this.#registerAttempt = command.attempt
        return this.ua.registrator().unregister()
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

  whenOpen(act: () => void) {
    this.#whenOpen.push(act)
  }

  dispose() {
    if (this.#isDisposed) return
    this.#isDisposed = true
    for (const leg of [...this.#legs.values()]) leg.dispose()
    this.#events.complete()
    if (this.#isStarted) this.ua.stop()
    this.#socket.close()
  }

  #connect(attempt: number) {
    this.#connectAttempt = attempt
    if (!this.#isStarted) this.ua.start()
    this.#isStarted = true
    this.#socket.open(attempt)
  }

  #disconnect() {
    this.#socket.close()
    const cause: Failure = { code: 'connection.cancelled', text: 'Disconnected as asked' }
    this.#emit({ type: 'transport.closed', attempt: this.#connectAttempt, permanent: false, cause })
  }

  #opened(attempt: number) {
    this.#emit({ type: 'transport.opened', attempt, identity: this.#options.uri })
  }

  #closed(attempt: number, code: number, reason: string) {
    for (const leg of [...this.#legs.values()]) leg.connectionLost()
    const cause: Failure = {
      code: 'connection.lost',
      text: 'The WebSocket was closed, or never opened: unreachable, refused, or not trusted (TLS)',
      provider: reason === '' ? { code } : { code, text: reason }
    }
    this.#emit({ type: 'transport.closed', attempt, permanent: false, cause })
  }

  #probe(attempt: number) {
    const proved = () => this.#emit({ type: 'transport.proved', attempt })
    this.ua.sendOptions(`sip:${this.ua.configuration.uri.host}`, undefined, {
      // any response at all proves that somebody is there
      eventHandlers: {
        succeeded: proved,
        failed: ({ originator }) => {
          if (originator === 'remote') proved()
        }
      }
    })
  }

  #registered(response: Response) {
    if (!this.ua.isRegistered()) return
    const { instance_id: instance } = this.ua.configuration
    const asked = this.#options.expires ?? 600
    const expires = grantedExpires(response.getHeaders('contact'), instance, response.getHeader('expires'), asked)
    this.#emit({ type: 'transport.registered', attempt: this.#registerAttempt, expires })
    const waiting = this.#whenOpen
    this.#whenOpen = []
    for (const act of waiting) act()
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
    this.#emit({ type: 'transport.incoming', leg: id, from: partyOf(request.from), to: partyOf(request.to) })
  }

  #emit(event: TransportEvent) {
    if (!this.#isDisposed) this.#events.next(event)
  }
}

function userAgent(options: SipOptions, socket: DrivenSocket): UserAgent {
  let ua: UserAgent
  try {
    ua = createUserAgent({
      sockets: [socket],
      uri: options.uri,
      register: false,
      register_expires: options.expires ?? 600,
      session_timers: true,
      // the call chart has a deadline of its own
      no_answer_timeout: 3_600,
      ...(options.authorizationUser === undefined ? {} : { authorization_user: options.authorizationUser }),
      ...(options.displayName === undefined ? {} : { display_name: options.displayName }),
      ...(options.instanceId === undefined ? {} : { instance_id: options.instanceId }),
      ...(options.userAgent === undefined ? {} : { user_agent: options.userAgent })
    })
  } catch (error) {
    const parameter = (error as { parameter?: unknown }).parameter
    throw new TypeError(`Not a valid SIP account: ${typeof parameter === 'string' ? parameter : 'its options'}`)
  }
  // only now: JsSIP's debug log shows what it is made with
  if (options.password !== undefined) ua.set('password', options.password)
  return ua
}

function urlOf(url: string): URL {
  try {
    return new URL(url)
  } catch {
    throw new TypeError('The url is not a URL: give one such as wss://sip.example.com')
  }
}

function refusalCode(status: number | undefined): Failure['code'] {
  if (status === undefined) return 'registration.timeout'
  if (status === 401 || status === 407) return 'registration.unauthorized'
  return isPermanent(status) ? 'registration.forbidden' : 'registration.rejected'
}

function partyOf(header: NameAddress) {
  const address = header.uri.toString()
  return header.display_name ? { address, displayName: header.display_name } : { address }
}
