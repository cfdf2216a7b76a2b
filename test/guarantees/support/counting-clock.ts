import { SimulatedClock } from 'xstate'

/** A clock that knows which timers run. */
export class CountingClock extends SimulatedClock {
  readonly timers = new Set<number>()

  override setTimeout(fire: (...args: unknown[]) => void, delay: number): number {
    const id: number = super.setTimeout((...args) => {
      this.timers.delete(id)
      fire(...args)
    }, delay)
    this.timers.add(id)
    return id
  }

  override clearTimeout(id: number) {
    this.timers.delete(id)
    super.clearTimeout(id)
  }
}
