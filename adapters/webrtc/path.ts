import type { LegEvent } from '../../machines/index.ts'
import { watchPackets } from './packets.ts'

export interface PathListener {
  emit(event: LegEvent): void
  /** What the peer sends, whenever there is more of it or another stream. */
  play(stream: MediaStream): void
}

/**
 * Tells what becomes of the media path, and gathers all that the peer sends in one stream. `connectionState` is watched,
 * not `iceConnectionState`, which Chromium was seen never to let fail. Returns what ends the watch.
 */
export function watchPath(connection: RTCPeerConnection, listener: PathListener): () => void {
  let playing: MediaStream | null = null

  const onState = () => {
    if (connection.connectionState === 'connected') listener.emit({ type: 'leg.path.connected' })
    if (connection.connectionState === 'disconnected') listener.emit({ type: 'leg.path.interrupted' })
    if (connection.connectionState === 'failed') listener.emit({ type: 'leg.path.failed' })
  }
  const onTrack = ({ streams, track }: RTCTrackEvent) => {
    if (playing === null) playing = streams[0] ?? (typeof MediaStream === 'function' ? new MediaStream() : null)
    if (playing === null) return
    // video that comes later is in a stream of its own: the peer's choice, and nothing a player wants to know
    if (!playing.getTracks().includes(track)) playing.addTrack(track)
    listener.play(playing)
  }
  const stopCounting = watchPackets(connection, {
    silent: () => listener.emit({ type: 'leg.path.silent' }),
    proved: () => listener.emit({ type: 'leg.path.connected' })
  })
  connection.addEventListener('connectionstatechange', onState)
  connection.addEventListener('track', onTrack)
  return () => {
    stopCounting()
    connection.removeEventListener('connectionstatechange', onState)
    connection.removeEventListener('track', onTrack)
  }
}
