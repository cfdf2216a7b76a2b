import { merge } from 'rxjs'
import type { Call as EngineCall, CallEnd } from '../../../src/index.ts'
import type { InfobipCallDetails } from '../gateway.ts'
import { checkFeedback } from './feedback.ts'
import type { Feedback, Report } from './feedback.ts'
import { Handlers } from './handlers.ts'
import { Pictures } from './pictures.ts'
import { errorOf, isFailure, noScreen, statusOf } from './statuses.ts'
import type { HangupStatus } from './statuses.ts'

export const CallStatus = { INITIALIZED: 0, CALLING: 1, ESTABLISHED: 2, FINISHED: 3 } as const
export type CallStatus = (typeof CallStatus)[keyof typeof CallStatus]

export interface CallStreams {
  readonly localStream: MediaStream | null
  readonly remoteStream: MediaStream | null
}

export interface CallEvents {
  readonly ringing: Readonly<Record<string, never>>
  readonly 'early-media': CallStreams
  readonly established: CallStreams
  readonly updated: CallStreams
  readonly hangup: { readonly status: HangupStatus }
  readonly error: { readonly status: HangupStatus }
}

export interface User {
  readonly identity: string
  readonly displayName: string | null
}

export interface CallOptions {
  /** What the callee sees as the caller. */
  readonly from?: string
  /** With the camera. Default: false; of an incoming call: whether the caller offers it. */
  readonly video?: boolean
  /** False: muted from the start. Default: true. */
  readonly audio?: boolean
}

export interface CallOrigin {
  readonly source: User
  readonly destination: User
  readonly details: (call: EngineCall) => InfobipCallDetails | null
  /** Null where nobody collects what users think. */
  readonly report: Report | null
}

/** What Infobip documents of a call, whichever way it goes, told by the engine's. */
export class Call {
  readonly #origin: CallOrigin
  readonly #handlers = new Handlers<CallEvents>(['ringing', 'early-media', 'established', 'updated', 'hangup', 'error'])
  readonly #startTime = new Date()
  #placed: { resolve(call: EngineCall): void; reject(status: HangupStatus): void } | null = null
  /** Rejects when it never is. */
  readonly #whenPlaced: Promise<EngineCall>
  #call: EngineCall | null = null
  #details: InfobipCallDetails | null = null
  readonly #pictures = new Pictures(() => this.#call)
  #establishTime: Date | undefined
  #endTime: Date | undefined
  #isRinging = false
  #isHeardEarly = false
  #isLeaving = false

