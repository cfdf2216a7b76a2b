import type { KindMeasure, MediaMeasure, ReceivedMeasure, SentMeasure } from '../../machines/index.ts'

/** What is read of the reports of https://www.w3.org/TR/webrtc-stats/, whatever a browser leaves out or adds. */
type Report = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string }

type Kind = 'audio' | 'video'

/** What this connection has carried until now; null when there is none, or it tells nothing. Never rejects. */
export async function measureConnection(connection: RTCPeerConnection | null): Promise<MediaMeasure | null> {
  try {
    return connection === null ? null : measureOf(await connection.getStats(), Date.now())
  } catch {
    // closed meanwhile
    return null
  }
}

/** The measure in a report; null when it is about no media. */
export function measureOf(stats: { forEach(read: (report: Report) => void): void }, at: number): MediaMeasure | null {
  const reports: Report[] = []
  stats.forEach((report: Report) => reports.push(report))
  const audio = kindOf(reports, 'audio')
  const video = kindOf(reports, 'video')
  if ([audio, video].every(({ sent, received }) => sent === null && received === null)) return null
  return { at, roundTrip: roundTripOf(reports), audio, video }
}

function kindOf(reports: readonly Report[], kind: Kind): KindMeasure {
  const of = (type: string) => reports.filter((report) => report.type === type && report['kind'] === kind)
  return {
    sent: sentIn(reports, of('outbound-rtp'), of('remote-inbound-rtp'), of('media-source')),
    received: receivedIn(reports, of('inbound-rtp'))
  }
}

/** Several streams of a kind, as simulcast has, count together. */
function sentIn(
  all: readonly Report[],
  streams: readonly Report[],
  told: readonly Report[],
  sources: readonly Report[]
): SentMeasure | null {
  if (streams.length === 0) return null
  return {
    packets: sum(streams, 'packetsSent') ?? 0,
    bytes: sum(streams, 'bytesSent') ?? 0,
    codec: codecOf(all, streams),
    level: largest(sources, 'audioLevel'),
    energy: sum(sources, 'totalAudioEnergy'),
    frames: sum(streams, 'framesSent'),
    lost: sum(told, 'packetsLost'),
    jitter: largest(told, 'jitter')
  }
}

function receivedIn(all: readonly Report[], streams: readonly Report[]): ReceivedMeasure | null {
  if (streams.length === 0) return null
  return {
    packets: sum(streams, 'packetsReceived') ?? 0,
    lost: sum(streams, 'packetsLost') ?? 0,
    discarded: sum(streams, 'packetsDiscarded'),
    bytes: sum(streams, 'bytesReceived') ?? 0,
    jitter: largest(streams, 'jitter'),
    codec: codecOf(all, streams),
    level: largest(streams, 'audioLevel'),
    energy: sum(streams, 'totalAudioEnergy'),
    buffered: sum(streams, 'jitterBufferDelay'),
    played: sum(streams, 'jitterBufferEmittedCount'),
    frames: sum(streams, 'framesDecoded')
  }
}

/** As RTCP measured it, which is the way of the media; otherwise as the checks of ICE did (RFC 7675). */
function roundTripOf(reports: readonly Report[]): number | null {
  const told = reports.filter(({ type }) => type === 'remote-inbound-rtp')
  const transport = reports.find((report) => typeof report['selectedCandidatePairId'] === 'string')
  const isUsed = (pair: Report) =>
    transport === undefined ? pair['nominated'] === true : pair.id === transport['selectedCandidatePairId']
  const pairs = reports.filter((report) => report.type === 'candidate-pair' && isUsed(report))
  return largest(told, 'roundTripTime') ?? largest(pairs, 'currentRoundTripTime')
}

function codecOf(all: readonly Report[], streams: readonly Report[]): string | null {
  const ids = new Set(streams.map((stream) => stream['codecId']))
  const type = all.find((report) => report.type === 'codec' && ids.has(report.id))?.['mimeType']
  return typeof type === 'string' ? type : null
}

function sum(reports: readonly Report[], name: string): number | null {
  const values = numbers(reports, name)
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0)
}

function largest(reports: readonly Report[], name: string): number | null {
  const values = numbers(reports, name)
  return values.length === 0 ? null : Math.max(...values)
}

function numbers(reports: readonly Report[], name: string): number[] {
  return reports
    .map((report) => report[name])
    .filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[]
}
