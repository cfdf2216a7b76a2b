import { Subject } from 'rxjs'
import type {
  Capabilities,
  DtmfMethod,
  Failure,
  Transport,
  TransportCommand,
  TransportEvent
} from '../../machines/index.ts'
import { destinationOf } from './destination.ts'
import type { CallFrame, Gateway, InfobipCallDetails, Resuming, VideoCalls } from './gateway.ts'
import { dialect041 } from './dialect.ts'
import type { Dialect } from './dialect.ts'
import { InfobipLeg } from './leg.ts'
import { deviceInfo, gatewayOf, heartbeatOf } from './options.ts'
import type { InfobipOptions } from './options.ts'
import { GatewaySocket } from './socket.ts'
import type { SocketEnd, WebSocketClass } from './socket.ts'
import { closureOf, refusalOf, subprotocols } from './wire.ts'
import type { ClientAction, Closure, GatewayEvent, GatewayEvents, IceServer, Reasons } from './wire.ts'

export interface InfobipTransport extends Transport {
  /** Of a call that is not over, by the engine's id of it. */
  details(call: string): InfobipCallDetails | null
}

/** Being connected is being registered: the token goes with the handshake, and there is nothing to refresh. */
const capabilities: Capabilities = {
  registration: false,
  hold: false,
  renegotiate: true,
  video: false,
  dtmf: ['rtp', 'info'],
  recording: [],
  blindTransfer: false,
  attendedTransfer: false
}

/** One Infobip user on its WebSocket. Throws a TypeError for options no connection could ever be made with. */
export function infobipTransport(options: InfobipOptions): InfobipTransport {
  return new WebSocketTransport(options)
}

class WebSocketTransport implements InfobipTransport, Gateway {
  readonly capabilities: Capabilities
  readonly resuming: Resuming | null
  readonly video: VideoCalls | null
  readonly reasons: Reasons
  readonly #dialect: Dialect
  readonly digits: DtmfMethod | null
  readonly #options: InfobipOptions
  readonly #url: string
  readonly #socket: GatewaySocket
  readonly #events = new Subject<TransportEvent>()
  readonly #legs = new Map<string, InfobipLeg>()
  /** Calls that were over last; what is still said about them is no surprise. */
  #past: readonly string[] = []
  #attempt = 0
  #probe: number | null = null
  /** Who the gateway says we are; null while it has not said so on this connection. */
  #identity: string | null = null
  #iceServers: IceServer[] = []
  #isDisposed = false

