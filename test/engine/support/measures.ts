import type { MediaMeasure, ReceivedMeasure, SentMeasure } from '../../../machines/index.ts'

export interface Measured {
  readonly at?: number
  readonly roundTrip?: number | null
  readonly sent?: Partial<SentMeasure> | null
  readonly received?: Partial<ReceivedMeasure> | null
}

/** A measure of a call in which nothing is wrong, but for what the test says. */
export function measureOf({ at = 0, roundTrip = 0.02, sent = {}, received = {} }: Measured = {}): MediaMeasure {
  return {
    at,
    roundTrip,
    audio: {
      sent: sent === null ? null : { ...saying, ...sent },
      received: received === null ? null : { ...hearing, ...received }
    },
    video: { sent: null, received: null }
  }
}

const saying: SentMeasure = {
  packets: 0,
  bytes: 0,
  codec: 'audio/opus',
  level: 0.1,
  energy: 0,
  frames: null,
  lost: 0,
  jitter: 0.002
}

const hearing: ReceivedMeasure = {
  packets: 0,
  lost: 0,
  discarded: 0,
  bytes: 0,
  jitter: 0.002,
  codec: 'audio/opus',
  level: 0.1,
  energy: 0,
  buffered: 0,
  played: 0,
  frames: null
}
