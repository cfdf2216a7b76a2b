import type { Video } from '../../machines/index.ts'
import type { PeerListener } from '../webrtc/peer.ts'
import type { LegMedia } from './media.ts'

/** The video of one call: what is asked for, and what has come of it. */
export interface CallVideo {
  /** What is sent from now on, as far as any is. */
  use(stream: MediaStream): void
  /** Before an offer is made that asks for this much. */
  prepareOffer(video: Video): void
  /** The offer or answer as the peer is to read it. */
  written(description: string): string
  /** What the peer's answer has left of it. */
  granted(answer: string): VideoSeen
  /** The offer came to nothing. */
  refused(): void
  /** The most that the peer's offer allows. */
  allowedBy(offer: string): Video
  /** Before an answer to this offer is made that takes this much. */
  prepareAnswer(offer: string, video: Video): void
  /** What our answer has come to. */
  taken(offer: string): VideoSeen
}

/** What there is now: ours and theirs as far as both agree, and whether theirs comes in. */
export interface VideoSeen {
  readonly video: Video
  readonly peerVideo: boolean
}

const nothingSeen: VideoSeen = { video: 'off', peerVideo: false }

/** Of calls that have none. */
const noVideo: CallVideo = {
  use() {},
  prepareOffer() {},
  written: (description) => description,
  granted: () => nothingSeen,
  refused() {},
  allowedBy: () => 'off',
  prepareAnswer() {},
  taken: () => nothingSeen
}

/** Offers and answers of a call that may have video. */
export class Negotiation {
  readonly #media: LegMedia
  #video = noVideo

  constructor(media: LegMedia) {
    this.#media = media
  }

  get hasVideo(): boolean {
    return this.#video !== noVideo
  }

  open(connection: RTCPeerConnection, found: PeerListener['found'], video: CallVideo | null = null) {
    this.#media.open(connection, found, video)
    this.#video = video ?? noVideo
  }

  /** An offer that asks for this much video. What it finds of candidates waits until `told`, as after an answer. */
  async offer(video: Video, restart = false): Promise<string> {
    const sdp = await this.#peer.offer({ restart, prepare: () => this.#video.prepareOffer(video) })
    return this.#video.written(sdp)
  }

  /** Our answer to this offer, that takes as much video. */
  async answer(offer: string, video: Video): Promise<string> {
    const sdp = await this.#peer.answer(offer, () => this.#video.prepareAnswer(offer, video))
    return this.#video.written(sdp)
  }

  /** Our offer or our answer has left. */
  told() {
    this.#media.peer?.told()
  }

  /** The peer's answer to our offer; what it has left of video. */
  async accept(answer: string): Promise<VideoSeen> {
    await this.#peer.accept(answer)
    return this.#video.granted(answer)
  }

  /** What our answer to this offer has come to. */
  taken(offer: string): VideoSeen {
    return this.#video.taken(offer)
  }

  /** Our offer came to nothing. */
  refused() {
    this.#video.refused()
  }

  /** The most video that the peer's offer allows. */
  allowedBy(offer: string): Video {
    return this.#video.allowedBy(offer)
  }

  get #peer() {
    if (this.#media.peer === null) throw new Error('The media of this call are closed')
    return this.#media.peer
  }
}
