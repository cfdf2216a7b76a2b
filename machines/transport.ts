/**
 * The two ports of the house. A `Transport` is one account at one provider, a `Leg` one call's signalling and media
 * there. Adapters implement them; the statecharts speak to them in the commands and events below and in no other words.
 *
 * Both sides are plain data: `send` never throws and returns nothing, what comes of it is an event. An event that
 * answers a command carries the command's `attempt`, so that an answer nobody waits for any longer can be told apart.
 */
import type { Observable } from 'rxjs'
import type { CallEnd, Failure } from './failure.ts'
import type { MediaMeasure } from './measure.ts'

/** One account at one provider. */
export interface Transport {
  readonly capabilities: Capabilities
  readonly events: Observable<TransportEvent>
  send(command: TransportCommand): void
  /** The leg of this id: the incoming one that `transport.incoming` named, otherwise a new one for an outgoing call. */
  leg(id: string): Leg
  /** Says why this target cannot be dialled, or null: what a valid address is, only the provider knows. */
  check(target: string): Failure | null
  /** Closes what is open and forgets every leg; idempotent. Nothing is emitted afterwards. */
  dispose(): void
}

/** One call's signalling and media at the provider. */
export interface Leg {
  readonly events: Observable<LegEvent>
  /** What the peer sends us; `leg.media` announces a change. Null until there is something to play. */
  readonly remoteStream: MediaStream | null
  /**
   * Gives the leg what to send from now on; the stream stays its giver's to stop. Called before `dial` and `answer`, and
   * again whenever that changes, also while the first offer is on its way: kinds that are sent are replaced without
   * negotiation (`RTCRtpSender.replaceTrack`), one that the stream has no live track of falls silent, and one that was
   * never negotiated waits for an offer. Nothing comes of it but packets: `measure` counts them.
   */
  attach(stream: MediaStream): void
  /** What the media path has carried until now; null when there is none yet or no more. Never rejects. */
  measure(): Promise<MediaMeasure | null>
  send(command: LegCommand): void
  /** Ends the call at the provider if it still stands, and releases what the leg holds; idempotent. */
  dispose(): void
}

/** What a provider really has; `can()` and the views derive from it. */
export interface Capabilities {
  /** Calls reach us only while registered. */
  readonly registration: boolean
  /** The peer is told when we hold: media is renegotiated. Without it hold is local only. */
  readonly hold: boolean
  /** Media can be renegotiated in the call, so a broken path can be repaired. */
  readonly renegotiate: boolean
  /** Calls can have video: at their start, and where media can be renegotiated at any time. */
  readonly video: boolean
  /** How digits can be sent; empty when they cannot. */
  readonly dtmf: readonly DtmfMethod[]
  /** What the provider's recorder can be asked to do; empty when there is none. */
  readonly recording: readonly RecordAction[]
  /** The peer can be asked to call somebody else (SIP: REFER, RFC 3515). */
  readonly blindTransfer: boolean
  /** … and to take the place of another call of ours there (SIP: Replaces, RFC 3891). */
  readonly attendedTransfer: boolean
}

export type RecordAction = 'start' | 'pause' | 'resume' | 'stop'
export type DtmfMethod = 'rtp' | 'info'

export type TransportCommand =
  | { readonly type: 'connect'; readonly attempt: number }
  | { readonly type: 'disconnect' }
  | { readonly type: 'probe'; readonly attempt: number }
  | { readonly type: 'register'; readonly attempt: number }
  | { readonly type: 'unregister'; readonly attempt: number }

export type TransportEvent =
  /** `identity` is who we are to the provider: an address, never a secret. */
  | { readonly type: 'transport.opened'; readonly attempt: number; readonly identity: string }
  /** Not open, or open no more. `permanent`: trying again as we are is useless. */
  | {
      readonly type: 'transport.closed'
      readonly attempt: number
      readonly permanent: boolean
      readonly cause: Failure
    }
  /** Nothing was heard for longer than the provider should be silent. */
  | { readonly type: 'transport.silent' }
  | { readonly type: 'transport.proved'; readonly attempt: number }
  /** `expires` in seconds: how long the provider keeps the registration. */
  | { readonly type: 'transport.registered'; readonly attempt: number; readonly expires: number }
  | { readonly type: 'transport.unregistered'; readonly attempt: number }
  | {
      readonly type: 'transport.refused'
      readonly attempt: number
      readonly permanent: boolean
      readonly cause: Failure
    }
  /** `video` is the most that the caller's offer allows us; left out: `off`. */
  | {
      readonly type: 'transport.incoming'
      readonly leg: string
      readonly from: Party
      readonly to: Party
      readonly video?: Video
      /** The leg whose place it takes. Once it is answered, that one ends as `replaced`. */
      readonly replaces?: string
      /** Who had the caller call us. */
      readonly referredBy?: Party
    }
  /** Something arrived that is not the protocol; it was dropped. */
  | { readonly type: 'transport.garbage'; readonly text: string }

