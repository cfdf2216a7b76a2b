/**
 * Counts what really flows, from outside: every peer connection of the page is noticed when it is made, whoever makes it,
 * and every remote track is played, as Chromium measures only what is played.
 */
export interface Flow {
  /** RTP packets within the window. */
  readonly audioIn: number
  readonly audioOut: number
  readonly audioInBytes: number
  readonly audioOutBytes: number
  /** Energy of what is heard within the window: 0 is silence, the fake microphone of the other side gives 0.1 and more. */
  readonly energy: number
  readonly videoIn: number
  readonly videoOut: number
  readonly framesDecoded: number
  readonly framesEncoded: number
  /** One entry per transceiver: `audio:sendrecv/sendonly` is what is wanted and what is agreed. */
  readonly directions: readonly string[]
  readonly connectionState: RTCPeerConnectionState
  /** The pair of addresses in use: `host udp 127.0.0.1:5000 → prflx 127.0.0.1:5001`. */
  readonly path: string | null
}

export interface FlowOptions {
  /** Milliseconds. The fake microphone beeps about twice a second: use 600 or more to hear it. */
  readonly window?: number
  /** Which peer connection of the page, counted from 0 as they were made; by default the youngest that is open. */
  readonly connection?: number
}

interface Totals extends Record<Counter, number> {}
type Counter = Exclude<keyof Flow, 'directions' | 'connectionState' | 'path'>

/** What the reports carry, of all kinds of reports at once. */
interface Report {
  readonly id: string
  readonly type: string
  readonly kind?: 'audio' | 'video'
  readonly packetsReceived?: number
  readonly packetsSent?: number
  readonly bytesReceived?: number
  readonly bytesSent?: number
  readonly totalAudioEnergy?: number
  readonly framesDecoded?: number
  readonly framesEncoded?: number
  readonly selectedCandidatePairId?: string
  readonly localCandidateId?: string
  readonly remoteCandidateId?: string
  readonly candidateType?: string
  readonly protocol?: string
  readonly address?: string
  readonly port?: number
}

export function createMediaMeter(page: Window & typeof globalThis) {
  const connections: RTCPeerConnection[] = []
  page.RTCPeerConnection = new Proxy(page.RTCPeerConnection, {
    construct(Original, args: ConstructorParameters<typeof RTCPeerConnection>) {
      const connection = new Original(...args)
      connections.push(connection)
      connection.addEventListener('track', ({ track }) => play(page.document, track))
      return connection
    }
  })

  function pick(index: number | undefined): RTCPeerConnection {
    const open = connections.filter(({ connectionState }) => connectionState !== 'closed')
    const chosen = index === undefined ? (open.at(-1) ?? connections.at(-1)) : connections[index]
    if (!chosen) throw new Error('This page has made no such peer connection')
    return chosen
  }

  return {
    connections,
    /** Chromium opens no more than 500 as long as somebody knows the closed ones. */
    forget() {
      connections.length = 0
    },
    get open() {
      return connections.filter(({ connectionState }) => connectionState !== 'closed').length
    },
    async flow({ window = 1_000, connection: index }: FlowOptions = {}): Promise<Flow> {
      const connection = pick(index)
      const before = totals(await reportsOf(connection))
      await new Promise((resolve) => setTimeout(resolve, window))
      const reports = await reportsOf(connection)
      const after = totals(reports)
      const within = Object.fromEntries(counters.map((counter) => [counter, after[counter] - before[counter]]))
      return {
        ...(within as Totals),
        directions: connection
          .getTransceivers()
          .map(
            ({ receiver, direction, currentDirection }) => `${receiver.track.kind}:${direction}/${currentDirection}`
          ),
        connectionState: connection.connectionState,
        path: pathIn(reports)
      }
    }
  }
}

const counters: readonly Counter[] = [
  'audioIn',
  'audioOut',
  'audioInBytes',
  'audioOutBytes',
  'energy',
  'videoIn',
  'videoOut',
  'framesDecoded',
  'framesEncoded'
]

function play(document: Document, track: MediaStreamTrack): void {
  const element = document.createElement(track.kind === 'video' ? 'video' : 'audio')
  element.autoplay = true
  element.srcObject = new MediaStream([track])
  document.body.append(element)
  track.addEventListener('ended', () => element.remove())
}

async function reportsOf(connection: RTCPeerConnection): Promise<ReadonlyMap<string, Report>> {
  const reports = new Map<string, Report>()
  const all = await connection.getStats()
  all.forEach((report: Report) => reports.set(report.id, report))
  return reports
}

function totals(reports: ReadonlyMap<string, Report>): Totals {
  const sum = Object.fromEntries(counters.map((counter) => [counter, 0])) as Totals
  for (const report of reports.values()) {
    if (report.type === 'inbound-rtp') {
      sum[report.kind === 'video' ? 'videoIn' : 'audioIn'] += report.packetsReceived ?? 0
      if (report.kind === 'audio') sum.audioInBytes += report.bytesReceived ?? 0
      sum.energy += report.totalAudioEnergy ?? 0
      sum.framesDecoded += report.framesDecoded ?? 0
    }
    if (report.type === 'outbound-rtp') {
      sum[report.kind === 'video' ? 'videoOut' : 'audioOut'] += report.packetsSent ?? 0
      if (report.kind === 'audio') sum.audioOutBytes += report.bytesSent ?? 0
      sum.framesEncoded += report.framesEncoded ?? 0
    }
  }
  return sum
}

function pathIn(reports: ReadonlyMap<string, Report>): string | null {
  const transport = [...reports.values()].find(({ selectedCandidatePairId }) => selectedCandidatePairId)
  const pair = reports.get(transport?.selectedCandidatePairId ?? '')
  const local = reports.get(pair?.localCandidateId ?? '')
  const remote = reports.get(pair?.remoteCandidateId ?? '')
  if (!local || !remote) return null
  const here = `${local.candidateType} ${local.protocol} ${local.address}:${local.port}`
  return `${here} → ${remote.candidateType} ${remote.address}:${remote.port}`
}
