import type { CaptureEmitted } from '../capture-setup.ts'
import type { CallEnd, Failure } from '../failure.ts'
import type { QualityEmitted } from '../quality.ts'
import { noRecording } from './recording-model.ts'
import type {
  RecorderCommand,
  RecorderEvent,
  RecordingCommand,
  RecordingContext,
  RecordingEmitted
} from './recording-model.ts'
import type {
  Capabilities,
  DialOptions,
  DtmfMethod,
  LegEvent,
  Party,
  Referral,
  RejectReason,
  Terms,
  Video
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
  readonly attempts: Readonly<Record<'media' | 'camera' | 'offer' | 'verify' | 'dtmf' | 'refer' | 'record', number>>
  /** What we want, what is on its way to the peer, and what both sides have said yes to. */
  readonly desired: Terms
  readonly offered: Terms
  readonly agreed: Terms
  /** How often our offer collided with one of the peer's. */
  readonly collisions: number
  /** The peer may have taken an offer whose answer never came: what is agreed has to be said again. */
  readonly isInDoubt: boolean
  /** Milliseconds the peer wants us to wait before the next offer. */
  readonly retryAfter: number
  readonly peerHolds: boolean
  /** The peer's video comes in. */
  readonly peerVideo: boolean
  readonly videoPolicy: VideoPolicy
  /** Where our video comes from, or is to come from. */
  readonly source: VideoSource
  /** The camera that a shared screen took the place of. */
  readonly camera: VideoSource | null
  /** What we have asked the peer for, whose answer was that somebody has to be asked there. */
  readonly asked: Video
  /** What we desired of video when we answered the peer's last offer. */
  readonly wanted: Video
  /** The most that the peer's last offer allows us. */
  readonly wish: Video
  readonly earlyMedia: boolean
  /** ICE connected before the call was answered; from then on the `path` region knows. */
  readonly pathIsUp: boolean
  readonly digits: readonly QueuedDigit[]
  /** Whether the application allows this call to be recorded. */
  readonly mayRecord: boolean
  readonly recording: RecordingContext
  /** Why the last command could not be carried out. */
  readonly cause: Failure | null
  readonly end: CallEnd | null
  readonly stale: number
}

/** What to capture: a device by id, any (`true`) or none. */
export interface MediaRequest {
  readonly audio: boolean | { readonly deviceId: string }
  /** `screen`: what the user picks of the screen. `receive`: no camera, only what the peer sends. Left out: no video. */
  readonly video?: false | VideoSource | 'receive'
}

/** Any camera (`true`), this one, or the screen. */
export type VideoSource = true | { readonly deviceId: string } | 'screen'

