import type { MediaMeasure, QualitySample, WayQuality } from '../machines/index.ts'
import { meanOpinionScore } from './quality-emodel.ts'

/** Milliseconds of speech in a packet, as everybody packs it. */
const packetization = 20

/** What happened between two measures; null when they are not of one path. */
export function sampleBetween(before: MediaMeasure, after: MediaMeasure): QualitySample | null {
  const duration = after.at - before.at
  const [heard, heardNow] = [before.audio.received, after.audio.received]
  const [said, saidNow] = [before.audio.sent, after.audio.sent]
  const isOther = less(heardNow?.packets, heard?.packets) || less(saidNow?.packets, said?.packets)
  if (!(duration > 0) || isOther) return null
  const received =
    heardNow === null
      ? null
      : {
          packets: heardNow.packets - (heard?.packets ?? 0),
          loss: lossOf(
            heardNow.packets - (heard?.packets ?? 0),
            heardNow.lost - (heard?.lost ?? 0),
            difference(heardNow.discarded, heard?.discarded)
          ),
          jitter: milliseconds(heardNow.jitter),
          bitrate: bitrate(heardNow.bytes - (heard?.bytes ?? 0), duration),
          level: heardNow.level,
          codec: heardNow.codec
        }
  const sent =
    saidNow === null
      ? null
      : {
          packets: saidNow.packets - (said?.packets ?? 0),
          loss:
            saidNow.lost === null
              ? null
              : lossOfSent(saidNow.packets - (said?.packets ?? 0), saidNow.lost - (said?.lost ?? 0)),
          jitter: milliseconds(saidNow.jitter),
          bitrate: bitrate(saidNow.bytes - (said?.bytes ?? 0), duration),
          level: saidNow.level,
          codec: saidNow.codec
        }
  const roundTrip = milliseconds(after.roundTrip)
  return { at: after.at, duration, received, sent, roundTrip, mos: opinion(before, after, received, roundTrip) }
}

function opinion(
  before: MediaMeasure,
  after: MediaMeasure,
  received: WayQuality | null,
  roundTrip: number | null
): number | null {
  if (received === null || received.loss === null) return null
  const waited = difference(after.audio.received?.buffered, before.audio.received?.buffered)
  const played = difference(after.audio.received?.played, before.audio.received?.played)
  // without a word about the buffer: as long as it has to be to even out the jitter
  const buffer =
    waited !== null && played !== null && played > 0 ? (1_000 * waited) / played : 2 * (received.jitter ?? 0)
  const delay = (roundTrip ?? 0) / 2 + buffer + packetization
  return meanOpinionScore({ loss: received.loss, delay, codec: received.codec })
}

/** Null when nothing was sent at all: there was nothing to lose. */
function lossOf(packets: number, lost: number, discarded: number | null): number | null {
  const sent = packets + Math.max(0, lost)
  return sent <= 0 ? null : Math.min(1, (Math.max(0, lost) + Math.max(0, discarded ?? 0)) / sent)
}

/** The peer reports every few seconds, so one report may tell of more packets than the sample has. */
function lossOfSent(packets: number, lost: number): number | null {
  return packets <= 0 ? null : Math.min(1, Math.max(0, lost) / packets)
}

function bitrate(bytes: number, duration: number): number {
  return Math.max(0, (8_000 * bytes) / duration)
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : 1_000 * seconds
}

function difference(after: number | null | undefined, before: number | null | undefined): number | null {
  return typeof after === 'number' ? Math.max(0, after - (before ?? 0)) : null
}

function less(after: number | undefined, before: number | undefined): boolean {
  return before !== undefined && (after ?? 0) < before
}
