import { Subject } from 'rxjs'
import type { Observable } from 'rxjs'
import type { Transport } from '../../machines/index.ts'
import { openConnection, plainCalls, ProviderTransport } from '../kit/index.ts'
import type { Closure } from '../kit/index.ts'
import { AzstackLeg } from './leg.ts'
import type { Account } from './leg.ts'
import type { CallKind, Dial, Dialogue, Line, Remark } from './line.ts'
import { packetText } from './notices.ts'
import type { AzstackNotice } from './notices.ts'
import { isText, resolve } from './options.ts'
import type { AzstackOptions, Settings } from './options.ts'
import type { ClientPacket, ServerPacket } from './packets.ts'
import * as service from './packets/services.ts'
import { paidCalls } from './paid-calls.ts'
import { Session } from './session.ts'
import type { Welcome } from './session.ts'
import type { Bodies } from './wire.ts'

/** Who we are to the service. */
export interface AzstackUser {
  readonly azStackUserId: string
  /** The number other users call. */
  readonly userId: number
  readonly fullname: string
}

/** An account at AZStack, with what it has beyond any other. */
export interface AzstackTransport extends Transport {
  readonly notices: Observable<AzstackNotice>
  /** Null until we were connected for the first time. */
  readonly user: AzstackUser | null
  /** The answer is a notice; nothing is asked without `callLogs`. */
  askForLogs(): void
  /** Lets the next rejection of this leg say that nobody answered, not that the call is not wanted. */
  noteNotAnswered(leg: string): void
}

/**
 * One user at AZStack. Telephones are dialled as `+84901234567` and, with `freeCalls`, users as `user:1001` (their
 * `userId`). Throws a TypeError for options no connection could ever be made with.
 */
export function azstackTransport(options: AzstackOptions): AzstackTransport {
  return new ServiceTransport(resolve(options))
}

class ServiceTransport extends ProviderTransport<AzstackLeg> implements AzstackTransport, Account {
  readonly capabilities = plainCalls
  readonly gathering: Account['gathering']
  user: AzstackUser | null = null
  readonly #settings: Settings
  readonly #kinds: readonly CallKind[]
  readonly #bodies: Bodies
  readonly #notices = new Subject<AzstackNotice>()
  readonly notices = this.#notices.asObservable()
  /** What the service may not have heard: it is said again on the next connection, until there is a sign of life. */
  #owed: ClientPacket[] = []
  #session: Session | null = null
  #iceServers: RTCIceServer[] = []
  #lastCallId = 0

  constructor(settings: Settings) {
    super()
    this.#settings = settings
    this.#kinds = settings.freeCalls ? [paidCalls, settings.freeCalls] : [paidCalls]
    this.#bodies = Object.assign({}, ...this.#kinds.map(({ bodies }) => bodies), settings.callLogs?.bodies) as Bodies
    this.gathering = settings.gathering
  }

  askForLogs() {
    if (this.#settings.callLogs) this.say({ service: service.logs, body: {} })
  }

  noteNotAnswered(id: string) {
    const leg = this.legs.get(id)
    if (leg !== undefined) leg.rejection = 'no-answer'
  }

  connection(): RTCPeerConnection {
    const { rtcConfiguration, RTCPeerConnection: given } = this.#settings
    const iceServers = [...(rtcConfiguration?.iceServers ?? []), ...this.#iceServers]
    return openConnection(given, { ...rtcConfiguration, iceServers })
  }

  place(line: Line, command: Dial): Dialogue {
    // Unix seconds, and never the same twice
    this.#lastCallId = Math.max(Math.floor(Date.now() / 1_000), this.#lastCallId + 1)
    return (this.#kindOf(command.target) ?? paidCalls).place(line, this.#lastCallId, command)
  }

  say(packet: ClientPacket) {
    if (this.#session?.isOpen === true) this.#session.send(packet)
  }

  saySurely(packet: ClientPacket) {
    this.#owed.push(packet)
    if (this.#session?.isOpen !== true) return
    this.#session.send(packet)
    this.#session.probe()
  }

  started(leg: string) {
    this.#notices.next({ type: 'started', leg })
  }

  remark(leg: string, remark: Remark) {
    this.#notices.next({ type: 'status', leg, ...remark })
  }

  override dispose() {
    super.dispose()
    this.#notices.complete()
  }

  protected canCall(target: string): boolean {
    return this.#kindOf(target) !== undefined
  }

  protected create(id: string): AzstackLeg {
    return new AzstackLeg(id, this)
  }

  protected open() {
    this.close()
    const { user } = this.#settings
    this.ask(user.userCredentials, isText, (userCredentials) => {
      const session: Session = new Session(
        { ...this.#settings, user: { ...user, userCredentials }, bodies: this.#bodies },
        {
          opened: (welcome) => this.#welcomed(welcome),
          received: (packet) => this.#received(packet),
          sent: (packet) => this.#trace('out', packet),
          garbage: (text) => this.garbage(text),
          alive: () => this.alive(),
          closed: (because) => {
            if (session !== this.#session) return
            // credentials that are asked for are others the next time
            this.closed({ ...because, permanent: because.permanent && isText(user.userCredentials) })
          }
        }
      )
      this.#session = session
    })
  }

  protected close() {
    this.#session?.close()
    this.#session = null
  }

  protected probe() {
    this.#session?.probe()
  }

  protected override alive() {
    this.#owed = []
    super.alive()
  }

  protected override closed(closure: Closure) {
    this.#session = null
    super.closed(closure)
  }

  #kindOf(target: string): CallKind | undefined {
    return this.#kinds.find((kind) => kind.target.test(target))
  }

  #welcomed(welcome: Welcome) {
    const { userId, username, fullname, ice_server: servers } = welcome
    this.user = Object.freeze({ azStackUserId: username, userId, fullname })
    this.#iceServers = servers.map(({ url: urls, username: name, password: credential }) =>
      name === '' ? { urls } : { urls, username: name, credential }
    )
    this.#trace('in', { service: service.authenticated, body: welcome })
    for (const packet of this.#owed.splice(0)) this.saySurely(packet)
    this.opened(`user:${userId}`)
  }

  #received(packet: ServerPacket) {
    this.#trace('in', packet)
    const heard = [...this.legs.values()].filter((leg) => leg.hear(packet))
    if (heard.length > 0) return
    for (const kind of this.#kinds) {
      const call = kind.brought(packet)
      if (call === null || this.isPast(call.id)) continue
      const leg = this.leg(call.id)
      leg.take(call.take(leg))
      this.incoming(leg, { address: call.from }, call.to)
    }
    const notice = this.#settings.callLogs?.noticeOf(packet)
    if (notice) this.#notices.next(notice)
  }

  #trace(direction: 'in' | 'out', packet: ClientPacket | ServerPacket) {
    if (this.#notices.observed) this.#notices.next({ type: 'packet', direction, text: packetText(packet) })
  }
}
