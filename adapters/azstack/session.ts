import type { Failure } from '../../machines/index.ts'
import type { Link, LinkEnd, LinkListener } from './link.ts'
import type { Settings } from './options.ts'
import { service } from './packets.ts'
import type { ClientPacket, ServerBody, ServerPacket } from './packets.ts'
import { createToken } from './token.ts'
import { packet, parseServerPacket } from './wire.ts'
import type { Parsed } from './wire.ts'

/** What the service says of us once it has let us in. */
export type Welcome = ServerBody<162>

export interface SessionListener {
  opened(welcome: Welcome): void
  received(packet: ServerPacket): void
  sent(packet: ClientPacket): void
  garbage(text: string): void
  alive(): void
  /** Never opened, or open no more: once, and last. */
  closed(cause: Failure, permanent: boolean): void
}

/** The first version that was published; nothing else is known to be looked at. */
const sdkVersion = '0.0.1'
const web = 3

/**
 * One connection to the service, which is two in a row: a master says which slave is ours, and the slave, at the same
 * address, wants to know that again with what authenticates us.
 */
export class Session {
  readonly #settings: Settings
  readonly #listener: SessionListener
  #link: Link
  #stage: 'asking' | 'authenticating' | 'open' | 'closed' = 'asking'
  #ping: ReturnType<typeof setInterval> | undefined

  constructor(settings: Settings, listener: SessionListener) {
    this.#settings = settings
    this.#listener = listener
    this.#link = this.#open((parsed) => this.#readMaster(parsed))
  }

  get isOpen() {
    return this.#stage === 'open'
  }

  send(message: ClientPacket) {
    if (this.#stage === 'closed') return
    this.#listener.sent(message)
    this.#link.send(packet(message))
  }

  /** Asks whether the service is there: in the protocol below where a client may, else by saying that we are awake. */
  probe() {
    if (this.#link.ping !== null) this.#link.ping()
    else this.send({ service: service.applicationState, body: { state: 2 } })
  }

  close() {
    if (this.#stage === 'closed') return
    this.#stage = 'closed'
    clearInterval(this.#ping)
    this.#link.close()
  }

  #open(read: (parsed: Parsed<ServerPacket>) => void): Link {
    const isCurrent = () => this.#stage !== 'closed' && link === this.#link
    const listener: LinkListener = {
      opened: () => this.#opened(),
      received: (argument) => {
        if (isCurrent()) read(parseServerPacket(argument))
      },
      garbage: (text) => this.#listener.garbage(text),
      alive: () => this.#listener.alive(),
      closed: (end) => {
        if (isCurrent()) this.#closed(end)
      }
    }
    const link = this.#settings.open(this.#settings.url, listener)
    return link
  }

  #opened() {
    const { azStackUserId } = this.#settings.user
    if (this.#stage === 'asking') this.send({ service: service.slave, body: { azStackUserId } })
    else this.#introduce()
  }

  #introduce = () => {}

  #readMaster(parsed: Parsed<ServerPacket>) {
    if (parsed.kind === 'packet' && parsed.packet.service === service.slave) return this.#goTo(parsed.packet.body)
    const [code, text] = parsed.kind === 'fault' ? [parsed.code, parsed.fault] : unknownService
    this.#fail(
      { code: 'connection.refused', text: `The master said something else: ${text}`, provider: { code } },
      false
    )
  }

  #goTo(slave: ServerBody<29>) {
    this.#stage = 'authenticating'
    this.#introduce = () => void this.#authenticate(slave)
    this.#link.close()
    this.#link = this.#open((parsed) => this.#readSlave(parsed))
  }

  async #authenticate({ ip, port }: ServerBody<29>) {
    const { appId, publicKey, azStackUserId, userCredentials, fullname, namespace } = this.#settings.user
    const content = { sdkVersion, namespace, azStackUserID: azStackUserId, userCredentials }
    const made = await createToken(publicKey, content)
    if (this.#stage !== 'authenticating') return
    if ('failure' in made) return this.#fail(made.failure, true)
    const { token } = made
    this.send({
      service: service.authenticate,
      body: {
        slaveIp: ip,
        slavePort: port,
        token,
        fullname,
        namespace,
        appId,
        platform: web,
        sdkVersion,
        screenSize: '0x0'
      }
    })
  }

  #readSlave(parsed: Parsed<ServerPacket>) {
    if (this.#stage === 'authenticating') return this.#readAnswer(parsed)
    if (parsed.kind === 'fault') return this.#listener.garbage(parsed.fault)
    if (parsed.packet.service === service.applicationState) this.#listener.alive()
    this.#listener.received(parsed.packet)
  }

  /** There is no word for a refusal: what is sent in place of a welcome is one. */
  #readAnswer(parsed: Parsed<ServerPacket>) {
    if (parsed.kind === 'packet' && parsed.packet.service === service.authenticated) {
      this.#stage = 'open'
      const ping = () => this.send({ service: service.ping, body: {} })
      this.#ping = setInterval(ping, this.#settings.pingInterval)
      return this.#listener.opened(parsed.packet.body)
    }
    if (parsed.kind === 'packet') return this.#listener.received(parsed.packet)
    if (parsed.service !== service.authenticated) return this.#listener.garbage(parsed.fault)
    const text = 'The service did not accept the application or the credentials'
    this.#fail({ code: 'registration.unauthorized', text, provider: { code: parsed.code, text: parsed.fault } }, true)
  }

  #closed({ stage, reason }: LinkEnd) {
    this.#fail({ ...ends[stage], provider: { text: reason } }, stage === 'unsupported')
  }

  #fail(cause: Failure, permanent: boolean) {
    this.close()
    this.#listener.closed(cause, permanent)
  }
}

const unknownService = ['ERR_SOCKET_UNKNOWN_SERVICE', 'a packet of another service'] as const

const ends: Readonly<Record<LinkEnd['stage'], Failure>> = {
  unreachable: {
    code: 'connection.unreachable',
    text: 'The service could not be reached: not there, refused, not trusted (TLS), or of another protocol'
  },
  lost: { code: 'connection.lost', text: 'The connection was closed' },
  silent: { code: 'connection.lost', text: 'The service does not answer any more' },
  unsupported: { code: 'engine.invalid-options', text: 'The protocol that was chosen cannot be spoken here' }
}
