import type { Call as EngineCall, MediaRequest } from '../../../src/index.ts'
import { Call } from './call.ts'
import type { CallOptions, CallOrigin, User } from './call.ts'
import { errorOf } from './statuses.ts'

/** A call that `InfobipRTC.call` or `callPhoneNumber` places. */
export class OutgoingCall extends Call {
  constructor(
    origin: CallOrigin,
    { video = false, audio = true }: CallOptions,
    dial: (media: MediaRequest) => Promise<EngineCall>
  ) {
    super(origin)
    dial({ audio: true, video }).then(
      (call) => {
        this.adopt(call)
        if (!audio) void call.mute()
      },
      (error: unknown) => this.fail(errorOf(error))
    )
  }
}

/** A call that reaches us. */
export class IncomingCall extends Call {
  /** Who calls. */
  readonly caller: User
  /** This, for handlers that were written for 0.4.1. */
  readonly incomingCall: this
  /** What the caller's application gave along. */
  readonly customData: unknown
  readonly #call: EngineCall
  readonly #offersVideo: boolean

  constructor(origin: CallOrigin, call: EngineCall) {
    super(origin)
    const details = origin.details(call)
    this.caller = origin.source
    this.incomingCall = this
    this.customData = details?.customData ?? {}
    this.#call = call
    this.#offersVideo = details?.offersVideo ?? false
    this.adopt(call)
  }

  /** Answers it. Once is enough: what comes after is passed over. */
  accept({ video = this.#offersVideo, audio = true }: CallOptions = {}) {
    if (!this.#call.can('answer')) return
    if (!audio) void this.#call.mute()
    // without video of ours we still look at theirs
    const theirs = this.#offersVideo ? 'receive' : false
    this.#call.answer({ media: { audio: true, video: video || theirs } }).catch((error: unknown) => {
      if (!this.#call.can('reject')) return
      // the engine's call would ring on; whoever was written for this interface does not expect that
      this.fail(errorOf(error))
      void this.#call.reject()
    })
  }

  answer(options?: CallOptions) {
    this.accept(options)
  }

  decline() {
    if (this.#call.can('reject')) void this.#call.reject()
  }
}
