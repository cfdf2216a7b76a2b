import { canonicalAddress, isSameAddress } from './address.ts'
import type { CallEnd, Failure } from './failure.ts'
import type { Party } from './transport.ts'

/** What an application may decide about several calls at once. */
export interface SwitchboardPolicy {
  /** Hold the call one talks on before another takes its place. Without it calls are heard together. */
  readonly autoHold: boolean
  /** What to do where that hold fails: silence the call on our side alone and go on, or stay with it. */
  readonly whenHoldFails: 'silence' | 'refuse'
  /** Whether the call that was held last goes on by itself when the current one ends. */
  readonly resumeNext: boolean
  /** How many calls there may be; who calls beyond that hears busy. */
  readonly maxCalls: number
  /** Whether two calls become one when somebody calls us whom we are calling. */
  readonly meetCalls: boolean
}

export const defaultSwitchboardPolicy: SwitchboardPolicy = {
  autoHold: true,
  whenHoldFails: 'silence',
  resumeNext: false,
  maxCalls: Infinity,
  meetCalls: true
}

/** What the switchboard has to know of a call. */
export interface BoardCall {
  readonly id: string
  readonly direction: 'outgoing' | 'incoming'
  readonly address: string
  readonly isEstablished: boolean
  readonly isHeld: boolean
  /** The user has been on it, if only to answer it. */
  readonly isTaken: boolean
  /** The call whose place it takes once it is established. */
  readonly insteadOf: string | null
}

/** A call that is to become the current one as soon as the others are held. */
export interface Claim {
  readonly call: string
  /** Whom it is to call; null where there is the call already. */
  readonly target: string | null
  /** The calls that are being held for it. */
  readonly yielding: readonly string[]
  /** Those of them that will not be held: they are silent all the same, and nobody waits for them. */
  readonly silenced: readonly string[]
}

/** Two parties have called each other: of our call and theirs one is to remain. */
export interface Meeting {
  readonly ours: string
  readonly theirs: string
  readonly from: Party
}

export interface SwitchboardContext {
  readonly policy: SwitchboardPolicy
  /** The calls that are not over, oldest first. */
  readonly calls: readonly BoardCall[]
  /** The call the user is on: the last one dialled, answered or resumed. */
  readonly current: string | null
  /** The calls that are heard together, in the order in which they were joined. */
  readonly joined: readonly string[]
  readonly claim: Claim | null
  readonly meeting: Meeting | null
}

export type SwitchboardEvent =
  /** Place a call, when it is its turn; `call` is the name it will have. */
  | { readonly type: 'dial'; readonly call: string; readonly target: string }
  /** Let a call become the current one: before it is answered or resumed. */
  | { readonly type: 'take'; readonly call: string }
  /** A call that another part of the engine has started, and answers for. */
  | {
      readonly type: 'adopt'
      readonly call: string
      readonly direction: BoardCall['direction']
      readonly address: string
      readonly insteadOf: string
    }
  /** Let it be heard together with the others that are joined, and no longer so. */
  | { readonly type: 'join'; readonly call: string }
  | { readonly type: 'part'; readonly call: string }
  /** Do not disturb, and the opposite. */
  | { readonly type: 'close' }
  | { readonly type: 'open' }
  /** `self` is who we are to the provider. */
  | { readonly type: 'call.incoming'; readonly call: string; readonly from: Party; readonly self: string }
  | { readonly type: 'call.established'; readonly call: string }
  | { readonly type: 'call.held'; readonly call: string }
  | { readonly type: 'call.resumed'; readonly call: string }
  | { readonly type: 'call.hold-failed'; readonly call: string; readonly cause: Failure }
  | { readonly type: 'call.ended'; readonly call: string; readonly end: CallEnd }

/**
 * How a call stands beside the others. `front`: nothing is between the user and it. `aside`: silent on our side, because
 * the user is on another one. `waiting`: it rings while the user talks to somebody else.
 */
export type Attention = 'front' | 'aside' | 'waiting'

/** What the calls are told, by name; what becomes of it is a `call.…` event. */
export type SwitchboardCommand =
  /** It is the turn of this call: it may be placed, answered or resumed. */
  | { readonly type: 'grant'; readonly call: string }
  /** Whom this one is to call is calling us: that call is to be answered in its place. */
  | { readonly type: 'join'; readonly call: string; readonly ringing: string }
  /** It will not be. */
  | { readonly type: 'withdraw'; readonly call: string; readonly cause: Failure }
  | { readonly type: 'ring'; readonly call: string; readonly from: Party }
  /** Keep this call that reaches us, without telling anybody of it yet. */
  | { readonly type: 'keep'; readonly call: string; readonly from: Party }
  | { readonly type: 'show'; readonly call: string }
  | { readonly type: 'refuse'; readonly call: string; readonly from: Party }
  /** Answer it, with the media that the user wanted for another one. */
  | { readonly type: 'answer'; readonly call: string; readonly like: string }
  | { readonly type: 'hold'; readonly calls: readonly string[] }
  | { readonly type: 'resume'; readonly calls: readonly string[] }
  | { readonly type: 'drop'; readonly call: string }
  /** End it, because another call has taken its place. */
  | { readonly type: 'replace'; readonly call: string }
  | { readonly type: 'arrange'; readonly attention: Readonly<Record<string, Attention>> }

