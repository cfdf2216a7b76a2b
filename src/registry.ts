import type { Leg, MediaEvent } from '../machines/index.ts'
import { CallMedia } from './media.ts'
import type { MediaOptions } from './media.ts'

/** What one call holds: its leg and its microphone. */
export interface Resources {
  readonly leg: Leg
  readonly media: CallMedia
  onMedia(report: (event: MediaEvent) => void): void
  /** Gives everything back; idempotent, and no failure of one thing keeps another open. */
  release(): void
}

/**
 * The owner of whatever a call opens. A machine that fails does not stop its children (XState stops the actor whose action
 * threw, and only it), so resources are not left to the actors: they are released from here on every way a call can end.
 */
export class Registry {
  readonly #resources = new Map<string, Resources>()

  get size(): number {
    return this.#resources.size
  }

  add(call: string, leg: Leg, options: MediaOptions): Resources {
    let report: (event: MediaEvent) => void = () => {}
    const media = new CallMedia(options, (event) => report(event))
    const resources: Resources = {
      leg,
      media,
      onMedia(to) {
        report = to
      },
      release: () => {
        report = () => {}
        if (this.#resources.get(call) !== resources) return
        this.#resources.delete(call)
        attempt(() => media.release())
        attempt(() => leg.dispose())
      }
    }
    this.#resources.set(call, resources)
    return resources
  }

  of(call: string): Resources {
    const resources = this.#resources.get(call)
    if (resources === undefined) throw new Error(`Call ${call} holds nothing: it is over`)
    return resources
  }

  releaseAll() {
    for (const resources of [...this.#resources.values()]) resources.release()
  }
}

function attempt(act: () => void) {
  try {
    act()
  } catch {
    // what cannot even be given back is not ours to mend, and must not keep the rest open
  }
}
