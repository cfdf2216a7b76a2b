import type { CallInput, Party, TransportEvent } from '../machines/index.ts'
import type { CallHandle } from './call-handle.ts'
import type { CallList } from './call-list.ts'
import { failureOf } from './errors.ts'
import type { Replacement } from './policy.ts'
import { successionOf } from './relations.ts'
import type { Switchboard } from './switchboard.ts'

export type Incoming = Extract<TransportEvent, { type: 'transport.incoming' }>
type Arrived = Omit<CallInput, 'id' | 'capabilities' | 'transfer'>

/** What arriving calls need of the engine. */
export interface Reception {
  readonly replacement: Replacement
  readonly calls: CallList
  readonly board: () => Switchboard
  readonly start: (id: string, input: Arrived, unseen?: 'kept' | 'refused') => CallHandle
  readonly announce: (call: CallHandle) => void
  readonly garbage: (text: string) => void
}

/** The calls that reach us: those that take the place of one of ours, and those the switchboard decides about. */
export class Arrivals {
  readonly #reception: Reception
  /** Who wanted a call to reach us, until there is the call. */
  readonly #referrals = new Map<string, Party>()

  constructor(reception: Reception) {
    this.#reception = reception
  }

  arrive({ leg, from, replaces, referredBy }: Incoming, self: string) {
    const { replacement, calls, board } = this.#reception
    if (referredBy !== undefined) this.#referrals.set(leg, referredBy)
    const replaced = replaces === undefined ? undefined : calls.get(replaces)
    if (replaces !== undefined && replacement === 'refuse') return void this.receive(leg, from)?.reject()
    if (replaced === undefined || replacement !== 'accept')
      return board().send({ type: 'call.incoming', call: leg, from, self })
    // it goes on in it as it was
    const { id, media } = replaced
    board().send({ type: 'adopt', call: leg, direction: 'incoming', address: from.address, insteadOf: id })
    this.receive(leg, from, undefined, { media, succession: successionOf(replaced) })
  }

  ring(id: string, from: Party) {
    const { calls, announce } = this.#reception
    const call = calls.show(id) ?? this.receive(id, from)
    if (call !== null && calls.has(id)) announce(call)
  }

  receive(
    id: string,
    from: Party,
    unseen?: 'kept' | 'refused',
    more: Pick<CallInput, 'media' | 'succession'> = {}
  ): CallHandle | null {
    const referredBy = this.#referrals.get(id)
    this.#referrals.delete(id)
    try {
      const referral = referredBy === undefined ? {} : { referredBy }
      return this.#reception.start(id, { direction: 'incoming', remote: from, ...referral, ...more }, unseen)
    } catch (error) {
      this.#reception.garbage(`A call came in without a leg: ${failureOf('engine.failed', error).text}`)
      return null
    }
  }
}
