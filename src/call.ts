import type { Observable } from 'rxjs'
import type {
  Attention,
  CallCommand,
  CallEmitted,
  CallEnd,
  DtmfMethod,
  MediaRequest,
  VideoSource
} from '../machines/index.ts'
import type { Behavior } from './behavior.ts'
import type { DialRequest } from './dial-request.ts'
import type { CallQuality } from './quality.ts'
import type { Recorder } from './recorder.ts'
import type {
  CallStatus,
  CallView,
  CaptureView,
  HoldView,
  PathView,
  RecordingView,
  ReferralView,
  SignallingView,
  TransferView,
  VideoView
} from './view.ts'

export type CallCommandName = CallCommand['type'] | 'useMicrophone'

export interface DtmfOptions {
  /** Milliseconds one tone lasts, 40 to 6000. Default 100. */
  readonly duration?: number
  /** Milliseconds between two tones, at least 30. Default 70. */
  readonly gap?: number
  /** Default: what the provider prefers. */
  readonly method?: DtmfMethod
}

/**
 * One call. Every command returns a promise that settles exactly once, when the call says so: `hold()` resolves when the
 * call *is* held. A command the call is not in the state for rejects with `call.refused`; nothing throws.
 */
export interface Call {
  readonly id: string
  readonly direction: 'outgoing' | 'incoming'
  /** What is true now: `view$.value`. */
  readonly state: CallView
  readonly view$: Behavior<CallView>
  readonly status$: Behavior<CallStatus>
  readonly hold$: Behavior<HoldView>
  readonly microphone$: Behavior<CallView['microphone']>
  /** How it stands beside the other calls; see `CallView.attention`. */
  readonly attention$: Behavior<Attention>
  readonly video$: Behavior<VideoView>
  readonly camera$: Behavior<CallView['camera']>
  readonly path$: Behavior<PathView | null>
  readonly signalling$: Behavior<SignallingView | null>
  readonly recording$: Behavior<RecordingView>
  /** How far it has come that we give the peer to somebody else; null while we do not. */
  readonly transfer$: Behavior<TransferView | null>
  /** That the peer wants us to call somebody else; null while it does not. */
  readonly referral$: Behavior<ReferralView | null>
  readonly end$: Behavior<CallEnd | null>
  /** What is captured; null before there is a microphone, and where the engine was given no `devices`. */
  readonly capture$: Behavior<CaptureView | null>
  /** How it sounds; null before the first sample, and where the engine was given no `quality`. */
  readonly quality$: Behavior<CallQuality | null>
  /** What we capture, for a view of oneself (`<video muted>`): one stream, whose tracks come and go. */
  readonly localStream$: Behavior<MediaStream | null>
  /** What the peer sends, to be played by an `<audio>` element, or a `<video>` while `view.video.remote` is `on`. */
  readonly remoteStream$: Behavior<MediaStream | null>
  readonly events$: Observable<CallEmitted>
  /** Whether the command would be accepted now; a button's `disabled` is its opposite. */
  can(command: CallCommandName): boolean
  can$(command: CallCommandName): Behavior<boolean>

  answer(options?: { readonly media?: MediaRequest }): Promise<void>
  reject(reason?: 'busy' | 'declined'): Promise<void>
  /** Ends the call in whatever state it is; resolves once it is over, at most 5 s later. */
  hangup(): Promise<void>
  hold(): Promise<void>
  resume(): Promise<void>
  /**
   * Puts the user on this call, an established one: the current call is held first, then this one resumes where we hold
   * it. Answering and resuming do so too. Resolves when it is done; rejects with `call.superseded` when yet another call
   * is taken meanwhile.
   */
  makeCurrent(): Promise<void>
  mute(): Promise<void>
  unmute(): Promise<void>
  /**
   * Sends video of any camera, this one or the screen, or only takes the peer's (`receive`); with video on it switches
   * between them. A wish of the peer's is granted by this. Resolves when the peer has agreed, also if only to show us
   * theirs (`view.video.local`); rejects with `media.*` for want of a camera, with `negotiation.*` for want of consent.
   */
  enableVideo(video?: VideoSource | 'receive'): Promise<void>
  /** Back to sound alone: the camera is closed at once; resolves when the peer knows. */
  disableVideo(): Promise<void>
  /** The peer's wish for video (`view.video.wish`) is not granted. */
  refuseVideo(): Promise<void>
  /** What the camera sees is black until `unmuteCamera`, whether it is open yet or not. */
  muteCamera(): Promise<void>
  unmuteCamera(): Promise<void>
  /** Digits 0-9, A-D, * and #; resolves when the last one has been sent. */
  dtmf(digits: string, options?: DtmfOptions): Promise<void>

  /**
   * Has the call recorded: by the provider, or by a recorder of the application's (`localRecorder` of callchart/recording).
   * Resolves when it is. Rejects with `recording.unsupported`, `recording.rejected` (the provider does not),
   * `recording.failed` or `recording.timeout`, and nothing has changed. A recording that cannot go on is told as
   * `recording.lost`; one that still runs when the call ends is brought to its end.
   */
  record(recorder?: Recorder): Promise<void>
  pauseRecording(): Promise<void>
  resumeRecording(): Promise<void>
  stopRecording(): Promise<void>

  /**
   * Gives the peer to somebody else: to an address, or to the peer of another established call of this engine (RFC 5589:
   * blind, attended). Resolves when the peer has said that the two talk, upon which this call, and the other one, end as
   * `transferred`. Rejects with `transfer.rejected` (the peer does not), `transfer.failed` (the target did not answer;
   * its status is in `provider`) or `transfer.timeout`, and the call is as it was.
   */
  transfer(target: string | Call): Promise<void>
  /**
   * Holds this call and calls somebody about it; resolves with that call as soon as there is one. Then `transfer` that
   * call to connect the two, or hang it up to go on with this one, which resumes by itself.
   */
  consult(target: string, request?: DialRequest): Promise<Call>
  /** Does what the peer wants (see `referral$`); resolves when the new call, one more of `engine.calls$`, is placed. */
  acceptTransfer(): Promise<void>
  declineTransfer(): Promise<void>

  /**
   * Sends another microphone: a `deviceId`, or `default` for the browser's choice. Resolves once it is proven to deliver;
   * rejects with why it is not (`media.denied`, `.no-device`, `.busy`, `.silent`, `.lost`), and the one before it goes on.
   */
  useMicrophone(deviceId: string): Promise<void>

  /** Resolves when the call is answered; rejects with why it never will be. */
  established(): Promise<void>
  /** Resolves with the end of the call; never rejects. */
  ended(): Promise<CallEnd>
}
