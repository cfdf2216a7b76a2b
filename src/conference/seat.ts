import type { CallEmitted } from '../../machines/index.ts'
import type { Attendant, AttendedCall } from '../attendant.ts'
import type { Call } from '../call.ts'
import { attempt } from '../registry.ts'
import type { Patch } from './mixer.ts'

/** What a seat tells of its call. */
export interface SeatListener {
  /** What is heard of it, or how it stands, may be something else now. */
  changed(): void
  /** The call has been answered. */
  established(): void
  /** It is over, and about to be by itself. */
  leaving(): void
  over(): void
}

/** One call of an engine, as the conference sees it, from its beginning to its end. */
export class Seat implements Attendant {
  readonly id: string
  readonly call: Call
  readonly attended: AttendedCall
  readonly #listener: (seat: Seat) => SeatListener
  #isJoined = false
  #isOver = false

  constructor(id: string, call: Call, attended: AttendedCall, listener: (seat: Seat) => SeatListener) {
    this.id = id
    this.call = call
    this.attended = attended
    this.#listener = listener
    attended.media.watchedBy(() => this.#listener(this).changed())
  }

  get isEstablished(): boolean {
    return !this.#isOver && this.attended.shows().status === 'established'
  }

  /** What there is of it to mix. A peer that holds us plays music, which is for nobody else. */
  get patch(): Patch {
    const { media } = this.attended
    const isLive = ({ readyState }: MediaStreamTrack) => readyState === 'live'
    return {
      id: this.id,
      microphone: media.microphone,
      remote: media.remoteStream?.getAudioTracks().find(isLive) ?? null,
      isHeard: this.attended.shows().hold.remote !== 'held'
    }
  }

  /** The user is on it, and not together with others. */
  get isFront(): boolean {
    return this.isEstablished && !this.#isJoined && this.attended.shows().attention === 'front'
  }

  /** The user was on it, and is not any more. */
  get isLeft(): boolean {
    return this.isEstablished && this.attended.shows().attention === 'aside'
  }

  /** Takes the place of this other call. */
  follows(other: Seat): boolean {
    return !this.#isOver && this.attended.insteadOf === other.attended.id
  }

  get isReplaced(): boolean {
    return this.attended.shows().end?.reason === 'replaced'
  }

  /** The user was on another call, and has been on it together with others before. */
  get isAside(): boolean {
    return this.#isJoined && this.attended.shows().attention === 'aside'
  }

  resume() {
    const { call } = this
    if (call.can('resume')) void call.resume()
  }

  /** Heard together with the others that are joined, or by itself again. */
  join(on: boolean) {
    if (this.#isOver || this.#isJoined === on) return
    this.#isJoined = on
    this.attended.join(on)
  }

  /** Sends this, or (null) its own microphone again. */
  send(mix: MediaStream | null) {
    if (this.#isOver) return
    const { media, leg } = this.attended
    media.sendThrough(mix)
    const { outgoing } = media
    if (outgoing !== null) attempt(() => leg.attach(outgoing))
  }

  told(fact: CallEmitted) {
    if (fact.type === 'call.ended') return this.release()
    if (fact.type === 'call.established') this.#listener(this).established()
    this.#listener(this).changed()
  }

  release() {
    if (this.#isOver) return
    this.#listener(this).leaving()
    // first: the user is on the others from now on
    this.join(false)
    this.#isOver = true
    this.#listener(this).over()
  }
}
