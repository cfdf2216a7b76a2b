import type { RecordedStreams } from '../recorder.ts'

/** Both sides of a call in one stream, whatever their streams are at the moment. */
export interface Mix {
  readonly stream: MediaStream
  follow(streams: RecordedStreams): void
  close(): void
}

/** Resolves when sound can flow: a page that nobody has touched may have to wait for a click. */
export async function createMix(channels: 'mono' | 'stereo'): Promise<Mix> {
  const context = new AudioContext()
  const destination = context.createMediaStreamDestination()
  // without a source that always sounds, a recorder of silence makes no pieces
  const silence = context.createConstantSource()
  silence.offset.value = 0
  silence.connect(destination)
  silence.start()
  const merger = channels === 'stereo' ? context.createChannelMerger(2) : null
  merger?.connect(destination)
  const sides: Record<keyof RecordedStreams, { track: MediaStreamTrack; node: AudioNode } | null> = {
    local: null,
    remote: null
  }

  const connect = (side: keyof RecordedStreams, stream: MediaStream | null) => {
    const track = stream?.getAudioTracks().find(({ readyState }) => readyState === 'live')
    if (track === sides[side]?.track) return
    sides[side]?.node.disconnect()
    sides[side] = null
    if (track === undefined) return
    const node = context.createMediaStreamSource(new MediaStream([track]))
    if (merger === null) node.connect(destination)
    else node.connect(merger, 0, side === 'local' ? 0 : 1)
    sides[side] = { track, node }
  }

  await context.resume()
  return {
    stream: destination.stream,
    follow({ local, remote }) {
      connect('local', local)
      connect('remote', remote)
    },
    close() {
      connect('local', null)
      connect('remote', null)
      void context.close()
    }
  }
}
