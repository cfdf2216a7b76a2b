import type { SnapshotFrom } from 'xstate'
import type {
  Attention,
  CallEmitted,
  CallEnd,
  callMachine,
  CapturedDevice,
  Failure,
  Party,
  TransferContext,
  Video
} from '../machines/index.ts'
import { frozen, keep } from './frozen.ts'

export type CallSnapshot = SnapshotFrom<typeof callMachine>

export type CallStatus =
  | 'acquiring'
  | 'connecting'
  | 'ringing'
  | 'answering'
  | 'cancelling'
  | 'rejecting'
  | 'established'
  | 'ending'
  | 'ended'

export interface HoldView {
  readonly local: 'active' | 'holding' | 'held' | 'resuming'
  readonly remote: 'active' | 'held'
}

/** What the recorder has said; by whom is null while nobody records. */
export interface RecordingView {
  readonly state: 'off' | 'starting' | 'on' | 'pausing' | 'paused' | 'resuming' | 'stopping'
  readonly by: 'provider' | 'local' | null
}

export interface VideoView {
  /** `asking`: somebody there is being asked. `switching`: what there was is still sent. */
  readonly local: 'off' | 'enabling' | 'asking' | 'on' | 'switching' | 'receiving' | 'disabling'
  /** Whether the peer's comes in. */
  readonly remote: 'off' | 'on'
  /** What the peer asks for and has no answer to yet: that we look (`receive`), or show ours as well (`on`). */
  readonly wish: 'receive' | 'on' | null
}

export type PathView = 'connecting' | 'connected' | 'interrupted' | 'restarting'
export type SignallingView = 'attached' | 'detached' | 'reattaching'

/** How far it has come that we give the peer to somebody else. */
export interface TransferView {
  /** `consulting`: the peer waits while we talk with somebody else about it. */
  readonly state: 'consulting' | 'holding' | 'referring' | 'trying' | 'restoring' | 'handing-over'
  /** Whom the peer is asked to call, and our call whose place it is to take there. */
  readonly target: string | null
  readonly replaces: string | null
  /** What the peer last said of its call, as a SIP status: 180 when it rings. */
  readonly status: number | null
}

/** The peer wants us to call somebody else: the user is asked, we do, or we have. */
export interface ReferralView {
  readonly state: 'asked' | 'following' | 'leaving'
  readonly target: string
  readonly referredBy: Party | null
}

/** What is captured for a call. */
export interface CaptureView {
  /**
   * `live`: a microphone delivers; `replacing`: it still does, while another one is tried; `interrupted`: none does, and the
   * next best are tried; `lost`: none is to be had.
   */
  readonly status: 'live' | 'replacing' | 'interrupted' | 'lost'
  /** What is captured, or was last. */
  readonly device: CapturedDevice
  /** Why nothing is captured; null while something is. */
  readonly cause: Failure | null
}

/** Milliseconds since the epoch; null for what has not happened. */
export interface CallTimes {
  readonly started: number
  readonly ringing: number | null
  readonly established: number | null
  readonly ended: number | null
}

/** Everything an interface shows of a call: frozen, plain data, and the same object until something changes. */
export interface CallView {
  readonly id: string
  readonly direction: 'outgoing' | 'incoming'
  readonly remote: Party
  /** Who had this call placed, when it is the outcome of a transfer. */
  readonly referredBy: Party | null
  readonly status: CallStatus
  /** The far end already sends sound: announcements, music, ringing. */
  readonly earlyMedia: boolean
  readonly hold: HoldView
  /**
   * How it stands beside the other calls: `front`; `aside`, silent on our side because the user is on another call, held
   * or not; `waiting`, ringing while the user talks to somebody else (a tone rather than a ring).
   */
  readonly attention: Attention
  /** What the user wants of it; hold silences it too and is told in `hold`. Off when the call is over. */
  readonly microphone: 'live' | 'muted' | 'off'
  readonly video: VideoView
  /** What the user wants of it; hold silences it too and is told in `hold`. Off when the call is over. */
  readonly camera: 'live' | 'muted' | 'off'
  /** What is captured; null before there is a microphone, and where the engine was given no `devices`. */
  readonly capture: CaptureView | null
  /** Established means signalling *and* media only while this is `connected`. Null before and after. */
  readonly path: PathView | null
  readonly signalling: SignallingView | null
  readonly negotiation: 'stable' | 'offering' | 'waiting' | 'answering' | null
  readonly recording: RecordingView
  /** Digits that are still to be sent. */
  readonly digits: string
  /** Null while nobody is being transferred. */
  readonly transfer: TransferView | null
  readonly referral: ReferralView | null
  /** How the call ended; null until it has. */
  readonly end: CallEnd | null
  readonly times: CallTimes
}

const notRecorded: RecordingView = frozen({ state: 'off', by: null })
const notHeld: HoldView = frozen({ local: 'active', remote: 'active' })

const noVideo: VideoView = frozen({ local: 'off', remote: 'off', wish: null })

const setupStatus = {
  acquiring: 'acquiring',
  connecting: 'connecting',
  ringing: 'ringing',
  reconnecting: 'connecting',
  cancelling: 'cancelling',
  answering: 'answering',
  declining: 'rejecting',
  refusing: 'rejecting',
  'giving-up': 'rejecting'
} as const satisfies Record<string, CallStatus>

