/** How a call sounds, as plain data: what is told of it, whoever measures. */

/** How one way of the sound fared between two measures; null where nobody tells. */
export interface WayQuality {
  /** RTP packets within the sample. */
  readonly packets: number
  /** Of what was sent, the part that did not arrive or came too late to be played: 0 to 1. */
  readonly loss: number | null
  /** Milliseconds. */
  readonly jitter: number | null
  /** Bits per second, without the headers of RTP. */
  readonly bitrate: number
  /** How loud it is, 0 to 1. */
  readonly level: number | null
  /** A media type: `audio/opus`. */
  readonly codec: string | null
}

/** How a call has sounded for the length of one sample. */
export interface QualitySample {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Milliseconds the sample lasted. */
  readonly duration: number
  /** What the peer sends, as it is heard here; null before there is any. */
  readonly received: WayQuality | null
  /** What we send; its loss and jitter as the peer reports them. */
  readonly sent: WayQuality | null
  /** Milliseconds there and back. */
  readonly roundTrip: number | null
  /** What is heard here, by the E-model of ITU-T G.107: 1, bad, to 4.41. Null while nothing is heard. */
  readonly mos: number | null
}

/** What can be wrong with how a call sounds. `no-audio`: no packet comes in, or none goes out, while both should. */
export type QualityReason = 'loss' | 'jitter' | 'rtt' | 'mos' | 'no-audio'

export type QualityEmitted =
  /** Three samples in a row were bad, of which this is the last. */
  | { readonly type: 'quality.degraded'; readonly reason: QualityReason; readonly sample: QualitySample }
  /** Three in a row were good. */
  | { readonly type: 'quality.restored'; readonly reason: QualityReason; readonly sample: QualitySample }
