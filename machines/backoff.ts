/** How long to wait before trying again, as data, so that an application or a provider can say it. */
export interface BackoffPolicy {
  /** Milliseconds before the first retry, before jitter. */
  readonly initialDelay: number
  /** Each wait is this many times the one before. */
  readonly factor: number
  /** Milliseconds no wait is longer than. */
  readonly maxDelay: number
  /** How often to try in one go before giving up; Infinity for ever. */
  readonly maxAttempts: number
  /** Milliseconds after which to give up; Infinity for never. */
  readonly maxElapsed: number
  /** `full`: anywhere between 0 and the wait; `equal`: between half of it and all of it; `none`: just it. */
  readonly jitter: 'none' | 'full' | 'equal'
}

/** Retries for ever; jittered in full, so that a thousand clients of a restarted server do not come back at once. */
export const defaultBackoff: BackoffPolicy = {
  initialDelay: 500,
  factor: 2,
  maxDelay: 15_000,
  maxAttempts: Infinity,
  maxElapsed: Infinity,
  jitter: 'full'
}

/** Milliseconds to wait before the retry that follows `waits` earlier waits; `random` gives a number in [0, 1). */
export function backoffDelay(policy: BackoffPolicy, waits: number, random: () => number = Math.random): number {
  // the factor outgrows every number after a thousand waits, and nothing times infinity is no number at all
  const growth = Math.min(policy.factor ** waits, Number.MAX_VALUE)
  const delay = Math.min(policy.maxDelay, policy.initialDelay * growth)
  if (policy.jitter === 'full') return Math.round(delay * random())
  if (policy.jitter === 'equal') return Math.round(delay * (0.5 + 0.5 * random()))
  return delay
}
