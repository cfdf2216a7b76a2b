import type { LegEvent } from '../../machines/index.ts'

export interface PathListener {
  isAnswered(): boolean
  emit(event: LegEvent): void
  play(stream: MediaStream): void
}

/** Milliseconds after the answer when a path that does not stand may want the candidates the peer was not told of. */
const patience = 300

/**
 * Tells what becomes of the media path. `connectionState` is watched, not `iceConnectionState`, which Chromium was seen
 * never to let fail.
 */
export function watchPath(connection: RTCPeerConnection, listener: PathListener): () => void {
  let late = false
  let isOffered = false
  const timer = setInterval(() => {
    if (!listener.isAnswered()) return
    clearInterval(timer)
    if (late && !isUp(connection)) listener.emit({ type: 'leg.path.incomplete' })
  }, patience)

  const onState = () => {
    if (connection.connectionState === 'connected') listener.emit({ type: 'leg.path.connected' })
    if (connection.connectionState === 'disconnected') listener.emit({ type: 'leg.path.interrupted' })
    if (connection.connectionState === 'failed') listener.emit({ type: 'leg.path.failed' })
  }
  const onCandidate = ({ candidate }: RTCPeerConnectionIceEvent) => {
    if (isOffered && / typ (srflx|relay)/.test(candidate?.candidate ?? '')) late = true
  }
  const onSignalling = () => {
    isOffered = true
  }
  const onTrack = ({ streams, track }: RTCTrackEvent) => {
    const stream = streams[0]
    if (stream !== undefined) listener.play(stream)
    else if (typeof MediaStream === 'function') listener.play(new MediaStream([track]))
  }
  connection.addEventListener('connectionstatechange', onState)
  connection.addEventListener('icecandidate', onCandidate)
  connection.addEventListener('signalingstatechange', onSignalling)
  connection.addEventListener('track', onTrack)
  return () => {
    clearInterval(timer)
    connection.removeEventListener('connectionstatechange', onState)
    connection.removeEventListener('icecandidate', onCandidate)
    connection.removeEventListener('signalingstatechange', onSignalling)
    connection.removeEventListener('track', onTrack)
  }
}

function isUp(connection: RTCPeerConnection): boolean {
  return connection.connectionState === 'connected'
}
