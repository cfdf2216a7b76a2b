import type {
  CallEmitted,
  CallEnd,
  Capabilities,
  MediaRequest,
  ReceivedRefer,
  RelationEvent,
  Succession
} from '../machines/index.ts'
import type { Call } from './call.ts'
import type { DialRequest } from './dial-request.ts'
import { CallError, rejected } from './errors.ts'

/** A call that can be told of other calls. */
export interface RelatedCall extends Call {
  /** What it captures. */
  readonly media: MediaRequest
  relate(event: RelationEvent): void
  /** Resolves when the peer is held, and we may ask somebody else. */
  prepareConsultation(target: string): Promise<void>
}

/** What relations need of the engine. */
export interface Exchange {
  capabilities(): Pick<Capabilities, 'blindTransfer' | 'attendedTransfer'>
  /** Why nobody can be called there, or null. */
  refusalOf(target: string): CallError | null
  dial(target: string, request?: DialRequest): Promise<Call>
  /** Calls whom the peer of `call` wants us to call. */
  follow(call: RelatedCall, wish: ReceivedRefer): RelatedCall
  of(id: string): RelatedCall | undefined
}

/** What calls of one engine have to do with one another: who is asked about whom, and who gives whom to whom. */
export class Relations {
  readonly #exchange: Exchange
  /** By the id of a call that is a consultation: the call it is about. */
  readonly #consultations = new Map<string, RelatedCall>()
  /** By the id of a call whose peer is given away: the call whose peer takes our place. */
  readonly #handovers = new Map<string, RelatedCall>()
  /** By the id of a call that a peer wanted: the call with that peer. */
  readonly #wishes = new Map<string, RelatedCall>()

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  async consult(call: RelatedCall, target: string, request?: DialRequest): Promise<Call> {
    const refusal = this.#exchange.capabilities().attendedTransfer ? this.#exchange.refusalOf(target) : unsupported()
    if (refusal !== null) return rejected(refusal)
    await call.prepareConsultation(target)
    try {
      const consultation = await this.#exchange.dial(target, request)
      this.#consultations.set(consultation.id, call)
      // it may be over before we know of it
      if (this.#exchange.of(consultation.id) === undefined) this.#consultationEnded(consultation.id)
      return consultation
    } catch (error) {
      call.relate({ type: 'consultation.ended' })
      throw error
    }
  }

  /** What the chart is to be asked for, or why it cannot be. */
  transfer(call: RelatedCall, to: string | Call): { target: string; replaces?: string } | CallError {
    const { blindTransfer, attendedTransfer } = this.#exchange.capabilities()
    const isBlind = typeof to !== 'object' || to === null
    if (!(isBlind ? blindTransfer : attendedTransfer)) return unsupported()
    if (isBlind) return this.#exchange.refusalOf(to) ?? { target: to }
    const other = this.#exchange.of(to.id)
    if (other === undefined || other !== to || other === call)
      return new CallError('call.invalid-target', 'Give another call of the same engine, that is not over')
    const { status } = other.state
    if (status !== 'established')
      return new CallError('call.refused', `The other call is not established but ${status}`, { state: status })
    return { target: other.state.remote.address, replaces: other.id }
  }

  /** Takes what every call of the engine tells. */
  told(call: RelatedCall, fact: CallEmitted) {
    if (fact.type === 'transfer.began') this.#began(call, fact.replaces)
    else if (fact.type === 'transfer.followed') this.#follow(call, fact)
    else if (fact.type === 'transfer.succeeded') this.#handedOver(call.id, 'handover.succeeded')
    else if (fact.type === 'transfer.failed') this.#handedOver(call.id, 'handover.failed')
    else if (fact.type === 'call.ringing') this.#rings(call.id)
    else if (fact.type === 'call.established') this.#fulfilled(call.id)
    else if (fact.type === 'call.ended') this.#ended(call, fact.end)
  }

  /** The peer of `call` is asked to take our place in `other`. */
  #began(call: RelatedCall, other: string | undefined) {
    const handle = other === undefined ? undefined : this.#exchange.of(other)
    if (handle === undefined) return
    this.#handovers.set(call.id, handle)
    handle.relate({ type: 'handover.began' })
  }

  #rings(id: string) {
    this.#wishes.get(id)?.relate({ type: 'referral.progressed', status: 180 })
  }

  #handedOver(id: string, type: 'handover.succeeded' | 'handover.failed') {
    const other = this.#handovers.get(id)
    this.#handovers.delete(id)
    other?.relate({ type })
  }

  #follow(call: RelatedCall, wish: ReceivedRefer) {
    const refusal = this.#exchange.refusalOf(wish.target)
    if (refusal !== null) return call.relate({ type: 'referral.failed', status: statusOfRefusal(refusal) })
    try {
      this.#wishes.set(this.#exchange.follow(call, wish).id, call)
    } catch {
      call.relate({ type: 'referral.failed', status: 500 })
    }
  }

  #fulfilled(id: string) {
    this.#wishes.get(id)?.relate({ type: 'referral.succeeded' })
    this.#wishes.delete(id)
  }

  #ended(call: RelatedCall, end: CallEnd) {
    this.#wishes.get(call.id)?.relate({ type: 'referral.failed', status: statusOf(end) })
    this.#wishes.delete(call.id)
    this.#handedOver(call.id, 'handover.failed')
    this.#consultationEnded(call.id)
    for (const links of [this.#wishes, this.#handovers, this.#consultations]) {
      for (const [id, other] of links) if (other === call) links.delete(id)
    }
  }

  #consultationEnded(id: string) {
    this.#consultations.get(id)?.relate({ type: 'consultation.ended' })
    this.#consultations.delete(id)
  }
}

function unsupported(): CallError {
  return new CallError('transfer.unsupported', 'The provider cannot transfer calls, or not in this way')
}

/** Whoever follows a wish is called as the peer was that had it: with the same media, and muted if that one was. */
export function referralOf(call: RelatedCall, { target, replaces, referredBy }: ReceivedRefer) {
  const by = referredBy === undefined ? {} : { referredBy }
  return {
    direction: 'outgoing' as const,
    remote: { address: target },
    dial: { referral: { ...(replaces === undefined ? {} : { replaces }), ...by } },
    media: call.media,
    succession: { ...successionOf(call), held: false },
    ...by
  }
}

/** How a call is to go on that takes this one's place. */
export function successionOf({ id, state: { microphone, hold } }: Call): Succession {
  return { of: id, muted: microphone === 'muted', held: hold.local === 'held' || hold.local === 'holding' }
}

const statuses: Partial<Record<CallEnd['reason'], number>> = {
  busy: 486,
  declined: 603,
  'no-answer': 480,
  'not-found': 404,
  'invalid-number': 484,
  forbidden: 403,
  'payment-required': 402,
  cancelled: 487,
  hangup: 487,
  media: 488,
  network: 503,
  timeout: 408
}

/** What a peer is told of the call that it wanted. */
function statusOf({ code, reason }: CallEnd): number {
  if (code !== undefined && code >= 300 && code < 700) return code
  return statuses[reason] ?? 480
}

function statusOfRefusal({ code }: CallError): number {
  return code === 'call.invalid-target' ? 416 : 503
}
