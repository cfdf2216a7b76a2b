import type { Failure, RecordAction, RecorderCommand, RecorderEvent } from '../machines/index.ts'
import { CallError, failureOf } from './errors.ts'

/** The sounds of a call: ours as the peer gets it, silent while we are muted, and the peer's. */
export interface RecordedStreams {
  readonly local: MediaStream | null
  readonly remote: MediaStream | null
}

/**
 * Records one call on our side, see `localRecorder` of callchart/recording. A promise rejects when what was asked was not
 * done, and things are as they were.
 */
export interface Recorder {
  /** `lost` is to be called when it cannot go on; what was recorded until then is the recorder's to keep. */
  start(streams: RecordedStreams, lost: (cause: unknown) => void): Promise<void>
  /** The call has other streams now. */
  follow(streams: RecordedStreams): void
  pause(): Promise<void>
  resume(): Promise<void>
  /** Ends the recording properly; also called when the call is over. */
  stop(): Promise<void>
}

/** The application's recorder in the words of the chart. */
export class RecorderPort {
  readonly #report: (event: RecorderEvent) => void
  readonly #streams: () => RecordedStreams
  #recorder: Recorder | null = null
  #isRunning = false

  constructor(report: (event: RecorderEvent) => void, streams: () => RecordedStreams) {
    this.#report = report
    this.#streams = streams
  }

  /** What the next `start` is for. */
  use(recorder: Recorder) {
    this.#recorder = recorder
  }

  async send({ attempt, action }: RecorderCommand) {
    const recorder = this.#recorder
    try {
      if (recorder === null) throw new CallError('recording.unsupported', 'There is no recorder')
      // from now on it has to be stopped, whatever becomes of the call
      this.#isRunning = action !== 'stop'
      await this.#do(recorder, action)
      this.#report({ type: 'media.record.done', attempt, action })
    } catch (error) {
      this.#isRunning = action === 'stop'
      this.#report({ type: 'media.record.refused', attempt, cause: causeOf(error) })
    }
  }

  follow() {
    if (this.#isRunning) this.#recorder?.follow(this.#streams())
  }

  /** What there is of a recording is brought to its end. */
  release() {
    const recorder = this.#recorder
    this.#recorder = null
    if (this.#isRunning) recorder?.stop().catch(() => {})
    this.#isRunning = false
  }

  #do(recorder: Recorder, action: RecordAction): Promise<void> {
    if (action !== 'start') return recorder[action]()
    return recorder.start(this.#streams(), (error) => {
      if (recorder !== this.#recorder || !this.#isRunning) return
      this.#isRunning = false
      this.#report({ type: 'media.record.lost', cause: causeOf(error) })
    })
  }
}

function causeOf(error: unknown): Failure {
  if (error instanceof CallError) return { code: error.code, text: error.message }
  return failureOf('recording.failed', error)
}
