/** One call on the virtual network. */
import { Subject } from 'rxjs'
import type { Leg, LegCommand, LegEvent, Terms } from '../../../machines/index.ts'
import type { Message, VirtualNetwork } from './virtual-network.ts'

/** What a leg needs of its account. */
export interface LegAccount {
  readonly user: string
  readonly network: VirtualNetwork
  post(to: string, call: string, message: Message): void
  /** Now, or as soon as the server knows us again. */
  whenReady(act: () => void): void
  forget(leg: VirtualLeg): void
}

/** Milliseconds: ICE finds out in this time, and gives up in this. */
const [ice, iceFailure] = [5_500, 17_600]

export class VirtualLeg implements Leg {
  readonly id: string
  readonly call: string
  readonly remoteStream = null
  readonly #account: LegAccount
  readonly #events = new Subject<LegEvent>()
  readonly #stopWatching: () => void
  /** What was said to prove that the far end knows the call. */
  proofs = 0
  disposals = 0
  /** The far end said that there is no such call. */
  isGone = false
  #peer: string
  #stage: 'idle' | 'inviting' | 'invited' | 'answering' | 'talking' | 'over' = 'idle'
  #addresses = { near: 0, far: 0 }
  #path: 'new' | 'connected' | 'interrupted' | 'failed' = 'new'
  #pathTimer: unknown
  #again: unknown
  #offered: { readonly attempt: number; readonly terms: Terms } | null = null
  #restarts = 0
  #accepted: boolean | null = null

  constructor(account: LegAccount, id: string, call: string, caller?: string) {
    this.#account = account
    this.id = id
    this.call = call
    this.#peer = caller ?? ''
    if (caller !== undefined) this.#stage = 'invited'
    this.#stopWatching = account.network.watchMedia(() => this.#look())
  }

  get events() {
    return this.#events.asObservable()
  }

  /** Whether sound can pass: both know where the other is, and nothing is in the way. */
  get stands() {
    const { network, user } = this.#account
    const [near, far] = [network.mediaOf(user), network.mediaOf(this.#peer)]
    const isKnown = this.#addresses.near === near.address && this.#addresses.far === far.address
    return isKnown && near.isFair && far.isFair
  }

  attach() {}

  /** Nobody counts packets here. */
  measure() {
    return Promise.resolve(null)
  }

  send(command: LegCommand) {
    switch (command.type) {
      case 'dial':
        this.#peer = command.target
        this.#stage = 'inviting'
        return this.#say({ type: 'invite' })
      case 'answer':
        this.#stage = 'answering'
        return this.#answer()
      case 'reject':
        this.#say({ type: 'rejection', code: 486 })
        return this.#end({ type: 'leg.ended', end: { by: 'local', reason: 'declined' } })
      case 'hangup':
        return this.#hangup()
      case 'offer': {
        const isRestart = command.terms.restarts > this.#restarts
        this.#offered = command
        return this.#say({
          type: 'offer',
          attempt: command.attempt,
          terms: command.terms,
          address: this.#told(isRestart)
        })
      }
      case 'accept':
        this.#accepted = command.hold
        return
      case 'verify':
        return this.#ask(command.attempt)
      case 'refuse':
      case 'dtmf':
      case 'microphone':
      case 'abandon':
      case 'record':
      case 'refer':
      case 'report':
        return
    }
  }

