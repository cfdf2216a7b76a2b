import { Subject } from 'rxjs'
import type { Observable } from 'rxjs'
import type { Capabilities, Failure, Transport, TransportCommand, TransportEvent } from '../../machines/index.ts'
import { AzstackLeg } from './leg.ts'
import type { Account } from './leg.ts'
import type { CallKind, Dial, Dialogue, Line, Remark } from './line.ts'
import { packetText } from './notices.ts'
import type { AzstackNotice } from './notices.ts'
import { resolve } from './options.ts'
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

const capabilities: Capabilities = {
  registration: false,
  hold: false,
  renegotiate: false,
  video: false,
  dtmf: [],
  recording: [],
  blindTransfer: false,
  attendedTransfer: false
}

/**
 * One user at AZStack. Telephones are dialled as `+84901234567` and, with `freeCalls`, users as `user:1001` (their
 * `userId`). Throws a TypeError for options no connection could ever be made with.
 */
export function azstackTransport(options: AzstackOptions): AzstackTransport {
  return new AzstackTransportImplementation(resolve(options))
}

class AzstackTransportImplementation implements AzstackTransport, Account {
  readonly capabilities = capabilities
  readonly gathering: Account['gathering']
  user: AzstackUser | null = null
  readonly #settings: Settings
  readonly #kinds: readonly CallKind[]
  readonly #bodies: Bodies
  readonly #events = new Subject<TransportEvent>()
  readonly events = this.#events.asObservable()
  readonly #notices = new Subject<AzstackNotice>()
  readonly notices = this.#notices.asObservable()
  readonly #legs = new Map<string, AzstackLeg>()
  /** What the service may not have heard: it is said again on the next connection, until there is a sign of life. */
  #owed: ClientPacket[] = []
  #session: Session | null = null
  #connectAttempt = 0
  /** The probe that waits for a sign of life. */
  #probe: number | null = null
  #iceServers: RTCIceServer[] = []
  #lastCallId = 0
  /** Calls that were over last: should the service repeat that they come in, they do not ring again. */
  #past: readonly string[] = []
  #isDisposed = false

  constructor(settings: Settings) {
    this.#settings = settings
    this.#kinds = settings.freeCalls === null ? [paidCalls] : [paidCalls, settings.freeCalls]
    this.#bodies = Object.assign({}, ...this.#kinds.map(({ bodies }) => bodies), settings.callLogs?.bodies) as Bodies
    this.gathering = settings.gathering
  }

  check(target: string): Failure | null {
    if (this.#kindOf(target) !== undefined) return null
    return { code: 'call.invalid-target', text: `Not a number or user that can be called: ${target}` }
  }

  send(command: TransportCommand) {
    switch (command.type) {
      case 'connect':
        return this.#connect(command.attempt)
      case 'disconnect':
        this.#session?.close()
        return this.#closed(
          this.#connectAttempt,
          { code: 'connection.cancelled', text: 'Disconnected as asked' },
          false
        )
      case 'probe':
        this.#probe = command.attempt
        return this.#session?.probe()
      case 'register':
      case 'unregister':
        // nobody asks who has read the capabilities
        return
    }
  }

  leg(id: string): AzstackLeg {
    const leg = this.#legs.get(id) ?? new AzstackLeg(id, this)
    this.#legs.set(id, leg)
    return leg
  }

  askForLogs() {
    if (this.#settings.callLogs !== null) this.say({ service: service.logs, body: {} })
  }

  noteNotAnswered(id: string) {
    const leg = this.#legs.get(id)
    if (leg !== undefined) leg.rejection = 'no-answer'
  }

  connection(): RTCPeerConnection {
    const { rtcConfiguration, ...given } = this.#settings
    const Connection = given.RTCPeerConnection ?? (globalThis as Partial<typeof globalThis>).RTCPeerConnection
    if (Connection === undefined) throw new TypeError('There is no RTCPeerConnection here: give one')
    const iceServers = [...(rtcConfiguration.iceServers ?? []), ...this.#iceServers]
    return new Connection({ ...rtcConfiguration, iceServers })
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
    this.say(packet)
    if (this.#session?.isOpen === true) this.#session.probe()
  }

  started(leg: string) {
    this.#notices.next({ type: 'started', leg })
  }

  remark(leg: string, remark: Remark) {
    this.#notices.next({ type: 'status', leg, ...remark })
  }

  garbage(text: string) {
    this.#emit({ type: 'transport.garbage', text })
  }

  forget(leg: string, mayReturn: boolean) {
    if (this.#legs.delete(leg) && !mayReturn) this.#past = [leg, ...this.#past].slice(0, 20)
  }

  dispose() {
    for (const leg of this.#legs.values()) leg.dispose()
    this.#isDisposed = true
    this.#session?.close()
    this.#session = null
    this.#events.complete()
    this.#notices.complete()
  }

  #kindOf(target: string): CallKind | undefined {
    return this.#kinds.find((kind) => kind.target.test(target))
  }

  #connect(attempt: number) {
    this.#connectAttempt = attempt
    this.#session?.close()
    const session: Session = new Session(
      { ...this.#settings, bodies: this.#bodies },
      {
        opened: (welcome) => this.#opened(attempt, welcome),
        received: (packet) => this.#received(packet),
        sent: (packet) => this.#trace('out', packet),
        garbage: (text) => this.garbage(text),
        alive: () => this.#alive(),
        closed: (cause, permanent) => {
          if (session === this.#session) this.#closed(attempt, cause, permanent)
        }
      }
    )
    this.#session = session
  }

  #opened(attempt: number, welcome: Welcome) {
    const { userId, username, fullname, ice_server: servers } = welcome
    this.user = Object.freeze({ azStackUserId: username, userId, fullname })
    this.#iceServers = servers.map(({ url: urls, username: name, password: credential }) =>
      name === '' ? { urls } : { urls, username: name, credential }
    )
    this.#trace('in', { service: service.authenticated, body: welcome })
    for (const packet of this.#owed.splice(0)) this.saySurely(packet)
    this.#emit({ type: 'transport.opened', attempt, identity: `user:${userId}` })
  }

  #closed(attempt: number, cause: Failure, permanent: boolean) {
    this.#session = null
    this.#probe = null
    for (const leg of this.#legs.values()) leg.connectionLost()
    this.#emit({ type: 'transport.closed', attempt, permanent, cause })
  }

  #alive() {
    this.#owed = []
    if (this.#probe === null) return
    const attempt = this.#probe
    this.#probe = null
    this.#emit({ type: 'transport.proved', attempt })
  }

  #received(packet: ServerPacket) {
    this.#trace('in', packet)
    const heard = [...this.#legs.values()].filter((leg) => leg.hear(packet))
    if (heard.length > 0) return
    for (const kind of this.#kinds) {
      const call = kind.brought(packet)
      if (call === null || this.#past.includes(call.id)) continue
      const { id, from, to } = call
      const leg = this.leg(id)
      leg.take(call.take(leg))
      this.#emit({ type: 'transport.incoming', leg: id, from: { address: from }, to: { address: to } })
    }
    const notice = this.#settings.callLogs?.noticeOf(packet)
    if (notice) this.#notices.next(notice)
  }

  #trace(direction: 'in' | 'out', packet: ClientPacket | ServerPacket) {
    if (this.#notices.observed) this.#notices.next({ type: 'packet', direction, text: packetText(packet) })
  }

  #emit(event: TransportEvent) {
    if (!this.#isDisposed) this.#events.next(event)
  }
}