  constructor(origin: CallOrigin) {
    this.#origin = origin
    this.#whenPlaced = new Promise((resolve, reject) => {
      this.#placed = { resolve, reject }
    })
    // whoever asks something of it hears of it
    this.#whenPlaced.catch(() => {})
  }

  id(): string {
    return this.#details?.callId ?? ''
  }

  correlationId(): string {
    return this.#details?.correlationId ?? ''
  }

  status(): CallStatus {
    if (this.#isLeaving || this.#endTime !== undefined) return CallStatus.FINISHED
    if (this.#establishTime !== undefined) return CallStatus.ESTABLISHED
    const isCalling = this.#call !== null && this.#call.state.status !== 'acquiring'
    return isCalling ? CallStatus.CALLING : CallStatus.INITIALIZED
  }

  /** Whole seconds since it was established. */
  duration(): number {
    if (this.#establishTime === undefined) return 0
    return Math.floor(((this.#endTime ?? new Date()).getTime() - this.#establishTime.getTime()) / 1_000)
  }

  startTime(): Date {
    return this.#startTime
  }

  establishTime(): Date | undefined {
    return this.#establishTime
  }

  endTime(): Date | undefined {
    return this.#endTime
  }

  source(): User {
    return this.#origin.source
  }

  destination(): User {
    return this.#origin.destination
  }

  on<Name extends keyof CallEvents>(name: Name, handler: (event: CallEvents[Name]) => void) {
    this.#handlers.on(name, handler)
  }

  hangup() {
    this.#isLeaving = true
    // one that is not placed yet never will be
    void this.#call?.hangup()
  }

  async mute(shouldMute: boolean): Promise<void> {
    await this.command((call) => (shouldMute ? call.mute() : call.unmute()))
  }

  muted(): boolean {
    return this.#call?.state.microphone === 'muted'
  }

  /** Resolves when the last of them has been sent. */
  async sendDTMF(tones: string): Promise<void> {
    await this.command((call) => call.dtmf(tones, { duration: 500, gap: 50 }))
  }

  /** With the camera, or without. Resolves when the peer knows. */
  async localVideo(isOn: boolean): Promise<void> {
    await this.command(() => this.#pictures.camera(isOn))
  }

  /** Shares what the user picks of the screen, in the place of the camera where that is on; or no longer. */
  async screenShare(isOn: boolean): Promise<void> {
    await this.command(() => this.#pictures.screen(isOn)).catch(() => {
      throw noScreen
    })
  }

  hasLocalVideo(): boolean {
    return this.#pictures.ours !== null
  }

  hasRemoteVideo(): boolean {
    if (this.#establishTime === undefined) return this.#details?.offersVideo ?? false
    return this.#call?.state.video.remote === 'on'
  }

  hasScreenShare(): boolean {
    return this.#pictures.isScreen
  }

  /** Sends another microphone. Resolves once it is heard; until then, and where it is not, the one before is. */
  async setAudioInputDevice(deviceId: string): Promise<void> {
    await this.command((call) => call.useMicrophone(deviceId))
  }

  /** The camera that is shown, now or when one is. */
  async setVideoInputDevice(deviceId: string): Promise<void> {
    await this.command(() => this.#pictures.use(deviceId))
  }

  /** Whether whoever called has it recorded. */
  recording(): boolean {
    const { recording } = this.#details ?? {}
    return recording === true || (recording as { audio?: unknown } | undefined)?.audio === true
  }

  /** Throws an Error for a score that is none. */
  sendFeedback(feedback: Feedback) {
    checkFeedback(feedback)
    this.#origin.report?.(this.id(), feedback)
  }

  /** Takes the engine's call over: from now on this one tells what becomes of it. */
  protected adopt(call: EngineCall) {
    this.#call = call
    this.#placed?.resolve(call)
    this.#details = this.#origin.details(call)
    call.events$.subscribe((event) => {
      if (event.type === 'call.ended') this.#over(event.end)
      // one picture in the place of another shows in no view
      if (event.type === 'video.enabled') this.#look(call)
    })
    merge(call.view$, call.remoteStream$).subscribe(() => this.#look(call))
    if (this.#isLeaving) void call.hangup()
  }

  /** Fails as Infobip's do: with a status that has an id. */
  protected async command(act: (call: EngineCall) => Promise<void>): Promise<void> {
    const call = await this.#whenPlaced
    await act(call).catch((error: unknown) => {
      throw errorOf(error)
    })
  }

  /** It is over, and not because somebody ended it. */
  protected fail(status: HangupStatus) {
    if (this.#endTime !== undefined) return
    this.#endTime = new Date()
    this.#placed?.reject(status)
    this.#handlers.tell('error', { status })
  }

  #over(end: CallEnd) {
    const status = statusOf(end)
    if (isFailure(end)) return this.fail(status)
    if (this.#endTime !== undefined) return
    this.#endTime = new Date()
    this.#handlers.tell('hangup', { status })
  }

  #look({ direction, state, localStream$, remoteStream$ }: EngineCall) {
    const { status, earlyMedia, path } = state
    const streams = { localStream: localStream$.value, remoteStream: remoteStream$.value }
    if (direction === 'outgoing' && status === 'ringing') {
      if (!earlyMedia && !this.#isRinging) {
        this.#isRinging = true
        this.#handlers.tell('ringing', {})
      }
      if (earlyMedia && !this.#isHeardEarly && streams.remoteStream !== null) {
        this.#isHeardEarly = true
        this.#handlers.tell('early-media', streams)
      }
    }
    if (status === 'established' && path === 'connected' && this.#establishTime === undefined) {
      this.#establishTime = new Date()
      this.#pictures.isNews()
      this.#handlers.tell('established', streams)
    } else if (this.#establishTime !== undefined && status === 'established' && this.#pictures.isNews()) {
      this.#handlers.tell('updated', streams)
    }
  }
}
