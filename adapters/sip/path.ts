import type { LegEvent } from '../../machines/index.ts'
import { watchPackets } from '../webrtc/packets.ts'

export interface PathListener {
  emit(event: LegEvent): void
  play(stream: MediaStream): void
}

export interface PathWatch {
  /** This description went to the peer, with the candidates in it. */
  told(sdp: string): void
  answered(): void
  stop(): void
}

/** Milliseconds after the answer when a path that does not stand may want the candidates the peer was not told of. */
const patience = 300

/**
 * Tells what becomes of the media path. `connectionState` is watched, not `iceConnectionState`, which Chromium was seen
 * never to let fail.
 */
export function watchPath(connection: RTCPeerConnection, listener: PathListener): PathWatch {
  const found = new Set<string>()
  let told = ''
  let isPatient = true
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Only what is reached from outside is worth an offer: host candidates are all found at once. */
  const checkIncomplete = () => {
    if (isPatient || told === '' || connection.connectionState === 'connected') return
    if (![...found].some((candidate) => !told.includes(candidate))) return
    isPatient = true
    listener.emit({ type: 'leg.path.incomplete' })
  }
  const onState = () => {
    if (connection.connectionState === 'connected') listener.emit({ type: 'leg.path.connected' })
    if (connection.connectionState === 'disconnected') listener.emit({ type: 'leg.path.interrupted' })
    if (connection.connectionState === 'failed') listener.emit({ type: 'leg.path.failed' })
  }
  const onCandidate = ({ candidate }: RTCPeerConnectionIceEvent) => {
    const line = candidate?.candidate ?? ''
    if (!/ typ (srflx|relay)/.test(line)) return
    found.add(line.replace(/^candidate:/, '').replace(/ ufrag .*$/, ''))
    checkIncomplete()
  }
  const onTrack = ({ streams, track }: RTCTrackEvent) => {
    const stream = streams[0]
    if (stream !== undefined) listener.play(stream)
    else if (typeof MediaStream === 'function') listener.play(new MediaStream([track]))
  }
  const stopCounting = watchPackets(connection, {
    silent: () => listener.emit({ type: 'leg.path.silent' }),
    proved: () => listener.emit({ type: 'leg.path.connected' })
  })
  connection.addEventListener('connectionstatechange', onState)
  connection.addEventListener('icecandidate', onCandidate)
  connection.addEventListener('track', onTrack)

  return {
    told(sdp) {
      told = sdp
    },
    answered() {
      timer = setTimeout(() => {
        isPatient = false
        checkIncomplete()
      }, patience)
    },
    stop() {
      clearTimeout(timer)
      stopCounting()
      connection.removeEventListener('connectionstatechange', onState)
      connection.removeEventListener('icecandidate', onCandidate)
      connection.removeEventListener('track', onTrack)
    }
  }
}