  constructor(options: InfobipOptions) {
    const webSocket = options.WebSocket ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket
    if (webSocket === undefined) throw new TypeError('There is no WebSocket here: give one in the options')
    this.#url = gatewayOf(options)
    this.#options = options
    this.#dialect = options.dialect ?? dialect041
    this.reasons = this.#dialect.reasons
    this.resuming = this.#dialect.resuming?.(this) ?? null
    // 2.x has no offers in a call but the one with which it is resumed, and connections of their own for video
    const renegotiate = this.resuming === null
    this.video = renegotiate ? (options.video ?? null) : null
    this.capabilities = { ...capabilities, renegotiate, video: this.video !== null }
    this.digits = options.dtmf ?? null
    this.#socket = new GatewaySocket(webSocket, heartbeatOf(options), {
      beat: () => this.say({ action: 'heartbeat' }),
      silent: () => this.#emit({ type: 'transport.silent' }),
      heard: (text) => this.#heard(text),
      closed: (end) => this.#closed(end)
    })
  }

  get events() {
    return this.#events.asObservable()
  }

  get isOpen() {
    return this.#identity !== null
  }

  check(target: string): Failure | null {
    if (destinationOf(target) !== null) return null
    return { code: 'call.invalid-target', text: `Not an identity or a phone number: ${target}` }
  }

  send(command: TransportCommand) {
    switch (command.type) {
      case 'connect':
        return this.#connect(command.attempt)
      case 'disconnect':
        return this.#disconnect()
      case 'probe':
        this.#probe = command.attempt
        return this.#socket.beat()
      case 'register':
      case 'unregister':
        // nobody asks who has read the capabilities
        return
    }
  }

  leg(id: string): InfobipLeg {
    const known = this.#legs.get(id)
    if (known !== undefined) return known
    const leg = new InfobipLeg(id, this)
    this.#legs.set(id, leg)
    return leg
  }

  details(call: string): InfobipCallDetails | null {
    return this.#legs.get(call)?.details ?? null
  }

  forget({ id, callId }: { readonly id: string; readonly callId: string }) {
    this.#legs.delete(id)
    this.#past = [callId, ...this.#past].slice(0, 20)
  }

  say(action: ClientAction): boolean {
    return this.#socket.say(this.#dialect.say(action))
  }

  openConnection(): RTCPeerConnection {
    const Connection = this.#options.RTCPeerConnection ?? globalThis.RTCPeerConnection
    if (Connection === undefined) throw new TypeError('There is no RTCPeerConnection here: give one in the options')
    return new Connection({ iceServers: this.#iceServers, ...this.#options.rtcConfiguration })
  }

  dispose() {
    if (this.#isDisposed) return
    this.#isDisposed = true
    for (const leg of [...this.#legs.values()]) leg.dispose()
    this.#events.complete()
    this.#leave()
  }

  #connect(attempt: number) {
    this.#attempt = attempt
    this.#probe = null
    this.#identity = null
    const { token } = this.#options
    const address = this.resuming?.address(this.#url) ?? this.#url
    this.#socket.open(address, subprotocols(token, deviceInfo(this.#options)))
  }

  #disconnect() {
    this.#leave()
    this.#down({ permanent: false, cause: { code: 'connection.cancelled', text: 'Disconnected as asked' } })
  }

  /** Says goodbye, unless it is a connection that is only given up: then calls may be taken up again on the next one. */
  #leave() {
    const isGoodbye = this.isOpen && this.#probe === null
    if (isGoodbye && !this.resuming) this.say({ action: 'destroy' })
    if (isGoodbye && this.resuming) this.#socket.close(4000, 'USER_DISCONNECT')
    else this.#socket.close()
  }

  #heard(text: string) {
    if (this.#probe !== null) {
      this.#emit({ type: 'transport.proved', attempt: this.#probe })
      this.#probe = null
    }
    const frame = this.#dialect.hear(text)
    if (frame.kind === 'invalid') this.#garbage(frame.fault)
    else if (frame.kind === 'unknown') this.#garbage(`no event we know: ${frame.name}`)
    else if (frame.message !== null) this.#heed(frame.message)
  }

  #heed(message: GatewayEvent) {
    switch (message.event) {
      case 'heartbeat_resp':
        return
      case 'heartbeat':
        return void this.say({ action: 'heartbeat_resp' })
      case 'registered':
        return this.#registered(message)
      case 'registration_failed':
        this.say({ action: 'destroy' })
        this.#socket.close()
        return this.#down(refusalOf(message.reason))
      case 'call':
        return this.#called(message)
      case 'ringing':
      case 'call_response':
      case 'call_accepted':
      case 'trickle_ice':
      case 'updating_call':
      case 'updated_call':
      case 'hangup':
      case 'call-error':
      case 'call_reconnected':
      case 'info':
        return this.#passOn(message)
    }
  }

  #registered({ identity, iceServers, instanceHash }: GatewayEvents['registered']) {
    const isNews = this.#identity === null
    this.#identity = identity
    this.#iceServers = iceServers ?? []
    if (!isNews) return
    this.#emit({ type: 'transport.opened', attempt: this.#attempt, identity })
    this.resuming?.opened(instanceHash)
  }

  #called(call: GatewayEvents['call']) {
    const { identity: address, displayName } = call.caller
    const id = `infobip-${call.callId}`
    if (this.#identity === null) return this.#garbage('call before registered')
    if (this.#legs.has(id)) return this.#garbage('call: one that there is already')
    this.#legs.set(id, new InfobipLeg(id, this, call))
    const from = displayName ? { address, displayName } : { address }
    const video = this.video?.allowedBy(call.description.sdp) ?? 'off'
    this.#emit({ type: 'transport.incoming', leg: id, from, to: { address: this.#identity }, video })
  }

  /** A frame that names no call means the one there is. */
  #passOn(frame: CallFrame) {
    const { callId } = frame
    if (frame.event === 'hangup') this.resuming?.ended(callId ?? '')
    const legs = [...this.#legs.values()]
    const meant = callId === undefined ? legs : legs.filter((leg) => leg.callId === callId)
    const [leg] = meant
    if (leg !== undefined && meant.length === 1) return leg.receive(frame)
    if (callId === undefined || !this.#past.includes(callId)) this.#garbage(`${frame.event}: of no call there is`)
  }

  #closed({ wasOpen, code, reason }: SocketEnd) {
    const closure = closureOf(code, reason)
    const isUnreachable = !wasOpen && !closure.permanent
    this.#down(isUnreachable ? { ...closure, cause: { ...closure.cause, ...unreachable } } : closure)
  }

  /** First the calls hear of it, then the account. */
  #down(closure: Closure) {
    const { permanent, cause } = closure
    this.#identity = null
    this.#probe = null
    for (const leg of [...this.#legs.values()]) leg.connectionLost(!permanent)
    this.resuming?.closed(closure)
    this.#emit({ type: 'transport.closed', attempt: this.#attempt, permanent, cause })
  }

  #garbage(text: string) {
    this.#emit({ type: 'transport.garbage', text })
  }

  #emit(event: TransportEvent) {
    if (!this.#isDisposed) this.#events.next(event)
  }
}

const unreachable = { code: 'connection.unreachable', text: 'The gateway cannot be reached' } as const