function statusOf({ value: { progress } }: CallSnapshot): CallStatus {
  if (progress === 'ended' || progress === 'ending') return progress
  if ('established' in progress) return 'established'
  const { setup } = progress
  // `routing` is left before anybody can see it
  if (setup === 'routing') return 'acquiring'
  const state = 'callout' in setup ? setup.callout : setup.callin
  if (typeof state === 'string') return setupStatus[state]
  return 'acquiring' in state ? 'acquiring' : 'answering'
}

/**
 * The view of a snapshot: what has not changed is the object of the view before. `broken` is the end of a call whose chart
 * cannot say so any more.
 */
export function callView(
  snapshot: CallSnapshot,
  times: CallTimes,
  broken: CallEnd | null,
  attention: Attention,
  capture: CaptureView | null,
  before: CallView | null
): CallView {
  const { context, value } = snapshot
  const status = broken === null ? statusOf(snapshot) : 'ended'
  const regions =
    status === 'established' && typeof value.progress === 'object' && 'established' in value.progress
      ? value.progress.established
      : null
  const next: CallView = {
    id: context.id,
    direction: context.direction,
    remote: context.remote,
    referredBy: context.referredBy,
    status,
    earlyMedia: context.earlyMedia,
    hold: keep(before?.hold ?? null, regions?.hold ?? notHeld),
    attention,
    microphone: status === 'ended' ? 'off' : value.microphone,
    video: keep(before?.video ?? null, videoView(status, context.wish, regions)),
    camera: status === 'ended' ? 'off' : value.camera,
    capture,
    path: regions === null ? null : pathView(regions.path),
    signalling: regions === null ? null : signallingView(regions.signalling),
    negotiation: regions?.negotiation ?? null,
    recording: keep(
      before?.recording ?? null,
      regions === null ? notRecorded : recordingView(regions.recording, context.recording.by)
    ),
    digits: regions === null ? '' : context.digits.map((digit) => digit.tone).join(''),
    transfer: regions === null ? null : transferView(regions.transfer, context.transfer, before?.transfer ?? null),
    referral: regions === null ? null : referralView(regions.referral, context.transfer, before?.referral ?? null),
    end: status === 'ended' ? (broken ?? context.end) : null,
    times
  }
  return frozen(keep(before, next))
}

type Regions = Extract<CallSnapshot['value']['progress'], { established: unknown }>['established']

function videoView(status: CallStatus, wish: Video, regions: Regions | null): VideoView {
  const wanted = wish === 'receive' || wish === 'on' ? wish : null
  if (regions === null) return status === 'ringing' || status === 'answering' ? { ...noVideo, wish: wanted } : noVideo
  const { local, remote, wish: ofPeer } = regions.video
  return { local: localVideo(local), remote, wish: ofPeer === 'wished' ? wanted : null }
}

function localVideo(local: Regions['video']['local']): VideoView['local'] {
  if (typeof local === 'string') return local === 'unknown' ? 'off' : local
  if ('enabling' in local) return local.enabling === 'asking' ? 'asking' : 'enabling'
  return local.on === 'steady' ? 'on' : 'switching'
}

function pathView(path: Regions['path']): PathView {
  if (path === 'connected') return 'connected'
  if (path === 'doubted') return 'restarting'
  if (typeof path === 'object') return path.interrupted === 'restarting' ? 'restarting' : 'interrupted'
  return path === 'failed' || path === 'stranded' ? 'interrupted' : 'connecting'
}

function signallingView(signalling: Regions['signalling']): SignallingView {
  if (signalling === 'attached') return 'attached'
  return typeof signalling === 'object' && signalling.detached === 'reattaching' ? 'reattaching' : 'detached'
}

function recordingView(state: Regions['recording'], by: RecordingView['by']): RecordingView {
  if (typeof state === 'string') return { state: state === 'withdrawing' ? 'stopping' : state, by }
  if ('starting' in state) return { state: 'starting', by }
  if ('stopping' in state) return { state: 'stopping', by }
  const { running } = state
  return { state: typeof running === 'string' ? running : 'pausing' in running ? 'pausing' : 'resuming', by }
}

function transferView(
  transfer: Regions['transfer'],
  { target, replaces, status }: TransferContext,
  before: TransferView | null
): TransferView | null {
  const state = typeof transfer === 'object' ? ('trying' in transfer ? 'trying' : 'consulting') : transfer
  // these two are left before anybody can see them
  if (state === 'idle' || state === 'arriving' || state === 'failed') return null
  const next: TransferView = { state, target, replaces, status }
  return keep(before, next)
}

function referralView(
  referral: Regions['referral'],
  { received }: TransferContext,
  before: ReferralView | null
): ReferralView | null {
  // what the peer is still to be told concerns nobody here
  if (referral === 'idle' || referral === 'reporting' || received === null) return null
  const state: ReferralView['state'] = typeof referral === 'object' ? 'leaving' : referral
  return keep(before, { state, target: received.target, referredBy: received.referredBy ?? null })
}

/** The times, with that of this fact where it is one that counts. */
export function stamped(times: CallTimes, fact: CallEmitted['type']): CallTimes {
  const now = Date.now()
  if (fact === 'call.ringing') return frozen({ ...times, ringing: times.ringing ?? now })
  if (fact === 'call.established') return frozen({ ...times, established: now })
  return fact === 'call.ended' ? frozen({ ...times, ended: now }) : times
}
