/**
 * What the media path of a call has carried until now, as a leg measures it: plain numbers, of which two taken one after
 * the other tell what happened between them. Null stands for what nobody measures here.
 */
export interface MediaMeasure {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Seconds there and back, as measured last. */
  readonly roundTrip: number | null
  readonly audio: KindMeasure
  readonly video: KindMeasure
}

/** One kind of media, both ways; null for a way that carries nothing yet. */
export interface KindMeasure {
  readonly sent: SentMeasure | null
  readonly received: ReceivedMeasure | null
}

export interface SentMeasure {
  readonly packets: number
  /** Without the headers of RTP. */
  readonly bytes: number
  /** A media type: `audio/opus`. */
  readonly codec: string | null
  /** How loud the microphone is now, 0 to 1. */
  readonly level: number | null
  /** What the microphone has heard in all: grows with whatever is not silence. */
  readonly energy: number | null
  /** Frames of video. */
  readonly frames: number | null
  /** What the peer says it has missed of ours (RFC 3550 §6.4.1): packets in all, and jitter in seconds. */
  readonly lost: number | null
  readonly jitter: number | null
}

export interface ReceivedMeasure {
  readonly packets: number
  /** Negative where more arrived than was expected: packets that came twice (RFC 3550 §6.4.1). */
  readonly lost: number
  /** Arrived too late to be played. */
  readonly discarded: number | null
  /** Without the headers of RTP. */
  readonly bytes: number
  /** Seconds (RFC 3550 §6.4.1). */
  readonly jitter: number | null
  readonly codec: string | null
  /** How loud the peer is now, 0 to 1. */
  readonly level: number | null
  readonly energy: number | null
  /** Seconds that all samples or frames together have waited to be played, and how many those were. */
  readonly buffered: number | null
  readonly played: number | null
  /** Frames of video that were decoded. */
  readonly frames: number | null
}
