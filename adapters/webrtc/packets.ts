/** What the packets of a call say about its path, beside what ICE says. */
export interface PacketListener {
  /** Nothing has come in for a while that should have, as far as we know. */
  silent(): void
  /** Packets come in on a path that was renewed. */
  proved(): void
}

/** Milliseconds between two looks. */
const interval = 1_000
/** Looks in a row at which nothing new has come in. */
const patience = 5
/** A peer that says nothing while it has nothing to say is asked less and less whether it is still there. */
const indulgence = 4

/**
 * Looks every second whether packets come in on a connection that stands and is agreed to receive. A page that is not run
 * for a while looks less often, which is no silence. Returns what ends the watch.
 */
export function watchPackets(connection: RTCPeerConnection, listener: PacketListener): () => void {
  if (typeof connection.getStats !== 'function') return () => {}
  let timer: ReturnType<typeof setTimeout> | undefined
  let received = 0
  let quiet = 0
  let bearable = patience
  let generation = generationOf(connection)
  let isTold = false
  let isStopped = false

  const look = async () => {
    const before = received
    // statistics that cannot be had say nothing about the path
    received = await packetsIn(connection).catch(() => received)
    if (isStopped || connection.connectionState !== 'connected') return
    next()
    const isHeard = received !== before
    if (isHeard || !isReceiving(connection)) quiet = 0
    else quiet += 1
    if (isHeard) isTold = false
    if (quiet >= bearable && !isTold) {
      isTold = true
      bearable *= indulgence
      listener.silent()
    }
    if (!isHeard || generationOf(connection) === generation) return
    generation = generationOf(connection)
    listener.proved()
  }
  const next = () => {
    clearTimeout(timer)
    timer = setTimeout(() => void look(), interval)
  }
  const onState = () => {
    clearTimeout(timer)
    quiet = 0
    if (connection.connectionState !== 'connected') return
    generation = generationOf(connection)
    next()
  }
  connection.addEventListener('connectionstatechange', onState)
  return () => {
    isStopped = true
    clearTimeout(timer)
    connection.removeEventListener('connectionstatechange', onState)
  }
}

async function packetsIn(connection: RTCPeerConnection): Promise<number> {
  let packets = 0
  const reports = await connection.getStats()
  reports.forEach((report: { readonly type: string; readonly packetsReceived?: number }) => {
    if (report.type === 'inbound-rtp') packets += report.packetsReceived ?? 0
  })
  return packets
}

/** As agreed: neither we nor the peer has narrowed it. */
function isReceiving(connection: RTCPeerConnection): boolean {
  return connection
    .getTransceivers()
    .some(({ currentDirection }) => currentDirection === 'sendrecv' || currentDirection === 'recvonly')
}

/** Another one after every ICE restart of ours (RFC 8839 §5.4). */
function generationOf({ localDescription }: RTCPeerConnection): string {
  return /^a=ice-ufrag:(\S+)/m.exec(localDescription?.sdp ?? '')?.[1] ?? ''
}
