import type { Gateway } from './gateway.ts'

/** What the peer knows of our microphone, in the words of 1.x; clients of 0.4.1 pass over them. */
export class Muting {
  readonly #callId: string
  readonly #gateway: Gateway
  #isMuted = false
  #isTold = false

  constructor(callId: string, gateway: Gateway) {
    this.#callId = callId
    this.#gateway = gateway
  }

  /** `isTold`: the peer hears of it now. */
  set(isMuted: boolean, isTold: boolean) {
    this.#isMuted = isMuted
    if (isTold) this.tell()
  }

  /** Says what is new; where there is no connection, the next time. */
  tell() {
    if (this.#isMuted === this.#isTold) return
    const type = this.#isMuted ? 'USER_MUTED' : 'USER_UNMUTED'
    if (this.#gateway.say({ action: 'info', callId: this.#callId, type, content: {} })) this.#isTold = this.#isMuted
  }
}