export type SwitchboardEmitted =
  | {
      readonly type: 'switchboard.refused'
      readonly call: string
      readonly from: Party
      readonly reason: 'limit' | 'do-not-disturb'
    }
  /** The peer did not agree to be held: it hears nothing of us all the same. */
  | { readonly type: 'switchboard.hold-failed'; readonly call: string; readonly cause: Failure }
  | {
      readonly type: 'switchboard.met'
      readonly ours: string
      readonly theirs: string
      readonly remains: 'ours' | 'theirs'
    }

/** The call that an event is about. */
export interface Named {
  readonly call: string
}

export type Dial = Omit<Extract<SwitchboardEvent, { type: 'dial' }>, 'type'>

/** A call that reaches us. */
export type Coming = Omit<Extract<SwitchboardEvent, { type: 'call.incoming' }>, 'type'>

export function newCall(id: string, direction: BoardCall['direction'], address: string): BoardCall {
  return { id, direction, address, isEstablished: false, isHeld: false, isTaken: false, insteadOf: null }
}

export function callOf({ calls }: SwitchboardContext, id: string): BoardCall | undefined {
  return calls.find((call) => call.id === id)
}

/** Those who are joined with this call. */
export function fellowsOf({ joined }: SwitchboardContext, id: string): readonly string[] {
  return joined.includes(id) ? joined.filter((other) => other !== id) : []
}

/** Whether the user is on this call: it is the current one, or joined with it. */
export function isOn(context: SwitchboardContext, id: string): boolean {
  return context.current !== null && (id === context.current || fellowsOf(context, context.current).includes(id))
}

/** The calls in which a peer hears us and is heard. */
export function talking(context: SwitchboardContext): readonly string[] {
  const { calls } = context
  return calls.filter((call) => isOn(context, call.id) && call.isEstablished && !call.isHeld).map(({ id }) => id)
}

/** Whether two would be heard apart from one another if this call came forward now. */
export function mustYield(context: SwitchboardContext, id: string): boolean {
  return context.policy.autoHold && !isOn(context, id) && talking(context).length > 0
}

/** Nobody is left to be held once this call is, or is over. */
export function isLastToYield(context: SwitchboardContext, id: string): boolean {
  const silenced = context.claim?.silenced ?? []
  return isOn(context, id) && talking(context).every((other) => other === id || silenced.includes(other))
}

/** The call to swap with: the youngest established one that the user is not on. */
export function nextCall(context: SwitchboardContext): BoardCall | undefined {
  return context.calls.findLast((call) => call.isEstablished && !isOn(context, call.id))
}

export function attentionOf(context: SwitchboardContext, call: BoardCall): Attention {
  const { calls, current, claim, policy } = context
  const isRinging = call.direction === 'incoming' && !call.isEstablished && !call.isTaken && call.id !== current
  if (isRinging) return calls.some((other) => other.isEstablished) ? 'waiting' : 'front'
  if (!policy.autoHold) return 'front'
  const isYielding = claim !== null && claim.call !== current
  return isOn(context, call.id) && !isYielding ? 'front' : 'aside'
}

/** The call of ours that is on its way to whom this one comes from. */
export function callMeeting(context: SwitchboardContext, { call, from, self }: Coming): BoardCall | undefined {
  const { calls, meeting, policy } = context
  if (!policy.meetCalls || meeting !== null || callOf(context, call) !== undefined) return undefined
  // who calls himself has nobody to agree with about which call remains
  if (self === '' || canonicalAddress(from.address) === canonicalAddress(self)) return undefined
  return calls.find(
    (ours) => ours.direction === 'outgoing' && !ours.isEstablished && isSameAddress(ours.address, from.address)
  )
}

/** The call in which the target of ours is calling us already. */
export function callFrom({ calls, current, policy }: SwitchboardContext, target: string): BoardCall | undefined {
  if (!policy.meetCalls) return undefined
  return calls.find(
    ({ id, direction, isEstablished, address }) =>
      direction === 'incoming' && !isEstablished && id !== current && isSameAddress(address, target)
  )
}

/** Both ends compare the same two names, so both come to the same answer: the call of the lesser one remains. */
export function isOursToRemain({ from, self }: Coming): boolean {
  return canonicalAddress(self) < canonicalAddress(from.address)
}
