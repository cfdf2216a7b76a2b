import { defaultBackoff, defaultSwitchboardPolicy, defaultTransferPolicy } from '../machines/index.ts'
import type { BackoffPolicy, SwitchboardPolicy, TransferPolicy, VideoPolicy } from '../machines/index.ts'
import { CallError } from './errors.ts'

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
  /** What several calls do to one another: one at a time is heard, any number may be held. */
  readonly calls?: Partial<SwitchboardPolicy>
  /** How many calls that are over `history$` remembers. Default 100. */
  readonly historyLimit?: number
  /** What may happen with video unasked. Default: `{ onWish: 'ask', withoutCamera: 'fail' }`. */
  readonly video?: Partial<VideoPolicy>
  /** Whether calls may be recorded, whoever does it. What the law wants to be asked or said first is the application's. Default true. */
  readonly recording?: boolean
  /** Milliseconds, by the names the charts give their delays. */
  readonly deadlines?: Partial<Record<Deadline, number>>
  readonly transfer?: Partial<TransferPolicy>
  /**
   * A call that is to take the place of one of ours (SIP: INVITE with Replaces): answered without being asked for, shown
   * as any other that rings, or refused. Default `accept`.
   */
  readonly replacement?: Replacement
}

export type Replacement = 'accept' | 'ask' | 'refuse'

const deadlines = [
  'acquireDeadline',
  'connectDeadline',
  'ringDeadline',
  'incomingDeadline',
  'answerDeadline',
  'offerDeadline',
  'restartDelay',
  'restartDeadline',
  'mediaGrace',
  'signallingGrace',
  'verifyDeadline',
  'recordDeadline',
  'referDeadline',
  'reportDeadline',
  'transferDeadline',
  'referralDeadline',
  'askDeadline',
  'wishDeadline'
] as const

/** The delays of the call chart that an application may want to set. */
export type Deadline = (typeof deadlines)[number]

const defaultRegistrationBackoff: BackoffPolicy = {
  ...defaultBackoff,
  initialDelay: 1_000,
  maxDelay: 60_000,
  jitter: 'equal'
}

export interface CallPolicy {
  readonly transfer: TransferPolicy
  readonly videoPolicy: VideoPolicy
  readonly mayRecord: boolean
}

export interface ResolvedPolicy {
  readonly backoff: BackoffPolicy
  readonly registrationBackoff: BackoffPolicy
  readonly register: boolean
  readonly connectDeadline: number
  readonly switchboard: SwitchboardPolicy
  readonly historyLimit: number
  readonly deadlines: Partial<Record<Deadline, number>>
  /** What every call is started with. */
  readonly calls: CallPolicy
  readonly replacement: Replacement
}

/** Throws a `CallError('engine.invalid-options')` for what no timer could ever be set to. */
export function resolvePolicy(policy: Policy, hasRegistration: boolean): ResolvedPolicy {
  const given = policy.deadlines ?? {}
  return {
    backoff: backoff(defaultBackoff, policy.backoff),
    registrationBackoff: backoff(defaultRegistrationBackoff, policy.registrationBackoff),
    register: hasRegistration && (policy.register ?? true),
    connectDeadline: milliseconds('connectDeadline', policy.connectDeadline ?? 30_000),
    switchboard: switchboardPolicy(policy.calls),
    historyLimit: Math.floor(positive('historyLimit', policy.historyLimit ?? 100)),
    deadlines: Object.fromEntries(
      deadlines.flatMap((name) => (given[name] === undefined ? [] : [[name, milliseconds(name, given[name])]]))
    ),
    calls: {
      transfer: transferPolicy(policy.transfer),
      videoPolicy: videoPolicy(policy.video),
      mayRecord: policy.recording ?? true
    },
    replacement: oneOf('replacement', choices, policy.replacement ?? 'accept')
  }
}

function videoPolicy({ onWish = 'ask', withoutCamera = 'fail' }: Partial<VideoPolicy> = {}): VideoPolicy {
  return {
    onWish: oneOf('video.onWish', ['accept', 'receive', 'refuse', 'ask'], onWish),
    withoutCamera: oneOf('video.withoutCamera', ['receive', 'fail'], withoutCamera)
  }
}

const choices = ['accept', 'ask', 'refuse'] as const

function transferPolicy({ hold, incoming }: Partial<TransferPolicy> = {}): TransferPolicy {
  return {
    hold: hold ?? defaultTransferPolicy.hold,
    incoming: oneOf('transfer.incoming', choices, incoming ?? defaultTransferPolicy.incoming)
  }
}

function oneOf<T extends string>(name: string, known: readonly T[], value: T): T {
  if (known.includes(value)) return value
  throw new CallError('engine.invalid-options', `${name} is one of ${known.join(', ')}, not ${value}`)
}

function switchboardPolicy(given: Partial<SwitchboardPolicy> = {}): SwitchboardPolicy {
  const defaults = defaultSwitchboardPolicy
  return {
    autoHold: flag('autoHold', given.autoHold ?? defaults.autoHold),
    whenHoldFails: oneOf('whenHoldFails', ['silence', 'refuse'], given.whenHoldFails ?? defaults.whenHoldFails),
    resumeNext: flag('resumeNext', given.resumeNext ?? defaults.resumeNext),
    maxCalls: Math.floor(positive('maxCalls', given.maxCalls ?? defaults.maxCalls)),
    meetCalls: flag('meetCalls', given.meetCalls ?? defaults.meetCalls)
  }
}

function flag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new CallError('engine.invalid-options', `${name} is true or false, not ${String(value)}`)
}

function backoff(defaults: BackoffPolicy, given: Partial<BackoffPolicy> = {}): BackoffPolicy {
  const policy = {
    ...defaults,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  }
  const { initialDelay, factor, maxDelay, maxAttempts, maxElapsed } = policy
  for (const [name, value] of Object.entries({ initialDelay, factor, maxDelay, maxAttempts, maxElapsed }))
    positive(name, value)
  return {
    ...policy,
    initialDelay: milliseconds('initialDelay', initialDelay),
    maxDelay: milliseconds('maxDelay', maxDelay)
  }
}

/** A timer set to more than this fires at once. */
const longestTimer = 2 ** 31 - 1

function milliseconds(name: string, value: unknown): number {
  return Math.min(positive(name, value), longestTimer)
}

function positive(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value
  throw new CallError('engine.invalid-options', `${name} is a number that is not negative, not ${String(value)}`)
}