/** Somebody on a call. `address` is the provider's form of it: a SIP URI, a number, a user name. */
export interface Party {
  readonly address: string
  readonly displayName?: string
}

/**
 * How far video goes, as we see it. `on`: ours is sent, and theirs comes in as far as they send any; `receive`: only theirs;
 * `off`: there is none. `inactive`: it is in the session and flows neither way (RFC 3264 §6.1), because one side has asked
 * and a person on the other has not answered yet (RFC 6141 §3: the offer itself is answered at once).
 */
export type Video = 'off' | 'inactive' | 'receive' | 'on'

/**
 * What the two sides agree on about media, as far as we ask for it. Desired and agreed terms are compared to know
 * whether a new offer is due.
 */
export interface Terms {
  /** We neither send nor play: RFC 3264 §8.4 `sendonly` for the audio; video is at rest meanwhile, whatever is agreed. */
  readonly hold: boolean
  readonly video: Video
  /** How often ICE was restarted; one more than agreed asks for a restart (RFC 8445 §9). */
  readonly restarts: number
}

export interface DialOptions {
  /** Extra headers, or what the provider has in their place. CR and LF are refused. */
  readonly headers?: Readonly<Record<string, string>>
  /** The name shown to the callee. */
  readonly displayName?: string
}

/** Why a call is placed: somebody we talked with wanted it. */
export interface Referral {
  /** The call at the target whose place ours takes, in the provider's words. */
  readonly replaces?: string
  /** Who wanted it. */
  readonly referredBy?: Party
}

export type RejectReason = 'busy' | 'declined' | 'no-answer' | 'unavailable'

export type LegCommand =
  /** `video` left out: `off`, here and below. */
  | ({
      readonly type: 'dial'
      readonly target: string
      readonly video?: Video
      readonly referral?: Referral
    } & DialOptions)
  /** At most as much video as the caller has offered. */
  | { readonly type: 'answer'; readonly video?: Video }
  | { readonly type: 'reject'; readonly reason: RejectReason }
  | { readonly type: 'hangup' }
  /**
   * Propose these terms to the peer; answered by `leg.offer.accepted` or `leg.offer.refused`. One at a time, but for one
   * that was under way when the connection was lost: once the call is verified the next one takes its place.
   */
  | { readonly type: 'offer'; readonly attempt: number; readonly terms: Terms }
  /**
   * Nobody waits any longer for the answer to this offer: take it back. Should the peer have taken it all the same, it is
   * told again what holds. Nothing answers this.
   */
  | { readonly type: 'abandon'; readonly attempt: number }
  /**
   * Answer the peer's offer, sending nothing while `hold`, with as much video as this; answered by `leg.offer.answered` or
   * `leg.offer.failed`.
   */
  | { readonly type: 'accept'; readonly hold: boolean; readonly video?: Video }
  /** Refuse the peer's offer, because another one is under way (RFC 3261 §14.2: 491, or 500 when it is the peer's own). */
  | { readonly type: 'refuse' }
  /** Whether we want to be heard, for peers that can be told; nobody answers. Before and in a call, again when it changes. */
  | { readonly type: 'microphone'; readonly live: boolean }
  /** Ask whether the far end still knows this call; answered by `leg.verified` or `leg.gone`. */
  | { readonly type: 'verify'; readonly attempt: number }
  | {
      readonly type: 'dtmf'
      readonly attempt: number
      readonly tone: string
      readonly duration: number
      readonly method?: DtmfMethod
    }
  /** Ask the provider's recorder; answered by `leg.record.done` or `leg.record.refused`. */
  | { readonly type: 'record'; readonly attempt: number; readonly action: RecordAction }
  /**
   * Ask the peer to call the target, in the place of our leg `replaces` when there is one; answered by
   * `leg.refer.accepted` or `leg.refer.rejected`. What comes of it is told until `leg.refer.succeeded` or `.failed`.
   */
  | { readonly type: 'refer'; readonly attempt: number; readonly target: string; readonly replaces?: string }
  /**
   * Tell the peer what comes of what `leg.refer.received` asked for, as a SIP status: 100 we try, 180 it rings, 603 we do
   * not want to. From 200 on it is the last word.
   */
  | { readonly type: 'report'; readonly refer: string; readonly status: number }

