import { Subject } from 'rxjs'
import type { Observable } from 'rxjs'
import type {
  Capabilities,
  Failure,
  Leg,
  LegCommand,
  Transport,
  TransportCommand,
  TransportEvent
} from '../../machines/index.ts'
import { Callin } from './callin.ts'
import { Callout } from './callout.ts'
import { FreeCallin, FreeCallout } from './free-call.ts'
import { AzstackLeg } from './leg.ts'
import type { Account } from './leg.ts'
import type { Dialogue, Line, Remark } from './line.ts'
import { packetText, paidCallLog } from './notices.ts'
import type { AzstackNotice } from './notices.ts'
import { resolve } from './options.ts'
import type { AzstackOptions, Settings } from './options.ts'
import { service } from './packets.ts'
import type { ClientPacket, ServerPacket } from './packets.ts'
import { Session } from './session.ts'
import type { Welcome } from './session.ts'

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
  /** The answer is a notice. */
  askForLogs(): void
  /** Lets the next rejection of this leg say that nobody answered, not that the call is not wanted. */
  noteNotAnswered(leg: string): void
}

const capabilities: Capabilities = { registration: false, hold: false, renegotiate: false, dtmf: [], recording: [] }

/**
 * One user at AZStack. Telephones are dialled as `+84901234567`, users as `user:1001` (their `userId`). Throws a TypeError
 * for options no connection could ever be made with.
 */
export function azstackTransport(options: AzstackOptions): AzstackTransport {
  return new AzstackTransportImplementation(resolve(options))
}

const telephone = /^\+?\d+$/
const otherUser = /^user:([1-9]\d{0,14})$/

class AzstackTransportImplementation implements AzstackTransport, Account {
  readonly capabilities = capabilities
  readonly media: Account['media']
  readonly RTCPeerConnection: Account['RTCPeerConnection']
  readonly #settings: Settings
  readonly #events = new Subject<TransportEvent>()
  readonly #notices = new Subject<AzstackNotice>()
  readonly #legs = new Map<string, AzstackLeg>()
  /** What is to be said on the next connection. */
  #owed: ClientPacket[] = []
  #session: Session | null = null
  #connectAttempt = 0
  /** The probe that waits for a sign of life. */
  #probe: number | null = null
  #user: AzstackUser | null = null
  #iceServers: RTCIceServer[] = []
  #lastCallId = 0
  #isDisposed = false

