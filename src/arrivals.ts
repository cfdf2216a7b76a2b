import type { CallInput, Party, TransportEvent } from '../machines/index.ts'
import type { CallHandle } from './call-handle.ts'
import type { CallList } from './call-list.ts'
import { failureOf } from './errors.ts'
import type { Replacement } from './policy.ts'
import { successionOf } from './relations.ts'
import type { Switchboard } from './switchboard.ts'

export type Incoming = Extract<TransportEvent, { type: 'transport.incoming' }>
/** What is known of a call before the engine starts it. */
export type Started = Omit<CallInput, 'id' | 'capabilities' | 'transfer' | 'videoPolicy'>

/** What arriving calls need of the engine. */
export interface Reception {
  readonly replacement: Replacement
  readonly calls: CallList
  readonly board: () => Switchboard
  readonly start: (id: string, input: Started, unseen?: 'kept' | 'refused') => CallHandle
  readonly announce: (call: CallHandle) => void
  readonly garbage: (text: string) => void
}

/** The calls that reach us: those that take the place of one of ours, and those the switchboard decides about. */
export class Arrivals {
  readonly #reception: Reception
  /** What was said of a call that reaches us, until there is the call. */
  readonly #said = new Map<string, Pick<CallInput, 'referredBy' | 'wish'>>()

  constructor(reception: Reception) {
    this.#reception = reception
  }

  arrive({ leg, from, video = 'off', replaces, referredBy }: Incoming, self: string) {
    const { replacement, calls, board } = this.#reception
    this.#said.set(leg, { wish: video, ...(referredBy === undefined ? {} : { referredBy }) })
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
    const said = this.#said.get(id)
    this.#said.delete(id)
    try {
      return this.#reception.start(id, { direction: 'incoming', remote: from, ...said, ...more }, unseen)
    } catch (error) {
      this.#reception.garbage(`A call came in without a leg: ${failureOf('engine.failed', error).text}`)
      return null
    }
  }
}
