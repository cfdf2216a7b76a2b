import type { createActor } from 'xstate'

type Clock = NonNullable<NonNullable<Parameters<typeof createActor>[1]>['clock']>

interface Timer {
  readonly at: number
  readonly order: number
  readonly fire: () => void
}

const longestTimer = 2 ** 31 - 1

/**
 * Time that moves only when a test moves it, and from timer to timer: what a timer starts is timed from the moment the
 * timer fired. (xstate's own SimulatedClock jumps to the end first, so that a chain of deadlines comes out too long.)
 */
export class VirtualClock implements Clock {
  #now = 0
  #order = 0
  readonly #timers = new Map<number, Timer>()

  get now() {
    return this.#now
  }

  setTimeout(fire: (...args: unknown[]) => void, delay: number) {
    if (!(delay >= 0 && delay <= longestTimer)) throw new Error(`A timer cannot wait ${delay} ms`)
    const id = ++this.#order
    this.#timers.set(id, { at: this.#now + delay, order: id, fire })
    return id
  }

  clearTimeout(id: unknown) {
    this.#timers.delete(id as number)
  }

  advance(duration: number) {
    const end = this.#now + duration
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      const [id, timer] = next
      this.#timers.delete(id)
      this.#now = timer.at
      timer.fire()
    }
    this.#now = end
  }

  #next(end: number) {
    let first: [number, Timer] | null = null
    for (const entry of this.#timers) {
      if (entry[1].at > end) continue
      if (first === null || entry[1].at < first[1].at) first = entry
    }
    return first
  }
}
