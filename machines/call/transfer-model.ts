import type { Failure } from '../failure.ts'
import type { Party, Referral } from '../transport.ts'

/** What is decided beforehand about transfers. */
export interface TransferPolicy {
  /** Hold the peer before it is asked to call somebody else (RFC 5589 §6.1). */
  readonly hold: boolean
  /** What becomes of a peer's wish that we call somebody else. */
  readonly incoming: 'ask' | 'accept' | 'refuse'
}

export const defaultTransferPolicy: TransferPolicy = { hold: true, incoming: 'ask' }

/** A call that takes the place of another begins as that one was. */
export interface Succession {
  /** The call whose place it takes. */
  readonly of: string
  readonly muted: boolean
  readonly held: boolean
}

/** What a call remembers of transfers: the one we ask for, and the one that is asked of us. */
export interface TransferContext {
  readonly policy: TransferPolicy
  /** Whom the peer is asked to call, and our call that gives its place. */
  readonly target: string | null
  readonly replaces: string | null
  /** What the peer last said of its call, as a SIP status. */
  readonly status: number | null
  /** We hold for the sake of the transfer only. */
  readonly holds: boolean
  /** There is a call of ours that this one waits for. */
  readonly consults: boolean
  readonly failure: Failure | null
  readonly received: ReceivedRefer | null
  /** What came of the peer's wish, as a SIP status, until the peer has been told. */
  readonly outcome: number | null
}

/** The peer's wish that we call somebody else. */
export interface ReceivedRefer extends Referral {
  readonly refer: string
  readonly target: string
}

export function transferContext(policy: TransferPolicy = defaultTransferPolicy): TransferContext {
  return {
    policy,
    target: null,
    replaces: null,
    status: null,
    holds: false,
    consults: false,
    failure: null,
    received: null,
    outcome: null
  }
}

export type TransferCommand =
  /** `replaces` is the id of our call whose place the peer is to take at the target. */
  | { readonly type: 'transfer'; readonly target: string; readonly replaces?: string }
  | { readonly type: 'consult'; readonly target: string }
  | { readonly type: 'acceptTransfer' }
  | { readonly type: 'declineTransfer' }

/** What the engine tells a call about the other calls that have to do with it. */
export type RelationEvent =
  /** The call we consult in is over. */
  | { readonly type: 'consultation.ended' }
  /** This call is given to the peer of another one, and what came of that. */
  | { readonly type: 'handover.began' }
  | { readonly type: 'handover.succeeded' }
  | { readonly type: 'handover.failed' }
  /** How far the call has come that the peer wanted us to place. */
  | { readonly type: 'referral.progressed'; readonly status: number }
  | { readonly type: 'referral.succeeded' }
  | { readonly type: 'referral.failed'; readonly status: number }

export type TransferEmitted =
  | { readonly type: 'consult.ready' }
  | { readonly type: 'consult.failed'; readonly cause: Failure }
  | { readonly type: 'transfer.began'; readonly target: string; readonly replaces?: string }
  | { readonly type: 'transfer.progressed'; readonly status: number }
  | { readonly type: 'transfer.succeeded' }
  | { readonly type: 'transfer.failed'; readonly cause: Failure }
  | { readonly type: 'transfer.asked'; readonly target: string; readonly referredBy?: Party }
  | { readonly type: 'transfer.declined' }
  | ({ readonly type: 'transfer.followed' } & ReceivedRefer)
