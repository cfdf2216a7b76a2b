import { lostRefreshEndsTheCall, requestThatMayFail } from './jssip-session-defects.ts'
import type { EndEvent, Message, Response, Session } from './jssip.ts'

export interface SessionTimerListener {
  /** Refreshes by a re-INVITE that changes nothing, where the peer takes no UPDATE; says whether it was answered. */
  reinvite(): Promise<boolean>
  /** Whether anything can be sent now. */
  isOpen(): boolean
  /** The far end says that there is no such call. */
  gone(): void
  /** Nobody has refreshed the call, and the peer does not answer. */
  expired(): void
}

/** Seconds; RFC 4028 §5 allows no less in a request. What a peer answers is taken as it is. */
export const shortestSession = 90
/** Seconds by which the refresh of a peer may be late before it is asked (RFC 4028 §10). */
const lateness = 32
/** Seconds until a refresh that went wrong is tried again, and until we look again while nothing can be sent. */
const pause = 5
/** Statuses of a peer that knows no UPDATE. */
const noUpdate = new Set([405, 420, 501])

/** The timer of this session, which hears of whatever refreshes it; `wanted` in seconds, null: no timer of ours. */
export function keepSession(session: Session, wanted: number | null, listener: SessionTimerListener) {
  if (wanted === null) return null
  const timer = new SessionTimer(session, listener)
  lostRefreshEndsTheCall(session, {
    get headers() {
      return timer.headers
    },
    asked: (request) => timer.asked(request, wanted),
    answered: (response) => timer.answered(response)
  })
  return timer
}

/**
 * Session timers (RFC 4028): whoever was made the refresher says now and then that the call still stands. A peer that
 * should and does not is asked before the call is given up; a lost connection is no reason to, it has a grace of its own.
 */
export class SessionTimer {
  readonly #session: Session
  readonly #listener: SessionTimerListener
  /** Seconds the two agreed on; null as long as they have not. */
  #interval: number | null = null
  #isRefresher = false
  #knowsUpdate = true
  /** Milliseconds since the epoch at which the call is over if nobody refreshes it. */
  #end = Infinity
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(session: Session, listener: SessionTimerListener) {
    this.#session = session
    this.#listener = listener
  }

  /** What a request of ours in the call says about it. */
  get headers(): readonly string[] {
    if (this.#interval === null) return []
    return [`Session-Expires: ${this.#interval};refresher=${this.#isRefresher ? 'uac' : 'uas'}`, 'Supported: timer']
  }

  /** The peer's INVITE or UPDATE refreshes the call; gives what our answer says. `wanted` in seconds. */
  asked(request: Message, wanted: number): readonly string[] {
    const knowsTimers = lists(request, 'supported', 'timer')
    const { session_expires: interval = wanted, session_expires_refresher: refresher } = request
    this.#isRefresher = !(knowsTimers && refresher === 'uac')
    this.#agree(interval)
    return this.#isRefresher
      ? [`Session-Expires: ${interval};refresher=uas`]
      : [`Session-Expires: ${interval};refresher=uac`, 'Require: timer']
  }

  /** The peer's answer to our INVITE or UPDATE; without an interval the peer wants no timer. */
  answered(response: Response) {
    const { session_expires: interval, session_expires_refresher: refresher = 'uac' } = response
    this.#isRefresher = refresher === 'uac'
    if (interval === undefined) this.stop()
    else this.#agree(interval)
  }

  stop() {
    clearTimeout(this.#timer)
    this.#interval = null
  }

  #agree(interval: number) {
    this.#interval = interval
    this.#end = Date.now() + interval * 1_000
    this.#wait(this.#isRefresher ? interval / 2 : interval - Math.min(lateness, interval / 3))
  }

  #wait(seconds: number) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#refresh(), Math.min(Math.max(seconds, 1) * 1_000, 2 ** 31 - 1))
  }

  #refresh() {
    if (!this.#listener.isOpen()) return this.#wait(pause)
    if (!this.#knowsUpdate) return void this.#reinvite()
    requestThatMayFail(this.#session, 'UPDATE', {
      extraHeaders: [`Contact: ${this.#session.contact}`],
      eventHandlers: {
        onErrorResponse: (response) => this.#refused(response),
        onRequestTimeout: () => this.#notAnswered(),
        onTransportError: () => this.#wait(pause),
        onDialogError: (response) => (response?.status_code === 481 ? this.#listener.gone() : this.#notAnswered())
      }
    })
  }

  async #reinvite() {
    const before = this.#end
    const isAnswered = await this.#listener.reinvite()
    // an accepted one has told us the new end
    if (this.#end !== before || this.#interval === null) return
    if (isAnswered) this.#wait(pause)
    else this.#notAnswered()
  }

  /** It refuses the refresh but knows the call. */
  #refused(response: Response) {
    if (this.#interval === null) return
    const least = Number(response.getHeader('min-se'))
    if (response.status_code === 422 && least > this.#interval) {
      this.#interval = least
      return this.#refresh()
    }
    if (!noUpdate.has(response.status_code)) return this.#wait(pause)
    this.#knowsUpdate = false
    void this.#reinvite()
  }

  #notAnswered() {
    if (this.#interval === null) return
    // with the connection gone meanwhile, silence says nothing about the peer
    if (Date.now() < this.#end || !this.#listener.isOpen()) return this.#wait(pause)
    this.stop()
    this.#listener.expired()
  }
}

/** The seconds a call must last for the one that refused it because it was to be refreshed too often (422), else null. */
export function leastSession({ originator, message }: EndEvent): number | null {
  if (originator !== 'remote' || message === null || typeof message === 'string') return null
  if (!('status_code' in message) || message.status_code !== 422) return null
  const least = Number(message.getHeader('min-se'))
  return least > 0 ? least : null
}

function lists(message: Message, header: string, token: string): boolean {
  return message.getHeaders(header).some((value) => value.split(',').some((entry) => entry.trim() === token))
}
