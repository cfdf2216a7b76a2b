import type { CallEnd, Failure } from '../failure.ts'
import type {
  Capabilities,
  DialOptions,
  DtmfMethod,
  LegEvent,
  Party,
  Referral,
  RejectReason,
  Terms
} from '../transport.ts'
import { transferContext } from './transfer-model.ts'
import type {
  RelationEvent,
  Succession,
  TransferCommand,
  TransferContext,
  TransferEmitted,
  TransferPolicy
} from './transfer-model.ts'

/** What a call is made of besides its states: everything here is plain data. */
export interface CallContext {
  readonly id: string
  readonly direction: 'outgoing' | 'incoming'
  readonly remote: Party
  readonly capabilities: Capabilities
  readonly dial: DialOptions & { readonly referral?: Referral }
  /** Who had the caller call: us, or whom we call. */
  readonly referredBy: Party | null
  readonly succession: Succession | null
  readonly transfer: TransferContext
  readonly media: MediaRequest
  /** Numbers the requests of each kind; an answer to another number is stale. */
  readonly attempts: Readonly<Record<'media' | 'offer' | 'verify' | 'dtmf' | 'refer', number>>
  /** What we want, what is on its way to the peer, and what both sides have said yes to. */
  readonly desired: Terms
  readonly offered: Terms
  readonly agreed: Terms
  /** How often our offer collided with one of the peer's. */
  readonly collisions: number
  readonly peerHolds: boolean
  readonly earlyMedia: boolean
  /** ICE connected before the call was answered; from then on the `path` region knows. */
  readonly pathIsUp: boolean
  readonly digits: readonly QueuedDigit[]
  /** Why the last command could not be carried out. */
  readonly cause: Failure | null
  readonly end: CallEnd | null
  readonly stale: number
}

/** What to capture: a device by id, any (`true`) or none. */
export interface MediaRequest {
  readonly audio: boolean | { readonly deviceId: string }
}

/** One digit to be sent; `command` names the command that asked for it. */
export interface QueuedDigit {
  readonly command: string
  readonly tone: string
  readonly duration: number
  readonly gap: number
  readonly method?: DtmfMethod
}

export type CallCommand =
  | { readonly type: 'answer'; readonly media?: MediaRequest }
  | { readonly type: 'reject'; readonly reason?: Extract<RejectReason, 'busy' | 'declined'> }
  | { readonly type: 'hangup' }
  | { readonly type: 'hold' }
  | { readonly type: 'resume' }
  | { readonly type: 'mute' }
  | { readonly type: 'unmute' }
  | { readonly type: 'dtmf'; readonly digits: readonly QueuedDigit[] }
  | TransferCommand

/** What the engine tells a call about the connection it runs on. */
export type SignallingEvent = { readonly type: 'connection.lost' } | { readonly type: 'connection.restored' }

/** The call is taken from under us: it ends as `end` says, and nothing is waited for. */
export interface AbandonEvent {
  readonly type: 'abandon'
  readonly end: CallEnd
}

/** What the call's own microphone actor reports. */
export type MediaEvent =
  | { readonly type: 'media.ready'; readonly attempt: number }
  | { readonly type: 'media.failed'; readonly attempt: number; readonly cause: Failure }

/** What the microphone actor is told. Nothing is sent or played unless it is neither muted nor held. */
export type MediaCommand =
  | { readonly type: 'acquire'; readonly attempt: number; readonly request: MediaRequest }
  | { readonly type: 'mute'; readonly on: boolean }
  | { readonly type: 'hold'; readonly on: boolean }

/** One region of the call telling the others. */
export type InternalEvent =
  /** Offer and answer are at rest, and `agreed` is the truth. */
  | { readonly type: 'negotiation.settled' }
  /** An offer did not go through; what it asked for is no longer desired. */
  | { readonly type: 'negotiation.failed'; readonly cause: Failure }
  | { readonly type: 'signalling.attached' }
  | { readonly type: 'network.dead' }
  | { readonly type: 'call.over' }

export type CallEvent =
  | CallCommand
  | AbandonEvent
  | SignallingEvent
  | RelationEvent
  | MediaEvent
  | LegEvent
  | InternalEvent

/** What a call tells its listeners, once each. */
export type CallEmitted =
  | { readonly type: 'call.ringing'; readonly earlyMedia: boolean }
  | { readonly type: 'call.answer-failed'; readonly cause: Failure }
  | { readonly type: 'call.established' }
  | { readonly type: 'call.ended'; readonly end: CallEnd }
  | { readonly type: 'hold.held' }
  | { readonly type: 'hold.resumed' }
  | { readonly type: 'hold.failed'; readonly cause: Failure }
  | { readonly type: 'resume.failed'; readonly cause: Failure }
  | { readonly type: 'hold.remote'; readonly held: boolean }
  | { readonly type: 'microphone.muted' }
  | { readonly type: 'microphone.live' }
  | { readonly type: 'path.connected' }
  | { readonly type: 'path.interrupted' }
  | { readonly type: 'signalling.detached' }
  | { readonly type: 'signalling.attached' }
  | { readonly type: 'dtmf.sent'; readonly command: string }
  | { readonly type: 'dtmf.failed'; readonly command: string; readonly cause: Failure }
  | { readonly type: 'dtmf.unsent'; readonly digits: string }
  | { readonly type: 'dtmf.received'; readonly tone: string; readonly duration: number }
  | TransferEmitted

export interface CallInput {
  readonly id: string
  readonly direction: 'outgoing' | 'incoming'
  /** Whom we call, or who calls us. */
  readonly remote: Party
  readonly capabilities: Capabilities
  readonly media?: MediaRequest
  readonly dial?: CallContext['dial']
  readonly referredBy?: Party
  /** It takes the place of another call: it is not asked for, but answered, and goes on as that one was. */
  readonly succession?: Succession
  readonly transfer?: TransferPolicy
}

const noTerms: Terms = { hold: false, restarts: 0 }

export function callContext(input: CallInput): CallContext {
  return {
    id: input.id,
    direction: input.direction,
    remote: input.remote,
    capabilities: input.capabilities,
    dial: input.dial ?? {},
    referredBy: input.referredBy ?? null,
    succession: input.succession ?? null,
    transfer: transferContext(input.transfer),
    media: input.media ?? { audio: true },
    attempts: noAttempts,
    desired: noTerms,
    offered: noTerms,
    agreed: noTerms,
    collisions: 0,
    peerHolds: false,
    earlyMedia: false,
    pathIsUp: false,
    digits: noDigits,
    cause: null,
    end: null,
    stale: 0
  }
}

const noAttempts = { media: 0, offer: 0, verify: 0, dtmf: 0, refer: 0 }
const noDigits: readonly QueuedDigit[] = []

export function sameTerms(a: Terms, b: Terms): boolean {
  return a.hold === b.hold && a.restarts === b.restarts
}

/**
 * What is still desired once an offer has had its answer: where we want what we offered, the truth now holds and nothing
 * is asked again; what was asked since the offer went out stays asked.
 */
export function reconcile(desired: Terms, offered: Terms, truth: Terms): Terms {
  return {
    hold: desired.hold === offered.hold ? truth.hold : desired.hold,
    restarts: desired.restarts === offered.restarts ? truth.restarts : desired.restarts
  }
}
