import { Subject } from 'rxjs'
import type { CallEnd, Failure, Leg, LegCommand, LegEvent, MediaMeasure } from '../../machines/index.ts'
import { gathered } from '../webrtc/gathering.ts'
import type { GatheringPolicy } from '../webrtc/gathering.ts'
import { Peer } from '../webrtc/peer.ts'
import { anotherDevice } from './line.ts'
import type { Dial, Dialogue, Farewell, Line, Remark } from './line.ts'
import type { ClientPacket, ServerPacket } from './packets.ts'

/** What a leg needs of the account it belongs to. */
export interface Account {
  readonly gathering: GatheringPolicy
  connection(): RTCPeerConnection
  /** Lost when we are not connected. */
  say(packet: ClientPacket): void
  /** Said when we are connected again, if we are not. */
  saySurely(packet: ClientPacket): void
  /** What this command begins. */
  place(line: Line, command: Dial): Dialogue
  started(leg: string): void
  remark(leg: string, remark: Remark): void
  garbage(text: string): void
  /** `mayReturn`: it may still ring there, and reach us again. */
  forget(leg: string, mayReturn: boolean): void
}

/** One call: the dialogue speaks the provider's words, and what it comes to is told in those of the port. */
export class AzstackLeg implements Leg, Line {
  readonly id: string
  isAnswered = false
  isOver = false
  remoteStream: MediaStream | null = null
  /** What a rejection is said as, when it is not what it was asked for as. */
  rejection: Farewell | null = null
  readonly #account: Account
  readonly #events = new Subject<LegEvent>()
  readonly events = this.#events.asObservable()
  #dialogue: Dialogue | null = null
  #connection: RTCPeerConnection | null = null
  #peer: Peer | null = null
  #isIncoming = false
  #mayReturn = false
  #stream: MediaStream | null = null

  constructor(id: string, account: Account) {
    this.id = id
    this.#account = account
  }

  attach(stream: MediaStream) {
    this.#stream = stream
    this.#peer?.replace(stream.getAudioTracks())
  }

  measure(): Promise<MediaMeasure | null> {
    return this.#peer?.measure() ?? Promise.resolve(null)
  }

  /** Takes over a call that reaches us. */
  take(dialogue: Dialogue) {
    this.#isIncoming = true
    this.#dialogue = dialogue
    dialogue.begin()
  }

  /** Whether the packet was about this call. */
  hear(packet: ServerPacket): boolean {
    const isOurs = this.#dialogue?.owns(packet) === true
    if (isOurs && !this.isOver) this.#dialogue?.receive(packet)
    return isOurs
  }

