import { SimulatedClock } from 'xstate'

/** A clock on which, once it is broken, no timer can be set: whatever chart needs one fails itself. */
export class FailingClock extends SimulatedClock {
  isBroken = false

  override setTimeout(fire: (...args: unknown[]) => void, delay: number): number {
    if (this.isBroken) throw new Error('The clock is broken')
    return super.setTimeout(fire, delay)
  }
}
