import type { CallEnd, RejectReason } from '../../machines/index.ts'
import { mediaFailure, ProviderLeg } from '../kit/index.ts'
import type { LegAccount } from '../kit/index.ts'
import { gathered } from '../webrtc/gathering.ts'
import type { GatheringPolicy } from '../webrtc/gathering.ts'
import type { Peer } from '../webrtc/peer.ts'
import { anotherDevice } from './line.ts'
import type { Dial, Dialogue, Farewell, Line, Remark } from './line.ts'
import type { ClientPacket, ServerPacket } from './packets.ts'

/** What a leg needs of the account it belongs to. */
export interface Account extends LegAccount {
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
}

/** One call: the dialogue speaks the provider's words, and what it comes to is told in those of the port. */
export class AzstackLeg extends ProviderLeg implements Line {
  /** What a rejection is said as, when it is not what it was asked for as. */
  rejection: Farewell | null = null
  readonly #account: Account
  #dialogue: Dialogue | null = null
  #mayReturn = false

  constructor(id: string, account: Account) {
    super(id, account)
    this.#account = account
  }

  get callId(): string | null {
    return this.#mayReturn ? null : this.id
  }

  /** Takes over a call that reaches us. */
  take(dialogue: Dialogue) {
    this.isIncoming = true
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
    this.#mayReturn = this.isIncoming
    const text = 'The connection was lost before the call was answered'
    this.#leave(this.isIncoming ? null : 'hangup', { by: 'system', reason: 'network', text })
  }

  say(packet: ClientPacket) {
    this.#account.say(packet)
  }

  open(found: (candidate: RTCIceCandidateInit) => void = () => {}): Peer {
    // the service has no word for the last one
    return this.media.open(this.#account.connection(), (candidate) => candidate && found(candidate))
  }

  async complete(): Promise<string> {
    const { connection } = this.media
    if (connection === null) return ''
    await gathered(connection, this.#account.gathering)
    return connection.localDescription?.sdp ?? ''
  }

  started() {
    this.#account.started(this.id)
  }

  cancelled(answeredElsewhere: boolean) {
    this.end({ type: 'leg.cancelled', answeredElsewhere })
  }

  overElsewhere(end: CallEnd) {
    if (end.reason === 'answered-elsewhere' && !this.isAnswered) return this.cancelled(true)
    this.over({ ...end, provider: { text: anotherDevice } })
  }

  remark(remark: Remark) {
    this.#account.remark(this.id, remark)
  }

  garbage(text: string) {
    this.#account.garbage(text)
  }

  protected dial(command: Dial) {
    this.#dialogue = this.#account.place(this, command)
    this.#dialogue.begin()
  }

  protected answer() {
    this.#dialogue?.answer?.()
  }

  protected reject(reason: RejectReason) {
    this.#leave(this.rejection ?? reason, { by: 'local', reason: 'declined' })
  }

  protected hangup() {
    this.#farewell('hangup')
    this.hungUp()
  }

  /** Nobody can be asked: the service keeps calls through a lost connection, and if not, media stops and tells. */
  protected verify(attempt: number) {
    this.emit({ type: 'leg.verified', attempt })
  }

  protected leave() {
    this.hangup()
  }

  /** Whoever waits for the call is not left waiting. */
  protected failed(error: unknown) {
    this.#farewell(this.isIncoming ? 'declined' : 'hangup')
    this.end({ type: 'leg.failed', cause: mediaFailure(error) })
  }

  /** Says the last word, where somebody is to hear it, and is over without waiting for an answer: there is none. */
  #leave(reason: Farewell | null, end: CallEnd) {
    this.#farewell(reason)
    this.over(end)
  }

  #farewell(reason: Farewell | null) {
    if (this.isOver || this.#dialogue === null || reason === null) return
    this.#account.saySurely(this.#dialogue.farewell(reason))
  }
}