  constructor(settings: Settings) {
    this.#settings = settings
    this.RTCPeerConnection = settings.RTCPeerConnection
    const { configuration, gathering } = settings.media
    const iceServers = () => [...(configuration.iceServers ?? []), ...this.#iceServers]
    this.media = {
      gathering,
      get configuration() {
        return { ...configuration, iceServers: iceServers() }
      }
    }
  }

  get events() {
    return this.#events.asObservable()
  }

  get notices() {
    return this.#notices.asObservable()
  }

  get user() {
    return this.#user
  }

  check(target: string): Failure | null {
    if (telephone.test(target) || otherUser.test(target)) return null
    const text = `Neither a telephone number (digits, perhaps with a +) nor a user (user:1001): ${target}`
    return { code: 'call.invalid-target', text }
  }

  send(command: TransportCommand) {
    switch (command.type) {
      case 'connect':
        return this.#connect(command.attempt)
      case 'disconnect':
        return this.#disconnect()
      case 'probe':
        this.#probe = command.attempt
        return this.#session?.probe()
      case 'register':
      case 'unregister':
        return this.#emit({
          type: 'transport.refused',
          attempt: command.attempt,
          permanent: true,
          cause: { code: 'registration.rejected', text: 'AZStack has no registration: who is connected can be called' }
        })
    }
  }

  leg(id: string): Leg {
    return this.#legs.get(id) ?? this.#newLeg(id)
  }

  askForLogs() {
    this.say({ service: service.logs, body: {} })
  }

  noteNotAnswered(leg: string) {
    this.#legs.get(leg)?.noteNotAnswered()
  }

  callout(line: Line, { target, headers = {} }: Extract<LegCommand, { type: 'dial' }>): Dialogue {
    const callId = this.#nextCallId()
    const [, user] = otherUser.exec(target) ?? []
    if (user !== undefined) return new FreeCallout(line, callId, Number(user))
    const { from, tags } = headers
    const details = { ...(from === undefined ? {} : { from }), ...(tags === undefined ? {} : { tags }) }
    return new Callout(line, callId, { to: target, ...details })
  }

  say(packet: ClientPacket) {
    if (this.#session?.isOpen === true) this.#session.send(packet)
  }

  saySurely(packet: ClientPacket) {
    if (this.#session?.isOpen === true) this.#session.send(packet)
    else this.#owed.push(packet)
  }

  started({ id }: AzstackLeg) {
    this.#notices.next({ type: 'started', leg: id })
  }

  remark({ id }: AzstackLeg, remark: Remark) {
    this.#notices.next({ type: 'status', leg: id, ...remark })
  }

  garbage(text: string) {
    this.#emit({ type: 'transport.garbage', text })
  }

  forget(leg: AzstackLeg) {
    this.#legs.delete(leg.id)
  }

  dispose() {
    if (this.#isDisposed) return
    for (const leg of [...this.#legs.values()]) leg.dispose()
    this.#isDisposed = true
    this.#session?.close()
    this.#session = null
    this.#events.complete()
    this.#notices.complete()
  }

  #connect(attempt: number) {
    this.#connectAttempt = attempt
    this.#session?.close()
    const session: Session = new Session(this.#settings, {
      opened: (welcome) => this.#opened(attempt, welcome),
      received: (packet) => this.#received(packet),
      sent: (packet) => this.#trace('out', packet),
      garbage: (text) => this.garbage(text),
      alive: () => this.#alive(),
      closed: (cause, permanent) => {
        if (session === this.#session) this.#closed(attempt, cause, permanent)
      }
    })
    this.#session = session
  }

  #disconnect() {
    const { code, text } = { code: 'connection.cancelled', text: 'Disconnected as asked' } as const
    this.#session?.close()
    this.#closed(this.#connectAttempt, { code, text }, false)
  }

  #opened(attempt: number, welcome: Welcome) {
    const { userId, username, fullname, ice_server: servers } = welcome
    this.#user = Object.freeze({ azStackUserId: username, userId, fullname })
    this.#iceServers = servers.map(({ url, username: name, password }) => ({
      urls: url,
      ...(name === '' ? {} : { username: name, credential: password })
    }))
    this.#trace('in', { service: service.authenticated, body: welcome })
    const owed = this.#owed
    this.#owed = []
    owed.forEach((packet) => this.say(packet))
    this.#emit({ type: 'transport.opened', attempt, identity: username })
  }

  #closed(attempt: number, cause: Failure, permanent: boolean) {
    this.#session = null
    this.#probe = null
    for (const leg of [...this.#legs.values()]) leg.connectionLost()
    this.#emit({ type: 'transport.closed', attempt, permanent, cause })
  }

  #alive() {
    if (this.#probe === null) return
    const attempt = this.#probe
    this.#probe = null
    this.#emit({ type: 'transport.proved', attempt })
  }

  #received(packet: ServerPacket) {
    this.#trace('in', packet)
    const heard = [...this.#legs.values()].filter((leg) => leg.hear(packet))
    if (heard.length > 0) return
    if (packet.service === service.callinStart) {
      const call = packet.body
      this.#incoming(`azstack-${call.callId}`, call.from, call.to, (line) => new Callin(line, call))
    } else if (packet.service === service.freeStart) {
      const call = packet.body
      const id = `azstack-${call.from}-${call.callId}`
      this.#incoming(id, `user:${call.from}`, `user:${call.to}`, (line) => new FreeCallin(line, call))
    } else if (packet.service === service.log) {
      this.#notices.next({ type: 'log', log: paidCallLog(packet.body.data) })
    } else if (packet.service === service.logs) {
      const { r, data } = packet.body
      this.#notices.next({ type: 'logs', logs: r === 1 ? data.map(paidCallLog) : null })
    }
  }

  #incoming(id: string, from: string, to: string, dialogue: (line: Line) => Dialogue) {
    const leg = this.#newLeg(id)
    leg.take(dialogue(leg))
    this.#emit({ type: 'transport.incoming', leg: id, from: { address: from }, to: { address: to } })
  }

  #newLeg(id: string): AzstackLeg {
    const leg = new AzstackLeg(id, this)
    this.#legs.set(id, leg)
    return leg
  }

  /** Unix seconds, and never the same twice. */
  #nextCallId(): number {
    this.#lastCallId = Math.max(Math.floor(Date.now() / 1_000), this.#lastCallId + 1)
    return this.#lastCallId
  }

  #trace(direction: 'in' | 'out', packet: ClientPacket | ServerPacket) {
    if (this.#notices.observed) this.#notices.next({ type: 'packet', direction, text: packetText(packet) })
  }

  #emit(event: TransportEvent) {
    if (!this.#isDisposed) this.#events.next(event)
  }
}