export type LegEvent =
  | { readonly type: 'leg.ringing'; readonly earlyMedia: boolean }
  /** `video` is what came of what we offered or answered; `peerVideo`: theirs comes in. Left out: `off` and false. */
  | { readonly type: 'leg.answered'; readonly video?: Video; readonly peerVideo?: boolean }
  /** Our call was refused before it was answered. */
  | { readonly type: 'leg.rejected'; readonly end: CallEnd }
  /** The caller gave up, or somebody else answered. */
  | { readonly type: 'leg.cancelled'; readonly answeredElsewhere: boolean }
  | { readonly type: 'leg.ended'; readonly end: CallEnd }
  /** `video` is the most that the offer allows us; where a peer that holds silences agreed video, what is agreed. */
  | { readonly type: 'leg.offer.received'; readonly video?: Video }
  /** `granted` is what the peer really agreed to; `peerVideo`: theirs comes in now. */
  | {
      readonly type: 'leg.offer.accepted'
      readonly attempt: number
      readonly granted: Terms
      readonly peerHolds: boolean
      readonly peerVideo?: boolean
    }
  /** `glare`: the same offer may go through later, after `retryAfter` milliseconds where the peer says so. */
  | {
      readonly type: 'leg.offer.refused'
      readonly attempt: number
      readonly glare: boolean
      readonly cause: Failure
      readonly retryAfter?: number
    }
  /** The peer has our answer; `video` is what it came to. */
  | {
      readonly type: 'leg.offer.answered'
      readonly peerHolds: boolean
      readonly video?: Video
      readonly peerVideo?: boolean
    }
  | { readonly type: 'leg.offer.failed'; readonly cause: Failure }
  | { readonly type: 'leg.verified'; readonly attempt: number }
  | { readonly type: 'leg.gone'; readonly attempt: number }
  | { readonly type: 'leg.path.connected' }
  | { readonly type: 'leg.path.interrupted' }
  | { readonly type: 'leg.path.failed' }
  /** The path is said to stand, yet nothing has come in for longer than a peer that sends is quiet. Not known to be broken. */
  | { readonly type: 'leg.path.silent' }
  /** The path does not stand yet, and we have found more candidates since the peer was told of some. */
  | { readonly type: 'leg.path.incomplete' }
  | { readonly type: 'leg.dtmf.sent'; readonly attempt: number }
  | { readonly type: 'leg.dtmf.failed'; readonly attempt: number; readonly cause: Failure }
  | { readonly type: 'leg.dtmf.received'; readonly tone: string; readonly duration: number }
  | { readonly type: 'leg.record.done'; readonly attempt: number; readonly action: RecordAction }
  | { readonly type: 'leg.record.refused'; readonly attempt: number; readonly cause: Failure }
  /** The peer will try to call the target we named. */
  | { readonly type: 'leg.refer.accepted'; readonly attempt: number }
  | { readonly type: 'leg.refer.rejected'; readonly attempt: number; readonly cause: Failure }
  | { readonly type: 'leg.refer.progress'; readonly attempt: number; readonly status: number }
  | { readonly type: 'leg.refer.succeeded'; readonly attempt: number }
  | { readonly type: 'leg.refer.failed'; readonly attempt: number; readonly cause: Failure }
  /** The peer wants us to call somebody else. `refer` names the wish; `target` is what to dial. */
  | ({ readonly type: 'leg.refer.received'; readonly refer: string; readonly target: string } & Referral)
  /** `remoteStream` is another one now. */
  | { readonly type: 'leg.media' }
  /** The adapter itself failed; the call cannot go on. */
  | { readonly type: 'leg.failed'; readonly cause: Failure }
