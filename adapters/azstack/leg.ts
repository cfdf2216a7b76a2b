import { Subject } from 'rxjs'
import type { CallEnd, Failure, Leg, LegCommand, LegEvent } from '../../machines/index.ts'
import type { Dialogue, Farewell, Line, Remark } from './line.ts'
import { Media } from './media.ts'
import type { MediaOptions } from './media.ts'
import type { ClientPacket, ServerPacket } from './packets.ts'

/** What a leg needs of the account it belongs to. */
export interface Account {
  readonly media: Omit<MediaOptions, 'RTCPeerConnection'>
  readonly RTCPeerConnection: MediaOptions['RTCPeerConnection'] | null
  /** Lost when we are not connected. */
  say(packet: ClientPacket): void
  /** Said when we are connected again, if we are not. */
  saySurely(packet: ClientPacket): void
  /** What this command begins: a call to a telephone or to a user. */
  callout(line: Line, command: Extract<LegCommand, { type: 'dial' }>): Dialogue
  started(leg: AzstackLeg): void
  remark(leg: AzstackLeg, remark: Remark): void
  garbage(text: string): void
  forget(leg: AzstackLeg): void
}

/** One call: the dialogue speaks the provider's words, and what it comes to is told in those of the port. */
export class AzstackLeg implements Leg, Line {
  readonly id: string
  readonly #account: Account
  readonly #events = new Subject<LegEvent>()
  #dialogue: Dialogue | null = null
  #media: Media | null = null
  #isIncoming = false
  #isAnswered = false
  #isOver = false
  #remoteStream: MediaStream | null = null
  /** What a rejection is said as, when it is not what it was asked for as. */
  #rejection: Farewell | null = null
  stream: MediaStream | null = null

  constructor(id: string, account: Account) {
    this.id = id
    this.#account = account
  }

  get events() {
    return this.#events.asObservable()
  }

  get remoteStream() {
    return this.#remoteStream
  }

  get isAnswered() {
    return this.#isAnswered
  }

  get isOver() {
    return this.#isOver
  }

  attach(stream: MediaStream) {
    this.stream = stream
  }

  /** Takes over a call that reaches us. */
  take(dialogue: Dialogue) {
    this.#isIncoming = true
    this.#dialogue = dialogue
    dialogue.begin()
  }

  /** The next rejection says that nobody answered. */
  noteNotAnswered() {
    this.#rejection = 'no-answer'
  }

  /** Whether the packet was about this call. */
  hear(packet: ServerPacket): boolean {
    const dialogue = this.#dialogue
    if (dialogue === null || !dialogue.owns(packet)) return false
    if (!this.#isOver) dialogue.receive(packet)
    return true
  }

  /** Nobody who has not answered can be waited for: what they say now may never reach us. */
  connectionLost() {
    if (this.#isAnswered || this.#dialogue === null) return
    const text = 'The connection was lost before the call was answered'
    this.#leave('hangup', !this.#isIncoming, { by: 'system', reason: 'network', text })
  }

  say(packet: ClientPacket) {
    this.#account.say(packet)
  }

  send(command: LegCommand) {
    switch (command.type) {
      case 'dial':
        this.#dialogue = this.#account.callout(this, command)
        return this.#dialogue.begin()
      case 'answer':
        return this.#dialogue?.answer()
      case 'reject':
        return this.#leave(this.#rejection ?? command.reason, true, { by: 'local', reason: 'declined' })
      case 'hangup':
        return this.#hangup()
      case 'verify':
        // nobody can be asked: the service keeps calls through a lost connection, and if not, media stops and tells
        return this.#emit({ type: 'leg.verified', attempt: command.attempt })
      case 'offer':
        return this.#emit({ type: 'leg.offer.refused', attempt: command.attempt, glare: false, cause: noOffers })
      case 'accept':
        return this.#emit({ type: 'leg.offer.failed', cause: noOffers })
      // transfers are no capability: nobody asks for them
      case 'refer':
      case 'report':
      case 'refuse':
        return
      case 'dtmf':
        return this.#emit({ type: 'leg.dtmf.failed', attempt: command.attempt, cause: noDigits })
    }
  }

  dispose() {
    this.#hangup()
    this.#release()
    this.#isOver = true
    this.#events.complete()
    this.#account.forget(this)
  }

  open(found: (candidate: RTCIceCandidate) => void = () => {}): Media {
    const { RTCPeerConnection, media } = this.#account
    if (RTCPeerConnection === null) throw new TypeError('There is no RTCPeerConnection here: give one in the options')
    const opened = new Media(
      { ...media, RTCPeerConnection },
      {
        emit: (event) => this.#emit(event),
        play: (stream) => {
          if (stream === this.#remoteStream) return
          this.#remoteStream = stream
          this.#emit({ type: 'leg.media' })
        },
        found: (candidate) => {
          if (!this.#isOver) found(candidate)
        }
      }
    )
    this.#media = opened
    return opened
  }

  ringing() {
    if (!this.#isAnswered) this.#emit({ type: 'leg.ringing', earlyMedia: false })
  }

  answered() {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.#emit({ type: 'leg.answered' })
  }

  started() {
    if (!this.#isOver) this.#account.started(this)
  }

  over(end: CallEnd) {
    const isRefusal = !this.#isIncoming && !this.#isAnswered
    this.#end({ type: isRefusal ? 'leg.rejected' : 'leg.ended', end })
  }

  cancelled(answeredElsewhere: boolean) {
    this.#end({ type: 'leg.cancelled', answeredElsewhere })
  }

  attempt(act: () => Promise<void>) {
    // an act that throws before its first promise does has failed as well
    Promise.resolve()
      .then(act)
      .catch((error: unknown) => this.#failed(error))
  }

  remark(remark: Remark) {
    this.#account.remark(this, remark)
  }

  garbage(text: string) {
    this.#account.garbage(text)
  }

  #hangup() {
    const wasAnswered = this.#isAnswered
    this.#leave('hangup', true, { by: 'local', reason: wasAnswered ? 'hangup' : 'cancelled' })
  }

  /** Says the last word, where somebody is to hear it, and is over without waiting for an answer: there is none. */
  #leave(reason: Farewell, isTold: boolean, end: CallEnd) {
    if (this.#isOver) return
    if (this.#dialogue !== null && isTold) this.#account.saySurely(this.#dialogue.farewell(reason))
    this.#end({ type: 'leg.ended', end })
  }

  /** Whoever waits for the call is not left waiting. */
  #failed(error: unknown) {
    if (this.#isOver) return
    const text = error instanceof Error ? error.message : String(error)
    if (this.#dialogue !== null)
      this.#account.saySurely(this.#dialogue.farewell(this.#isIncoming ? 'declined' : 'hangup'))
    this.#end({ type: 'leg.failed', cause: { code: 'negotiation.failed', text: `Media could not be set up: ${text}` } })
  }

  #end(event: LegEvent) {
    if (this.#isOver) return
    this.#release()
    // first: whoever hears it may dispose of the leg at once, and nobody is told twice
    this.#isOver = true
    this.#events.next(event)
  }

  #release() {
    this.#media?.close()
    this.#media = null
    this.#remoteStream = null
  }

  #emit(event: LegEvent) {
    if (!this.#isOver) this.#events.next(event)
  }
}

const noOffers: Failure = {
  code: 'negotiation.rejected',
  text: 'AZStack has no way to agree on media again in a call'
}
const noDigits: Failure = { code: 'dtmf.unsupported', text: 'AZStack has no way to send digits' }
