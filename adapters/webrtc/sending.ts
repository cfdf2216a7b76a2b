/**
 * Lets the tracks of `stream` take the place of what is sent, without a word to the peer. A kind that it has no live track
 * of is sent no more; a kind that was never negotiated waits for an offer. A connection that refuses goes on as it is:
 * whoever needs to know counts packets.
 */
export function replaceTracks(connection: RTCPeerConnection, tracks: readonly MediaStreamTrack[]) {
  const left = tracks.filter(({ readyState }) => readyState === 'live')
  for (const { sender, receiver, direction, currentDirection } of connection.getTransceivers()) {
    if (direction === 'stopped' || currentDirection === 'stopped') continue
    const index = left.findIndex(({ kind }) => kind === receiver.track.kind)
    const [track = null] = index < 0 ? [] : left.splice(index, 1)
    if (sender.track === track) continue
    attempt(() => sender.replaceTrack(track))
  }
}

function attempt(act: () => Promise<void>) {
  try {
    act().catch(() => {})
  } catch {
    // closed, and not even a promise of it
  }
}
