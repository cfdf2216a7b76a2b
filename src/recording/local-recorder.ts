import { CallError } from '../errors.ts'
import type { RecordedStreams, Recorder } from '../recorder.ts'
import { createMix } from './mix.ts'
import type { Mix } from './mix.ts'
import { createOutlet } from './outlet.ts'
import type { Outlet, RecordingSink } from './outlet.ts'

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

export interface LocalRecorder extends Recorder {
  /**
   * Resolves when the sink has taken the last piece, and was closed: after `stopRecording()`, or when the call has ended.
   * Rejects with `recording.failed` when there are pieces that it will never take. Nobody need look at it.
   */
  readonly finished: Promise<void>
}

const types = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4']

/**
 * Records both sides of one call in the browser: `call.record(localRecorder({ sink }))`. Nothing of us is recorded that
 * the peer does not get: neither while we are muted nor while the call is held. One recorder is for one recording. A page
 * that nobody has clicked may not process sound in some browsers: then `record` fails with `recording.timeout`.
 */
export function localRecorder(options: LocalRecorderOptions): LocalRecorder {
  return new BrowserRecorder(options)
}

interface Finish {
  readonly resolve: () => void
  readonly reject: (cause: unknown) => void
}

class BrowserRecorder implements LocalRecorder {
  readonly finished: Promise<void>
  readonly #options: LocalRecorderOptions
  readonly #finish: Finish | null
  #mix: Mix | null = null
  #outlet: Outlet | null = null
  #recorder: MediaRecorder | null = null
  #stopped: Promise<void> | null = null

  constructor(options: LocalRecorderOptions) {
    this.#options = options
    let finish: Finish | null = null
    this.finished = new Promise((resolve, reject) => (finish = { resolve, reject }))
    this.finished.catch(() => {})
    this.#finish = finish as Finish | null
  }

  async start(streams: RecordedStreams, lost: (cause: unknown) => void) {
    if (this.#mix !== null || this.#stopped !== null)
      throw new CallError('recording.failed', 'A recorder is for one recording: make another')
    const { sink, timeslice = 1_000, channels = 'mono', backlog = 16 * 2 ** 20, audioBitsPerSecond } = this.#options
    const mimeType = typeOf(this.#options)
    const giveUp = (cause: unknown) => {
      this.#letGo()
      this.#finish?.reject(cause)
      lost(cause)
    }
    const outlet = createOutlet(sink, backlog, giveUp)
    this.#outlet = outlet
    try {
      const mix = createMix(channels)
      this.#mix = mix
      await mix.follow(streams)
      if (this.#mix !== mix) throw new CallError('recording.failed', 'The recording was stopped before it began')
      const bits = audioBitsPerSecond === undefined ? {} : { audioBitsPerSecond }
      const recorder = new MediaRecorder(mix.stream, { mimeType, ...bits })
      this.#recorder = recorder
      recorder.addEventListener('dataavailable', ({ data }) => outlet.write(data))
      recorder.addEventListener('error', () =>
        giveUp(new CallError('recording.failed', 'The browser cannot go on recording'))
      )
      await heard(recorder, 'start', () => recorder.start(timeslice))
    } catch (error) {
      this.#letGo()
      this.#finish?.reject(error)
      throw error
    }
  }

  follow(streams: RecordedStreams) {
    void this.#mix?.follow(streams)
  }

  async pause() {
    const recorder = this.#running()
    if (recorder.state === 'recording') await heard(recorder, 'pause', () => recorder.pause())
  }

  async resume() {
    const recorder = this.#running()
    if (recorder.state === 'paused') await heard(recorder, 'resume', () => recorder.resume())
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop() {
    const recorder = this.#recorder
    // the last piece comes before the event
    if (recorder !== null && recorder.state !== 'inactive') await heard(recorder, 'stop', () => recorder.stop())
    this.#letGo()
    await this.#outlet?.close()
    this.#finish?.resolve()
  }

  #running(): MediaRecorder {
    const recorder = this.#recorder
    if (recorder !== null && recorder.state !== 'inactive') return recorder
    throw new CallError('recording.failed', 'Nothing is being recorded')
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
  throw new CallError(
    'recording.unsupported',
    `The browser makes no recordings of type ${mimeType ?? types.join(', ')}`
  )
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
