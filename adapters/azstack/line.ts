import type { CallEnd } from '../../machines/index.ts'
import type { Media } from './media.ts'
import type { ClientPacket, ServerPacket } from './packets.ts'

/** One call in the provider's words: a paid one that we place or that reaches us, or a free one. */
export interface Dialogue {
  /** Whether this packet is about the call. */
  owns(packet: ServerPacket): boolean
  receive(packet: ServerPacket): void
  /** Says the first word: that we call, or that it rings here. */
  begin(): void
  answer(): void
  /** The last word: that we do not want the call, or no more. Whoever says it hears no answer. */
  farewell(reason: Farewell): ClientPacket
}

export type Farewell = 'hangup' | 'busy' | 'declined' | 'no-answer' | 'unavailable'

/** What a dialogue needs of its leg. */
export interface Line {
  readonly stream: MediaStream | null
  readonly isAnswered: boolean
  readonly isOver: boolean
  say(packet: ClientPacket): void
  /** Opens the peer connection; the leg closes it. */
  open(found?: (candidate: RTCIceCandidate) => void): Media
  ringing(): void
  answered(): void
  /** Our offer is with the provider. */
  started(): void
  over(end: CallEnd): void
  cancelled(answeredElsewhere: boolean): void
  /** Does this, and ends the call when it cannot be done. */
  attempt(act: () => Promise<void>): void
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
