import { played } from '../played.ts'
import type { RecordedStreams } from '../recorder.ts'

/** Both sides of a call in one stream, whatever their streams are at the moment. */
export interface Mix {
  readonly stream: MediaStream
  /** Resolves when sound can flow: a page that nobody has clicked may have to wait for that. */
  follow(streams: RecordedStreams): Promise<void>
  close(): void
}

type Side = keyof RecordedStreams

interface Input {
  readonly track: MediaStreamTrack
  close(): void
}

export function createMix(channels: 'mono' | 'stereo'): Mix {
  const context = new AudioContext()
  const destination = context.createMediaStreamDestination()
  // without a source that always sounds, a recorder of silence makes no pieces
  const silence = context.createConstantSource()
  silence.offset.value = 0
  silence.connect(destination)
  silence.start()
  const merger = channels === 'stereo' ? context.createChannelMerger(2) : null
  merger?.connect(destination)
  const inputs: Record<Side, Input | null> = { local: null, remote: null }

  const open = (side: Side, track: MediaStreamTrack): Input => {
    const stream = new MediaStream([track])
    const node = context.createMediaStreamSource(stream)
    if (merger === null) node.connect(destination)
    else node.connect(merger, 0, side === 'local' ? 0 : 1)
    const pump = side === 'remote' ? played(stream) : null
    return {
      track,
      close() {
        node.disconnect()
        if (pump !== null) pump.srcObject = null
      }
    }
  }

  const connect = (side: Side, stream: MediaStream | null) => {
    const track = stream?.getAudioTracks().find(({ readyState }) => readyState === 'live')
    if (track === inputs[side]?.track) return
    inputs[side]?.close()
    inputs[side] = track === undefined ? null : open(side, track)
  }

  return {
    stream: destination.stream,
    follow({ local, remote }) {
      connect('local', local)
      connect('remote', remote)
      return context.resume()
    },
    close() {
      connect('local', null)
      connect('remote', null)
      for (const track of destination.stream.getTracks()) track.stop()
      context.close().catch(() => {})
    }
  }
}
