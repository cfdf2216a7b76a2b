import { CallError } from '../errors.ts'
import type { RecordedStreams, Recorder } from '../recorder.ts'
import { createMix } from './mix.ts'
import type { Mix } from './mix.ts'
import { createOutlet } from './outlet.ts'
import type { Outlet } from './outlet.ts'

/**
 * Where the recording goes, piece by piece and in order: the next piece comes when the promise for the last one has
 * resolved. A `WritableStream` is closed at the end; a file of the Origin Private File System gives one.
 */
export type RecordingSink = WritableStream<Blob> | ((piece: Blob) => void | Promise<void>)

export interface LocalRecorderOptions {
  readonly sink: RecordingSink
  /** Default: the first of Opus in WebM, Opus in Ogg and AAC in MP4 that the browser makes. */
  readonly mimeType?: string
  /** Default: what the browser likes. */
  readonly audioBitsPerSecond?: number
  /** Milliseconds of sound in a piece. What a crash may lose. Default 1000. */
  readonly timeslice?: number
  /** `stereo` puts us on the left and the peer on the right. Default `mono`: both in the middle. */
  readonly channels?: 'mono' | 'stereo'
  /** Bytes that may wait for a sink that is slower than the call; more, and the recording is lost. Default 16 MiB. */
  readonly backlog?: number
}

const types = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4']

/**
 * Records both sides of one call in the browser: `call.record(localRecorder({ sink }))`. Nothing of us is recorded that
 * the peer does not get: neither while we are muted nor while the call is held. Chromium gives the sound of a peer only
 * when it is also being played. One recorder is for one recording.
 */
export function localRecorder(options: LocalRecorderOptions): Recorder {
  return new LocalRecorder(options)
}

class LocalRecorder implements Recorder {
  readonly #options: LocalRecorderOptions
  #mix: Mix | null = null
  #outlet: Outlet | null = null
  #recorder: MediaRecorder | null = null

  constructor(options: LocalRecorderOptions) {
    this.#options = options
  }

  async start(streams: RecordedStreams, lost: (cause: unknown) => void) {
    if (this.#outlet !== null) throw new CallError('recording.failed', 'A recorder is for one recording: make another')
    const { sink, timeslice = 1_000, channels = 'mono', backlog = 16 * 2 ** 20 } = this.#options
    const mimeType = typeOf(this.#options)
    const giveUp = (cause: unknown) => {
      this.#letGo()
      lost(cause)
    }
    this.#outlet = createOutlet(sink, backlog, giveUp)
    const mix = await createMix(channels)
    this.#mix = mix
    mix.follow(streams)
    try {
      const recorder = new MediaRecorder(mix.stream, { ...this.#options, mimeType })
      this.#recorder = recorder
      recorder.addEventListener('dataavailable', ({ data }) => this.#outlet?.write(data))
      recorder.addEventListener('error', () => giveUp(new CallError('recording.failed', 'The browser cannot go on recording')))
      await heard(recorder, 'start', () => recorder.start(timeslice))
    } catch (error) {
      this.#letGo()
      throw error
    }
  }

  follow(streams: RecordedStreams) {
    this.#mix?.follow(streams)
  }

  async pause() {
    const recorder = this.#running()
    await heard(recorder, 'pause', () => recorder.pause())
  }

  async resume() {
    const recorder = this.#running()
    await heard(recorder, 'resume', () => recorder.resume())
  }

  async stop() {
    const recorder = this.#recorder
    // the last piece comes before the event
    if (recorder !== null && recorder.state !== 'inactive') await heard(recorder, 'stop', () => recorder.stop())
    this.#letGo()
    await this.#outlet?.close()
  }

  #running(): MediaRecorder {
    const recorder = this.#recorder
    if (recorder === null || recorder.state === 'inactive') throw new CallError('recording.failed', 'Nothing is being recorded')
    return recorder
  }

  #letGo() {
    if (this.#recorder !== null && this.#recorder.state !== 'inactive') this.#recorder.stop()
    this.#recorder = null
    this.#mix?.close()
    this.#mix = null
  }
}

function typeOf({ mimeType }: LocalRecorderOptions): string {
  if (typeof MediaRecorder === 'undefined' || typeof AudioContext === 'undefined') {
    throw new CallError('recording.unsupported', 'There is no MediaRecorder or no AudioContext here')
  }
  const supported = (mimeType === undefined ? types : [mimeType]).find((type) => MediaRecorder.isTypeSupported(type))
  if (supported !== undefined) return supported
  throw new CallError('recording.unsupported', `The browser makes no recordings of type ${mimeType ?? types.join(', ')}`)
}

/** Does it, and waits until the recorder says that it is so. */
function heard(recorder: MediaRecorder, event: 'start' | 'pause' | 'resume' | 'stop', act: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    recorder.addEventListener(event, () => resolve(), { once: true })
    try {
      act()
    } catch (error) {
      reject(error)
    }
  })
}
