import type { Observer, Subscription } from 'rxjs'
import type { Leg } from '../machines/index.ts'
import type { Attendant } from './attendant.ts'
import { CallMedia } from './media.ts'
import type { MediaOptions } from './media-capture.ts'

/**
 * The owner of whatever a call opens. A machine that fails does not stop its children (XState stops the actor whose action
 * threw, and only it), so resources are not left to the actors: they are released from here on every way a call can end.
 */
export class Registry {
  readonly #held = new Map<string, Resources>()

  add(call: string, leg: Leg, options: MediaOptions): Resources {
    const resources = new Resources(leg, new CallMedia(options), () => this.#held.delete(call))
    this.#held.set(call, resources)
    return resources
  }

  of(call: string): Resources {
    const resources = this.#held.get(call)
    if (resources === undefined) throw new Error(`Call ${call} holds nothing: it is over`)
    return resources
  }
}

/** What one call holds: its leg, the ear on it, and its microphone. */
export class Resources {
  readonly leg: Leg
  readonly media: CallMedia
  readonly #forget: () => void
  #listening: Subscription | null = null
  #attendant: Attendant | null = null
  #isReleased = false

  constructor(leg: Leg, media: CallMedia, forget: () => void) {
    this.leg = leg
    this.media = media
    this.#forget = forget
  }

  listen(observer: Observer<unknown>) {
    this.#listening = this.leg.events.subscribe(observer)
  }

  /** It lets go before what they look after is gone. */
  attendedBy(attendant: Attendant) {
    this.#attendant = attendant
  }

  /** Gives everything back; idempotent, and no failure of one thing keeps another open. */
  release() {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#forget()
    // first of all: what a leg says while it is disposed of concerns nobody
    attempt(() => this.#listening?.unsubscribe())
    attempt(() => this.#attendant?.release())
    attempt(() => this.media.release())
    attempt(() => this.leg.dispose())
  }
}

/** What cannot even be given back is not ours to mend, and must not keep the rest open. */
export function attempt(act: () => void) {
  try {
    act()
  } catch {
    // see above
  }
}