  /** Nobody who has not answered can be waited for: what they say now may never reach us. */
  connectionLost() {
    if (this.isAnswered || this.#dialogue === null) return
    this.#mayReturn = this.#isIncoming
    const text = 'The connection was lost before the call was answered'
    this.#leave(this.#isIncoming ? null : 'hangup', { by: 'system', reason: 'network', text })
  }

  say(packet: ClientPacket) {
    this.#account.say(packet)
  }

  send(command: LegCommand) {
    switch (command.type) {
      case 'dial':
        this.#dialogue = this.#account.place(this, command)
        return this.#dialogue.begin()
      case 'answer':
        return this.#dialogue?.answer?.()
      case 'reject':
        return this.#leave(this.rejection ?? command.reason, { by: 'local', reason: 'declined' })
      case 'hangup':
        return this.#hangup()
      case 'verify':
        // nobody can be asked: the service keeps calls through a lost connection, and if not, media stops and tells
        return this.#emit({ type: 'leg.verified', attempt: command.attempt })
      case 'offer':
        return this.#emit({ type: 'leg.offer.refused', attempt: command.attempt, glare: false, cause: noOffers })
      case 'accept':
        return this.#emit({ type: 'leg.offer.failed', cause: noOffers })
      case 'abandon':
      // neither transfers nor recording are capabilities: nobody asks for them
      case 'refer':
      case 'report':
      case 'record':
      case 'refuse':
      case 'microphone':
        return
      case 'dtmf':
        return this.#emit({ type: 'leg.dtmf.failed', attempt: command.attempt, cause: noDigits })
    }
  }

  dispose() {
    this.#hangup()
    this.#release()
    this.isOver = true
    this.#events.complete()
    this.#account.forget(this.id, this.#mayReturn)
  }

  open(found: (candidate: RTCIceCandidateInit) => void = () => {}): Peer {
    const connection = this.#account.connection()
    this.#connection = connection
    this.#peer = new Peer(connection, this.#stream, this.#stream?.getAudioTracks() ?? [], {
      emit: (event) => this.#emit(event),
      play: (stream) => {
        this.remoteStream = stream
        this.#emit({ type: 'leg.media' })
      },
      // the service has no word for the last one
      found: (candidate) => candidate && found(candidate)
    })
    return this.#peer
  }

  async complete(): Promise<string> {
    const connection = this.#connection
    if (connection === null) return ''
    await gathered(connection, this.#account.gathering)
    return connection.localDescription?.sdp ?? ''
  }

  ringing() {
    if (!this.isAnswered) this.#emit({ type: 'leg.ringing', earlyMedia: false })
  }

  answered() {
    if (this.isAnswered || this.isOver) return
    this.isAnswered = true
    this.#emit({ type: 'leg.answered' })
  }

  started() {
    this.#account.started(this.id)
  }

  over(end: CallEnd) {
    this.#end({ type: this.#isIncoming || this.isAnswered ? 'leg.ended' : 'leg.rejected', end })
  }

  cancelled(answeredElsewhere: boolean) {
    this.#end({ type: 'leg.cancelled', answeredElsewhere })
  }

  overElsewhere(end: CallEnd) {
    if (end.reason === 'answered-elsewhere' && !this.isAnswered) return this.cancelled(true)
    this.over({ ...end, provider: { text: anotherDevice } })
  }

  attempt(act: () => Promise<void>) {
    // in a moment, so that an act that throws before its first promise does has failed as well
    Promise.resolve()
      .then(() => (this.isOver ? undefined : act()))
      .catch((error: unknown) => this.#failed(error))
  }

  remark(remark: Remark) {
    this.#account.remark(this.id, remark)
  }

  garbage(text: string) {
    this.#account.garbage(text)
  }

  #hangup() {
    this.#leave('hangup', { by: 'local', reason: this.isAnswered ? 'hangup' : 'cancelled' })
  }

  /** Says the last word, where somebody is to hear it, and is over without waiting for an answer: there is none. */
  #leave(reason: Farewell | null, end: CallEnd) {
    this.#farewell(reason)
    this.#end({ type: 'leg.ended', end })
  }

  #farewell(reason: Farewell | null) {
    if (this.isOver || this.#dialogue === null || reason === null) return
    this.#account.saySurely(this.#dialogue.farewell(reason))
  }

  /** Whoever waits for the call is not left waiting. */
  #failed(error: unknown) {
    const text = `Media could not be set up: ${error instanceof Error ? error.message : String(error)}`
    this.#farewell(this.#isIncoming ? 'declined' : 'hangup')
    this.#end({ type: 'leg.failed', cause: { code: 'negotiation.failed', text } })
  }

  #end(event: LegEvent) {
    if (this.isOver) return
    this.#release()
    // first: whoever hears it may dispose of the leg at once, and nobody is told twice
    this.isOver = true
    this.#events.next(event)
  }

  #release() {
    this.#peer?.close()
    this.#peer = this.#connection = this.remoteStream = null
  }

  #emit(event: LegEvent) {
    if (!this.isOver) this.#events.next(event)
  }
}

const noOffers: Failure = { code: 'negotiation.rejected', text: 'AZStack has no offers in a call' }
const noDigits: Failure = { code: 'dtmf.unsupported', text: 'AZStack has no digits' }
