import { createActor, fromCallback } from 'xstate'
import { callMachine } from '../machines/index.ts'
import type { Capabilities, Transport } from '../machines/index.ts'
import type { Clock } from './account.ts'
import type { Started } from './arrivals.ts'
import { mediaFor } from './attendance.ts'
import type { Attendance, AttendanceGrounds } from './attendance.ts'
import type { MediaOptions } from './media-capture.ts'
import type { ResolvedPolicy } from './policy.ts'
import { legActor, mediaActor } from './ports.ts'
import { Registry } from './registry.ts'

export interface CallMakerOptions {
  readonly transport: Transport
  readonly capabilities: Capabilities
  readonly policy: ResolvedPolicy
  readonly media: MediaOptions
  readonly clock: Clock | undefined
  readonly attendance: Attendance
  /** Calls that are joined are heard together. */
  readonly join: (call: string, on: boolean) => void
  /** The leg of this call emitted something that is no event of its port. */
  readonly garbage: (call: string) => void
}

/** Makes what a call consists of: its leg, its media and its chart. */
export class CallMaker {
  readonly #options: CallMakerOptions
  readonly #machine
  /** The root of one actor system for all calls: a system of its own would be a fifth of what a call holds. */
  readonly #root
  readonly #registry = new Registry()
  /** What calls are looked after with. */
  readonly grounds: AttendanceGrounds

  constructor(options: CallMakerOptions) {
    const { policy, clock, garbage } = options
    this.#options = options
    this.#machine = callMachine.provide({
      actors: { leg: legActor(this.#registry, garbage), media: mediaActor(this.#registry) },
      delays: policy.deadlines
    })
    this.#root = createActor(
      fromCallback(() => {}),
      clock === undefined ? {} : { clock }
    )
    this.#root.start()
    this.grounds = { ...options.attendance, clock: clock ?? globalThis, root: this.#root, join: options.join }
  }

  /** The actor is not started yet. Throws where there is no leg. */
  make(id: string, input: Started) {
    const { transport, capabilities, policy, media } = this.#options
    const resources = this.#registry.add(id, transport.leg(id), mediaFor(this.grounds, media))
    const actor = createActor(this.#machine, {
      parent: this.#root,
      input: { ...input, id, capabilities, ...policy.calls }
    })
    return { actor, resources }
  }

  dispose() {
    this.#root.stop()
  }
}
