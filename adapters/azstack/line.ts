import type { CallEnd, LegCommand } from '../../machines/index.ts'
import type { Peer } from '../webrtc/peer.ts'
import type { ClientPacket, ServerPacket } from './packets.ts'
import type { Bodies } from './wire.ts'

/** One kind of calls: whom it can be placed to, what is said about it, and how. */
export interface CallKind {
  /** What a server says of such calls. */
  readonly bodies: Bodies
  /** Whom they can be placed to. */
  readonly target: RegExp
  place(line: Line, callId: number, command: Dial): Dialogue
  /** The call that a packet brings, if it brings one. */
  brought(packet: ServerPacket): Arrival | null
}

export type Dial = Extract<LegCommand, { type: 'dial' }>

/** A call that reaches us. */
export interface Arrival {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly take: (line: Line) => Dialogue
}

/** One call in the provider's words. */
export interface Dialogue {
  /** Whether this packet is about the call. */
  owns(packet: ServerPacket): boolean
  receive(packet: ServerPacket): void
  /** Says the first word: that we call, or that it rings here. */
  begin(): void
  answer?(): void
  /** The last word: that we do not want the call, or no more. Whoever says it hears no answer. */
  farewell(reason: Farewell): ClientPacket
}

export type Farewell = 'hangup' | 'busy' | 'declined' | 'no-answer' | 'unavailable'

/** What a dialogue needs of its leg. */
export interface Line {
  readonly isAnswered: boolean
  readonly isOver: boolean
  say(packet: ClientPacket): void
  /** Opens the peer connection; the leg closes it. */
  open(found?: (candidate: RTCIceCandidateInit) => void): Peer
  /** Our description with the candidates in it, as many as it is worth waiting for. */
  complete(): Promise<string>
  ringing(): void
  answered(): void
  /** Our offer is with the provider. */
  started(): void
  /** The peer has ended our call, which is a refusal until it has answered. */
  cleared(end: CallEnd): void
  over(end: CallEnd): void
  cancelled(answeredElsewhere: boolean): void
  /** The user has done on another device what ends the call on this one. */
  overElsewhere(end: CallEnd): void
  /** Does this after what was to be done before, and ends the call when it cannot be done. */
  enqueue(act: () => Promise<void>): void
  /** A status that changes nothing. */
  remark(remark: Remark): void
  garbage(text: string): void
}

/** `here`: of this call; `elsewhere`: what another device of the user did. */
export interface Remark {
  readonly where: 'here' | 'elsewhere'
  readonly code: number
}

/** What the end of a call says of itself that the user brought about on another device. */
export const anotherDevice = 'another device'
