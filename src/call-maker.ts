import { createActor, fromCallback } from 'xstate'
import { callMachine } from '../machines/index.ts'
import type { Capabilities, Transport } from '../machines/index.ts'
import type { Clock } from './account.ts'
import type { Started } from './arrivals.ts'
import type { MediaOptions } from './media.ts'
import type { ResolvedPolicy } from './policy.ts'
import { legActor, mediaActor } from './ports.ts'
import { Registry } from './registry.ts'

/** Makes what a call consists of: its leg, its media and its chart. */
export class CallMaker {
  readonly #transport: Transport
  readonly #capabilities: Capabilities
  readonly #policy: ResolvedPolicy
  readonly #media: MediaOptions
  readonly #machine
  /** The root of one actor system for all calls: a system of its own would be a fifth of what a call holds. */
  readonly #root
  readonly #registry = new Registry()

  constructor(
    transport: Transport,
    capabilities: Capabilities,
    policy: ResolvedPolicy,
    media: MediaOptions,
    clock: Clock | undefined,
    garbage: (call: string) => void
  ) {
    this.#transport = transport
    this.#capabilities = capabilities
    this.#policy = policy
    this.#media = media
    this.#machine = callMachine.provide({
      actors: { leg: legActor(this.#registry, garbage), media: mediaActor(this.#registry) },
      delays: policy.deadlines
    })
    this.#root = createActor(
      fromCallback(() => {}),
      clock === undefined ? {} : { clock }
    )
    this.#root.start()
  }

  /** The actor is not started yet. Throws where there is no leg. */
  make(id: string, input: Started) {
    const resources = this.#registry.add(id, this.#transport.leg(id), this.#media)
    const actor = createActor(this.#machine, {
      parent: this.#root,
      input: { ...input, id, capabilities: this.#capabilities, ...this.#policy.calls }
    })
    return { actor, resources }
  }

  dispose() {
    this.#root.stop()
  }
}