/** What an application lets happen with video without being asked. */
export interface VideoPolicy {
  /**
   * When the peer wants video in a call that has none: `accept` answers with ours too, `receive` only looks at theirs,
   * `refuse` says no, `ask` shows `view.video.wish` until `enableVideo`, `refuseVideo` or half a minute has passed.
   */
  readonly onWish: 'accept' | 'receive' | 'refuse' | 'ask'
  /** Where a camera is asked for and there is none: `receive` only, or `fail`. */
  readonly withoutCamera: 'receive' | 'fail'
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
  | { readonly type: 'enableVideo'; readonly video?: VideoSource | 'receive' }
  | { readonly type: 'disableVideo' }
  | { readonly type: 'refuseVideo' }
  | { readonly type: 'muteCamera' }
  | { readonly type: 'unmuteCamera' }
  | { readonly type: 'dtmf'; readonly digits: readonly QueuedDigit[] }
  | RecordingCommand
  | TransferCommand

/** What the engine tells a call about the connection it runs on, and about what that runs on. */
export type SignallingEvent =
  | { readonly type: 'connection.lost' }
  | { readonly type: 'connection.restored' }
  /** The way to the peer may be another one now. */
  | { readonly type: 'network.changed' }
  /** `slept`: milliseconds during which no timer ran. */
  | { readonly type: 'wake'; readonly slept: number }

/** The call is taken from under us: it ends as `end` says, and nothing is waited for. */
export interface AbandonEvent {
  readonly type: 'abandon'
  readonly end: CallEnd
}

/** What the actor of the call's own microphone and camera reports. */
export type MediaEvent =
  /** `video`: what there is of it, `receive` where there is no camera and none is needed. Left out: `off`. */
  | { readonly type: 'media.ready'; readonly attempt: number; readonly video?: Video }
  | { readonly type: 'media.failed'; readonly attempt: number; readonly cause: Failure }
  /** In place of what was sent before; that is closed. */
  | { readonly type: 'media.camera.ready'; readonly attempt: number; readonly video: 'receive' | 'on' }
  | { readonly type: 'media.camera.failed'; readonly attempt: number; readonly cause: Failure }
  /** It was unplugged, or the browser's own button has ended the sharing of the screen. */
  | { readonly type: 'media.camera.ended' }
  | RecorderEvent

/**
 * What the actor of microphone and camera is told. Nothing is sent or played unless it is neither muted nor held.
 * `withoutCamera`: what to do where there is none.
 */
export type MediaCommand =
  | {
      readonly type: 'acquire'
      readonly attempt: number
      readonly request: MediaRequest
      readonly withoutCamera: VideoPolicy['withoutCamera']
    }
  | {
      readonly type: 'open-camera'
      readonly attempt: number
      readonly source: VideoSource
      readonly withoutCamera: VideoPolicy['withoutCamera']
    }
  | { readonly type: 'close-camera' }
  | { readonly type: 'mute-camera'; readonly on: boolean }
  | { readonly type: 'mute'; readonly on: boolean }
  | { readonly type: 'hold'; readonly on: boolean }
  | RecorderCommand

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
  | CaptureEmitted
  | QualityEmitted
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
  /** Video is sent (`on`), or only received. */
  | { readonly type: 'video.enabled'; readonly video: 'receive' | 'on' }
  | { readonly type: 'video.disabled' }
  | { readonly type: 'video.failed'; readonly cause: Failure }
  /** Whether the peer's comes in. */
  | { readonly type: 'video.remote'; readonly on: boolean }
  /** The peer wishes for video: `receive` to show us theirs, `on` to see ours as well. */
  | { readonly type: 'video.wished'; readonly video: Video }
  /** The wish is over: granted, withdrawn, or for lack of an answer. */
  | { readonly type: 'video.wish-over' }
  | { readonly type: 'video.refused' }
  | { readonly type: 'camera.muted' }
  | { readonly type: 'camera.live' }
  | { readonly type: 'path.connected' }
  | { readonly type: 'path.interrupted' }
  | { readonly type: 'signalling.detached' }
  | { readonly type: 'signalling.attached' }
  | { readonly type: 'dtmf.sent'; readonly command: string }
  | { readonly type: 'dtmf.failed'; readonly command: string; readonly cause: Failure }
  | { readonly type: 'dtmf.unsent'; readonly digits: string }
  | { readonly type: 'dtmf.received'; readonly tone: string; readonly duration: number }
  | RecordingEmitted
  | TransferEmitted

export interface CallInput {
  readonly id: string
  readonly direction: 'outgoing' | 'incoming'
  /** Whom we call, or who calls us. */
  readonly remote: Party
  readonly capabilities: Capabilities
  readonly media?: MediaRequest
  /** Default true. */
  readonly mayRecord?: boolean
  readonly dial?: CallContext['dial']
  readonly referredBy?: Party
  /** It takes the place of another call: it is not asked for, but answered, and goes on as that one was. */
  readonly succession?: Succession
  readonly transfer?: TransferPolicy
  /** The most that the caller's offer allows us of video. */
  readonly wish?: Video
  readonly videoPolicy?: VideoPolicy
}

const noTerms: Terms = { hold: false, video: 'off', restarts: 0 }
const defaultVideoPolicy: VideoPolicy = { onWish: 'ask', withoutCamera: 'fail' }

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
    isInDoubt: false,
    retryAfter: 0,
    peerHolds: false,
    peerVideo: false,
    videoPolicy: input.videoPolicy ?? defaultVideoPolicy,
    source: true,
    camera: null,
    asked: 'off',
    wanted: 'off',
    wish: input.wish ?? 'off',
    earlyMedia: false,
    pathIsUp: false,
    digits: noDigits,
    mayRecord: input.mayRecord ?? true,
    recording: noRecording,
    cause: null,
    end: null,
    stale: 0
  }
}

const noAttempts = { media: 0, camera: 0, offer: 0, verify: 0, dtmf: 0, refer: 0, record: 0 }
const noDigits: readonly QueuedDigit[] = []
