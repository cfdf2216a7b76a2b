import { defaultBackoff } from '../machines/index.ts'
import type { BackoffPolicy } from '../machines/index.ts'

/** What an application may decide about the engine. Everything has a default. */
export interface Policy {
  /** How a lost connection is tried again. */
  readonly backoff?: Partial<BackoffPolicy>
  /** How a refused registration is tried again. */
  readonly registrationBackoff?: Partial<BackoffPolicy>
  /** Register as soon as there is a connection. Default: where the provider has registration. */
  readonly register?: boolean
  /** Milliseconds after which `connect()` rejects; the engine itself goes on trying. Default 30 000. */
  readonly connectDeadline?: number
  /** Milliseconds, by the names the charts give their delays. */
  readonly deadlines?: Partial<Record<Deadline, number>>
}

/** The delays of the call chart that an application may want to set. */
export type Deadline =
  | 'acquireDeadline'
  | 'connectDeadline'
  | 'ringDeadline'
  | 'incomingDeadline'
  | 'answerDeadline'
  | 'offerDeadline'
  | 'restartDelay'
  | 'mediaGrace'
  | 'signallingGrace'
  | 'verifyDeadline'

const defaultRegistrationBackoff: BackoffPolicy = {
  ...defaultBackoff,
  initialDelay: 1_000,
  maxDelay: 60_000,
  jitter: 'equal'
}

export interface ResolvedPolicy {
  readonly backoff: BackoffPolicy
  readonly registrationBackoff: BackoffPolicy
  readonly register: boolean
  readonly connectDeadline: number
  readonly deadlines: Partial<Record<Deadline, number>>
}

export function resolvePolicy(policy: Policy, hasRegistration: boolean): ResolvedPolicy {
  return {
    backoff: { ...defaultBackoff, ...policy.backoff },
    registrationBackoff: { ...defaultRegistrationBackoff, ...policy.registrationBackoff },
    register: hasRegistration && (policy.register ?? true),
    connectDeadline: policy.connectDeadline ?? 30_000,
    deadlines: policy.deadlines ?? {}
  }
}
