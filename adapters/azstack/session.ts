import { closure } from '../kit/index.ts'
import type { Closure } from '../kit/index.ts'
import type { Link, OpenLink } from './link.ts'
import type { ClientPacket, ServerBody, ServerPacket } from './packets.ts'
import * as service from './packets/services.ts'
import { createToken } from './token.ts'
import { packet, parse } from './wire.ts'
import type { Bodies, Parsed } from './wire.ts'

/** What the service says of us once it has let us in. */
export type Welcome = ServerBody<162>

export interface SessionOptions {
  readonly link: OpenLink
  readonly url: string
  readonly user: {
    readonly appId: string
    readonly publicKey: string
    readonly azStackUserId: string
    readonly userCredentials: string
    readonly fullname: string
    readonly namespace: string
  }
  readonly pingInterval: number
  /** What may be said to us. */
  readonly bodies: Bodies
}

export interface SessionListener {
  opened(welcome: Welcome): void
  received(packet: ServerPacket): void
  sent(packet: ClientPacket): void
  garbage(text: string): void
  alive(): void
  /** Never opened, or open no more: once, and last. */
  closed(closure: Closure): void
}

/** The first version that was published; nothing else is known to be looked at. */
const sdkVersion = '0.0.1'
const web = 3

/**
 * One connection to the service, which is two in a row: a master says which slave is ours, and the slave, at the same
 * address, wants to know that again with what authenticates us.
 */
export class Session {
  readonly #options: SessionOptions
  readonly #listener: SessionListener
  #link: Link
  #slave: ServerBody<29> | null = null
  isOpen = false
  #isClosed = false
  #ping: ReturnType<typeof setInterval> | undefined

  constructor(options: SessionOptions, listener: SessionListener) {
    this.#options = options
    this.#listener = listener
    this.#link = this.#open()
  }

  send(message: ClientPacket) {
    if (this.#isClosed) return
    this.#listener.sent(message)
    this.#link.send(packet(message))
  }

  /** Asks whether the service is there: in the protocol below where a client may, else by saying that we are awake. */
  probe() {
    if (this.#link.ping !== null) this.#link.ping()
    else this.send({ service: service.applicationState, body: { state: 2 } })
  }

  close() {
    if (this.#isClosed) return
    this.#isClosed = true
    this.isOpen = false
    clearInterval(this.#ping)
    this.#link.close()
  }

  #open(): Link {
    const { link: open, url, bodies } = this.#options
    const isCurrent = () => !this.#isClosed && link === this.#link
    const link: Link = open(url, {
      opened: () => void (isCurrent() && this.#introduce()),
      received: (argument) => void (isCurrent() && this.#read(parse(bodies, argument))),
      garbage: (text) => this.#listener.garbage(text),
      alive: () => this.#listener.alive(),
      closed: ({ stage, reason }) => void (isCurrent() && this.#fail(closure(stage, { provider: { text: reason } })))
    })
    return link
  }

  #introduce() {
    const { azStackUserId } = this.#options.user
    if (this.#slave === null) this.send({ service: service.slave, body: { azStackUserId } })
    else void this.#authenticate(this.#slave)
  }

  async #authenticate({ ip: slaveIp, port: slavePort }: ServerBody<29>) {
    const { appId, publicKey, azStackUserId: azStackUserID, userCredentials, fullname, namespace } = this.#options.user
    const made = await createToken(publicKey, { sdkVersion, namespace, azStackUserID, userCredentials })
    if (this.#isClosed) return
    if ('failure' in made) return this.#fail({ permanent: true, cause: made.failure })
    const about = { fullname, namespace, appId, platform: web, sdkVersion, screenSize: '0x0', slaveIp, slavePort }
    this.send({ service: service.authenticate, body: { ...made, ...about } })
  }

  #read(parsed: Parsed<ServerPacket>) {
    if (this.#slave === null) return this.#readMaster(parsed)
    if (!this.isOpen) return this.#readAnswer(parsed)
    if (parsed.kind === 'fault') return this.#listener.garbage(parsed.fault)
    if (parsed.packet.service === service.applicationState) this.#listener.alive()
    this.#listener.received(parsed.packet)
  }

  #readMaster(parsed: Parsed<ServerPacket>) {
    if (parsed.kind === 'packet' && parsed.packet.service === service.slave) {
      this.#slave = parsed.packet.body
      this.#link.close()
      this.#link = this.#open()
      return
    }
    const { code, fault }: { code: string; fault: string } =
      parsed.kind === 'fault' ? parsed : { code: 'ERR_SOCKET_UNKNOWN_SERVICE', fault: 'Another Service' }
    this.#fail(closure('refused', { provider: { code, text: fault } }))
  }

  /** There is no word for a refusal: what is sent in place of a welcome is one. */
  #readAnswer(parsed: Parsed<ServerPacket>) {
    if (parsed.kind === 'packet') {
      if (parsed.packet.service !== service.authenticated) return this.#listener.received(parsed.packet)
      this.isOpen = true
      const ping = () => this.send({ service: service.ping, body: {} })
      this.#ping = setInterval(ping, this.#options.pingInterval)
      return this.#listener.opened(parsed.packet.body)
    }
    const { code, fault } = parsed
    if (parsed.service !== service.authenticated) return this.#listener.garbage(fault)
    this.#fail(closure('unauthorized', { permanent: true, provider: { code, text: fault } }))
  }

  #fail(because: Closure) {
    this.close()
    this.#listener.closed(because)
  }
}