  received(message: Message) {
    if (this.#stage === 'over') return
    switch (message.type) {
      case 'ringing':
        return this.#emit({ type: 'leg.ringing', earlyMedia: false })
      case 'answer':
        this.#say({ type: 'ack' })
        if (this.#stage === 'inviting') this.#established()
        return
      case 'ack':
        if (this.#stage === 'answering') this.#established()
        return
      case 'cancel':
        return this.#end({ type: 'leg.cancelled', answeredElsewhere: false })
      case 'rejection':
        return this.#end({ type: 'leg.rejected', end: { by: 'remote', reason: 'busy', code: message.code } })
      case 'bye':
        return this.#end({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })
      case 'offer':
        return this.#offeredBy(message)
      case 'agreement':
        return this.#agreed(message)
      case 'glare':
        return this.#refused(message.attempt, true)
      case 'gone':
        this.isGone = true
        return this.#end({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup', code: 481 } })
      case 'question':
        return this.#say({ type: 'yes', attempt: message.attempt })
      case 'yes':
        this.proofs += 1
        return this.#emit({ type: 'leg.verified', attempt: message.attempt })
      case 'no':
        this.isGone = true
        return this.#emit({ type: 'leg.gone', attempt: message.attempt })
      case 'unreachable':
        return this.#unreached(message.of)
      case 'invite':
        return
    }
  }

  connectionLost() {
    this.#offered = null
    this.#account.network.clock.clearTimeout(this.#again)
    if (this.#stage === 'invited') {
      this.#end({ type: 'leg.ended', end: { by: 'system', reason: 'network' } })
    }
  }

  dispose() {
    this.disposals += 1
    this.#hangup()
    this.#stage = 'over'
    this.#release()
    this.#events.complete()
    this.#account.forget(this)
  }

  #hangup() {
    const farewell = { inviting: 'cancel', answering: 'bye', talking: 'bye' } as const
    const stage = this.#stage
    if (stage === 'over') return
    if (stage === 'invited') this.#say({ type: 'rejection', code: 480 })
    const { network } = this.#account
    if (stage === 'inviting' || stage === 'answering' || stage === 'talking') {
      const say = () => this.#say({ type: farewell[stage] })
      say()
      // what is lost with the connection is said again on the next one
      this.#account.whenReady(say)
      network.clock.setTimeout(() => this.#account.whenReady(say), 60_000)
    }
    this.#end({ type: 'leg.ended', end: { by: 'local', reason: 'hangup' } })
  }

  /** Until it is confirmed, for half a minute. */
  #answer(times = 0) {
    if (this.#stage !== 'answering' || times > 15) return
    this.#say({ type: 'answer' })
    this.#again = this.#account.network.clock.setTimeout(() => this.#answer(times + 1), 2_000)
  }

  #ask(attempt: number) {
    this.#account.network.clock.clearTimeout(this.#again)
    this.#say({ type: 'question', attempt })
  }

  #unreached(of: Message) {
    if (of.type === 'invite') {
      this.#end({ type: 'leg.rejected', end: { by: 'remote', reason: 'unavailable', code: 480 } })
    }
    if (of.type === 'offer') this.#refused(of.attempt, false)
    if (of.type !== 'question') return
    this.#again = this.#account.network.clock.setTimeout(() => this.#ask(of.attempt), 500)
  }

  #established() {
    this.#account.network.clock.clearTimeout(this.#again)
    this.#stage = 'talking'
    const { network, user } = this.#account
    this.#addresses = { near: network.mediaOf(user).address, far: network.mediaOf(this.#peer).address }
    this.#emit({ type: 'leg.answered' })
    this.#look()
  }

  /** The address an offer or an answer tells, which is one of its own only after a restart. */
  #told(isRestart: boolean): number | null {
    if (!isRestart) return null
    const { address } = this.#account.network.mediaOf(this.#account.user)
    this.#addresses.near = address
    return address
  }

  #offeredBy({ attempt, terms, address }: Extract<Message, { type: 'offer' }>) {
    if (this.#offered !== null || this.#stage !== 'talking') return this.#say({ type: 'glare', attempt })
    this.#accepted = null
    this.#emit({ type: 'leg.offer.received' })
    if (this.#accepted === null) return this.#say({ type: 'glare', attempt })
    if (address !== null) this.#addresses.far = address
    this.#say({ type: 'agreement', attempt, holds: this.#accepted, address: this.#told(address !== null) })
    this.#emit({ type: 'leg.offer.answered', peerHolds: terms.hold })
    this.#look()
  }

  #agreed({ attempt, holds, address }: Extract<Message, { type: 'agreement' }>) {
    const offered = this.#offered
    if (offered?.attempt !== attempt) return
    this.#offered = null
    this.#restarts = offered.terms.restarts
    if (address !== null) this.#addresses.far = address
    this.#emit({ type: 'leg.offer.accepted', attempt, granted: offered.terms, peerHolds: holds })
    this.#look()
  }

  #refused(attempt: number, glare: boolean) {
    if (this.#offered?.attempt !== attempt) return
    this.#offered = null
    const cause = { code: glare ? 'negotiation.glare' : 'negotiation.timeout', text: 'Not now' } as const
    this.#emit({ type: 'leg.offer.refused', attempt, glare, cause })
  }

  /** ICE, as far as it tells anybody. */
  #look() {
    if (this.#stage !== 'talking') return
    const { clock } = this.#account.network
    clock.clearTimeout(this.#pathTimer)
    const becomes = (path: 'connected' | 'interrupted' | 'failed') => {
      this.#path = path
      this.#emit({ type: `leg.path.${path}` })
    }
    if (this.stands) {
      if (this.#path !== 'connected') this.#pathTimer = clock.setTimeout(() => becomes('connected'), 50)
    } else if (this.#path === 'connected') {
      this.#pathTimer = clock.setTimeout(() => {
        becomes('interrupted')
        this.#pathTimer = clock.setTimeout(() => becomes('failed'), iceFailure - ice)
      }, ice)
    }
  }

  #say(message: Message) {
    this.#account.post(this.#peer, this.call, message)
  }

  #end(event: LegEvent) {
    if (this.#stage === 'over') return
    this.#release()
    this.#emit(event)
    this.#stage = 'over'
  }

  #release() {
    const { clock } = this.#account.network
    this.#stopWatching()
    clock.clearTimeout(this.#pathTimer)
    clock.clearTimeout(this.#again)
  }

  #emit(event: LegEvent) {
    if (this.#stage !== 'over') this.#events.next(event)
  }
}
