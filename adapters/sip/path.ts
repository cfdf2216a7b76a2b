import { watchPackets } from '../webrtc/packets.ts'
import { watchPath } from '../webrtc/path.ts'
import type { PathListener } from '../webrtc/path.ts'

export interface PathWatch {
  /** This description went to the peer, with the candidates in it. */
  told(sdp: string): void
  answered(): void
  stop(): void
}

/** Milliseconds after the answer when a path that does not stand may want the candidates the peer was not told of. */
const patience = 300

/** Watches the media path, and whether it may want candidates that the peer has not been told of. */
export function watchSipPath(connection: RTCPeerConnection, listener: PathListener): PathWatch {
  const stopWatching = watchPath(connection, listener)
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
  const onCandidate = ({ candidate }: RTCPeerConnectionIceEvent) => {
    const line = candidate?.candidate ?? ''
    if (!/ typ (srflx|relay)/.test(line)) return
    found.add(line.replace(/^candidate:/, '').replace(/ ufrag .*$/, ''))
    checkIncomplete()
  }
  const stopCounting = watchPackets(connection, {
    silent: () => listener.emit({ type: 'leg.path.silent' }),
    proved: () => listener.emit({ type: 'leg.path.connected' })
  })
  connection.addEventListener('icecandidate', onCandidate)

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
      stopWatching()
      connection.removeEventListener('icecandidate', onCandidate)
    }
  }
}
