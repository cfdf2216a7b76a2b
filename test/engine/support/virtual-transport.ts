/** A provider on the virtual network: what a correct adapter does, in as few words as possible. */
import { Subject } from 'rxjs'
import type { Transport, TransportCommand, TransportEvent } from '../../../machines/index.ts'
import { VirtualLeg } from './virtual-leg.ts'
import type { LegAccount } from './virtual-leg.ts'
import type { Message, VirtualNetwork, VirtualSocket } from './virtual-network.ts'

const lost = { code: 'connection.lost', text: 'The socket closed' } as const
const refused = { code: 'connection.unreachable', text: 'Nobody there' } as const
const silence = 30_000

export class VirtualTransport implements Transport, LegAccount {
  readonly capabilities = {
    registration: true,
    hold: true,
    renegotiate: true,
    video: false,
    blindTransfer: false,
    attendedTransfer: false,
    dtmf: ['rtp'],
    recording: []
  } as const
  readonly user: string
  readonly network: VirtualNetwork
  readonly #events = new Subject<TransportEvent>()
  readonly #legs = new Map<string, VirtualLeg>()
  #socket: VirtualSocket | null = null
  #isRegistered = false
  #attempt = 0
  #whenReady: (() => void)[] = []
  #calls = 0
  #silence: unknown

  constructor(user: string, network: VirtualNetwork) {
    this.user = user
    this.network = network
  }

  get events() {
    return this.#events.asObservable()
  }

  get isOpen() {
    return this.#socket?.isOpen === true
  }

  check() {
    return null
  }

  send(command: TransportCommand) {
    const socket = this.#socket
    switch (command.type) {
      case 'connect':
        return this.#connect(command.attempt)
      case 'disconnect':
        return this.#down(lost)
      case 'probe':
        if (socket === null) return
        return this.network.ask(socket, () => this.#heard({ type: 'transport.proved', attempt: command.attempt }))
      case 'register':
        if (socket === null) return
        return this.network.register(socket, () => this.#registered(command.attempt))
      case 'unregister':
        return this.#emit({ type: 'transport.unregistered', attempt: command.attempt })
    }
  }

  leg(id: string): VirtualLeg {
    const known = this.#legs.get(id)
    if (known !== undefined) return known
    // both ends of a call know it by one name on the wire
    const leg = new VirtualLeg(this, id, `${this.user}-${++this.#calls}`)
    this.#legs.set(id, leg)
    return leg
  }

  post(to: string, call: string, message: Message) {
    if (this.#socket !== null) this.network.post(this.#socket, { call, to, from: this.user, message })
  }

  whenReady(act: () => void) {
    if (this.isOpen && this.#isRegistered) act()
    else this.#whenReady.push(act)
  }

  forget(leg: VirtualLeg) {
    this.#legs.delete(leg.id)
  }

  dispose() {
    for (const leg of [...this.#legs.values()]) leg.dispose()
    this.network.clock.clearTimeout(this.#silence)
    if (this.#socket !== null) this.network.close(this.#socket)
    this.#events.complete()
  }

  #connect(attempt: number) {
    this.#attempt = attempt
    const socket: VirtualSocket = {
      user: this.user,
      isOpen: false,
      isSpoiled: false,
      closed: () => {
        if (this.#socket === socket) this.#down(lost)
      },
      received: ({ call, from, message }) => {
        if (this.#socket === socket) this.#received(from, call, message)
      }
    }
    this.#socket = socket
    this.network.open(socket, (isOpen) => {
      if (this.#socket !== socket) return this.network.close(socket)
      if (!isOpen) return this.#down(refused)
      this.#heard({ type: 'transport.opened', attempt, identity: this.user })
    })
  }

  #registered(attempt: number) {
    this.#isRegistered = true
    this.#heard({ type: 'transport.registered', attempt, expires: 600 })
    for (const act of this.#whenReady.splice(0)) act()
  }

  #down(cause: typeof lost | typeof refused) {
    const socket = this.#socket
    this.#socket = null
    this.#isRegistered = false
    this.network.clock.clearTimeout(this.#silence)
    if (socket !== null) this.network.close(socket)
    for (const leg of [...this.#legs.values()]) leg.connectionLost()
    this.#emit({ type: 'transport.closed', attempt: this.#attempt, permanent: false, cause })
  }

  #received(from: string, call: string, message: Message) {
    const known = [...this.#legs.values()].find((leg) => leg.call === call)
    if (known !== undefined) return known.received(message)
    if (message.type === 'invite') {
      const leg = new VirtualLeg(this, `in-${call}`, call, from)
      this.#legs.set(leg.id, leg)
      this.post(from, call, { type: 'ringing' })
      return this.#heard({
        type: 'transport.incoming',
        leg: leg.id,
        from: { address: from },
        to: { address: this.user }
      })
    }
    if (message.type === 'question') this.post(from, call, { type: 'no', attempt: message.attempt })
    if (message.type === 'answer') this.post(from, call, { type: 'bye' })
    if (message.type === 'offer') this.post(from, call, { type: 'gone' })
  }

  #heard(event: TransportEvent) {
    this.network.clock.clearTimeout(this.#silence)
    this.#silence = this.network.clock.setTimeout(() => this.#emit({ type: 'transport.silent' }), silence)
    this.#emit(event)
  }

  #emit(event: TransportEvent) {
    this.#events.next(event)
  }
}
