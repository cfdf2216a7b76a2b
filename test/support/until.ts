/**
 * Milliseconds in which a page does what it must. A busy machine is slow, and what comes soon is not waited for any
 * longer.
 */
export const patience = 30_000

/** Waits until `question` has an answer that is neither null, undefined nor false. */
export async function until<T>(
  question: () => T | Promise<T>,
  { within = 15_000, every = 15, what = 'what the test waits for' }: UntilOptions = {}
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + within
  for (;;) {
    const answer = await question()
    if (answer !== null && answer !== undefined && answer !== false) return answer as NonNullable<Exclude<T, false>>
    if (performance.now() > deadline) throw new Error(`${what} did not happen within ${within} ms`)
    await pause(every)
  }
}

export interface UntilOptions {
  /** Milliseconds of real time. */
  readonly within?: number
  readonly every?: number
  /** Completes the sentence "… did not happen within 15000 ms". */
  readonly what?: string
}

/** Real time. For tests with a real server or browser only; everything else moves its clock itself. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
