import type { CallError } from './errors.ts'

/** Somebody waits for the turn of a call; one of the two is called, once. */
export interface Turn {
  /** `instead`: a call that rings already is to be answered in its place. */
  granted(instead?: string): void
  refused(error: CallError): void
}

/** Who decides when a call may be answered or resumed. */
export interface Turns {
  take(call: string, turn: Turn): void
}

/** Does this when it is the call's turn. Nobody need look at the promise. */
export function inTurn(
  turns: Turns,
  call: string,
  act: () => Promise<void>,
  why: (error: CallError) => CallError
): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    turns.take(call, {
      granted: () => void act().then(resolve, reject),
      refused: (error) => reject(why(error))
    })
  })
  done.catch(() => {})
  return done
}
