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
  /** Ends the recording properly; also called when the call is over, and when it did not start in time. */
  stop(): Promise<void>
}

/** The application's recorder in the words of the chart. */
export class RecorderPort {
  readonly #report: (event: RecorderEvent) => void
  readonly #streams: () => RecordedStreams
  #next: Recorder | null = null
  /** Has to be stopped, whatever becomes of the call. */
  #running: Recorder | null = null

  constructor(report: (event: RecorderEvent) => void, streams: () => RecordedStreams) {
    this.#report = report
    this.#streams = streams
  }

  /** What the next `start` is for. */
  use(recorder: Recorder) {
    this.#next = recorder
  }

  async send({ attempt, action }: RecorderCommand) {
    try {
      if (action === 'start') await this.#start()
      else await this.#ask(action)
      this.#report({ type: 'media.record.done', attempt, action })
    } catch (error) {
      this.#report({ type: 'media.record.refused', attempt, cause: causeOf(error) })
    }
  }

  follow() {
    try {
      this.#running?.follow(this.#streams())
    } catch (error) {
      // it has not given up by itself, and from now on nobody asks for it any more
      this.release()
      this.#lose(error)
    }
  }

  /** What there is of a recording is brought to its end. */
  release() {
    void this.#ask('stop').catch(() => {})
    this.#running = null
  }

  async #start() {
    const recorder = this.#next
    if (recorder === null) throw new CallError('recording.unsupported', 'There is no recorder')
    this.#next = null
    this.#running = recorder
    try {
      await recorder.start(this.#streams(), (error) => {
        if (recorder === this.#running) this.#lose(error)
      })
    } catch (error) {
      if (recorder === this.#running) this.#running = null
      throw error
    }
  }

  async #ask(action: Exclude<RecordAction, 'start'>) {
    const recorder = this.#running
    if (recorder === null) return
    await recorder[action]()
    if (action === 'stop' && recorder === this.#running) this.#running = null
  }

  #lose(error: unknown) {
    this.#running = null
    this.#report({ type: 'media.record.lost', cause: causeOf(error) })
  }
}

function causeOf(error: unknown): Failure {
  if (error instanceof CallError) return { code: error.code, text: error.message }
  return failureOf('recording.failed', error)
}
