import type { Capabilities, DtmfMethod, Transport } from '../../machines/index.ts'
import { openConnection, plainCalls, ProviderTransport, TextSocket, webSocketOf } from '../kit/index.ts'
import type { Closure } from '../kit/index.ts'
import { destinationOf } from './destination.ts'
import { dialect041 } from './dialect.ts'
import type { Dialect } from './dialect.ts'
import type { CallFrame, Gateway, InfobipCallDetails, Resuming, VideoCalls } from './gateway.ts'
import { InfobipLeg } from './leg.ts'
import { checkOptions, deviceInfo, gatewayOf } from './options.ts'
import type { InfobipOptions } from './options.ts'
import { closureOf, isSendable, refusalOf, subprotocols } from './wire.ts'
import type { ClientAction, GatewayEvent, GatewayEvents, IceServer, Reasons } from './wire.ts'

export interface InfobipTransport extends Transport {
  /** Of a call that is not over, by the engine's id of it. */
  details(call: string): InfobipCallDetails | null
}

/** One Infobip user on its WebSocket. Throws a TypeError for options no connection could ever be made with. */
export function infobipTransport(options: InfobipOptions): InfobipTransport {
  return new GatewayTransport(options)
}

/** Being connected is being registered: the token goes with the handshake, and there is nothing to refresh. */
class GatewayTransport extends ProviderTransport<InfobipLeg> implements InfobipTransport, Gateway {
  readonly capabilities: Capabilities
  readonly resuming: Resuming | null
  readonly video: VideoCalls | null
  readonly reasons: Reasons
  readonly digits: DtmfMethod | undefined
  readonly #dialect: Dialect
  readonly #options: InfobipOptions
  readonly #socket: TextSocket
  /** Who the gateway says we are; null while it has not said so on this connection. */
  #identity: string | null = null
  #iceServers: IceServer[] = []

  constructor(options: InfobipOptions) {
    super()
    checkOptions(options)
    this.#options = options
    this.#dialect = options.dialect ?? dialect041
    this.#socket = new TextSocket(webSocketOf(options.WebSocket), {
      opened: () => this.#socket.keepAsking({ ...this.#dialect.heartbeat, ...options.heartbeat }),
      beat: () => this.say({ action: 'heartbeat' }),
      silent: () => this.emit({ type: 'transport.silent' }),
      heard: (text) => this.#heard(text),
      closed: ({ code, reason, wasOpen }) => this.closed(closureOf(code, reason, wasOpen))
    })
    this.digits = options.dtmf
    this.reasons = this.#dialect.reasons
    this.resuming = this.#dialect.resuming?.(this) ?? null
    // 2.x has no offers in a call but the one with which it is resumed, and connections of their own for video
    const renegotiate = this.resuming === null
    this.video = renegotiate ? (options.video ?? null) : null
    this.capabilities = { ...plainCalls, renegotiate, video: this.video !== null, dtmf: ['rtp', 'info'] }
  }

  get isOpen() {
    return this.#identity !== null
  }

  details(call: string): InfobipCallDetails | null {
    return this.legs.get(call)?.details ?? null
  }

  say(action: ClientAction): boolean {
    return this.#socket.say(this.#dialect.say(action))
  }

  openConnection(): RTCPeerConnection {
    const { RTCPeerConnection: given, rtcConfiguration } = this.#options
    return openConnection(given, { iceServers: this.#iceServers, ...rtcConfiguration })
  }

  protected canCall(target: string): boolean {
    return destinationOf(target) !== null
  }

  protected create(id: string): InfobipLeg {
    return new InfobipLeg(id, this)
  }

  protected open() {
    this.#identity = null
    this.#socket.close()
    const { token: secret, url } = this.#options
    this.ask(secret, isSendable, (token) => {
      const gateway = gatewayOf(token, this.#dialect, url)
      const address = this.resuming?.address(gateway) ?? gateway
      this.#socket.open(address, subprotocols(token, deviceInfo(this.#dialect)))
    })
  }

  /** Says goodbye, unless it is a connection that is only given up: then calls may be taken up again on the next one. */
  protected close() {
    const isGoodbye = this.isOpen && !this.isProving
    if (isGoodbye && !this.resuming) this.say({ action: 'destroy' })
    if (isGoodbye && this.resuming) this.#socket.close(4000, 'USER_DISCONNECT')
    else this.#socket.close()
  }

  protected probe() {
    this.#socket.ask()
  }

  protected override closed(closure: Closure) {
    this.#identity = null
    this.resuming?.closed(closure)
    super.closed(closure)
  }

  #heard(text: string) {
    this.#socket.answered()
    this.alive()
    const frame = this.#dialect.hear(text)
    if (frame.kind === 'invalid') this.garbage(frame.fault)
    else if (frame.kind === 'unknown') this.garbage(`no event we know: ${frame.name}`)
    else if (frame.message !== null) this.#heed(frame.message)
  }

  #heed(message: GatewayEvent) {
    if (message.event === 'heartbeat_resp') return
    if (message.event === 'heartbeat') return void this.say({ action: 'heartbeat_resp' })
    if (message.event === 'registered') return this.#registered(message)
    if (message.event === 'registration_failed') return this.#refused(message)
    if (message.event === 'call') return this.#called(message)
    this.#passOn(message)
  }

  #refused({ reason }: GatewayEvents['registration_failed']) {
    this.say({ action: 'destroy' })
    this.#socket.close()
    // one that is asked for is another one the next time
    this.closed({ ...refusalOf(reason), permanent: typeof this.#options.token === 'string' })
  }

  #registered({ identity, iceServers, instanceHash }: GatewayEvents['registered']) {
    const isNews = this.#identity === null
    this.#identity = identity
    this.#iceServers = iceServers ?? []
    if (!isNews) return
    this.opened(identity)
    this.resuming?.opened(instanceHash)
  }

  #called(call: GatewayEvents['call']) {
    const { identity: address, displayName } = call.caller
    const id = `infobip-${call.callId}`
    if (this.#identity === null) return this.garbage('call before registered')
    if (this.legs.has(id)) return this.garbage('call: one that there is already')
    const video = this.video?.allowedBy(call.description.sdp)
    this.incoming(
      new InfobipLeg(id, this, call),
      { address, ...(displayName && { displayName }) },
      this.#identity,
      video
    )
  }

  /** A frame that names no call means the one there is. */
  #passOn(frame: CallFrame) {
    const { callId } = frame
    if (frame.event === 'hangup') this.resuming?.ended(callId ?? '')
    const meant = [...this.legs.values()].filter((leg) => callId === undefined || leg.callId === callId)
    const [leg] = meant
    if (leg !== undefined && meant.length === 1) return leg.receive(frame)
    if (callId === undefined || !this.isPast(callId)) this.garbage(`${frame.event}: of no call there is`)
  }
}
