import type { Failure } from '../failure.ts'
import type { RecordAction } from '../transport.ts'

/** Who records: the provider, or we ourselves. */
export type RecordedBy = 'provider' | 'local'

/** What a call remembers of its recording. */
export interface RecordingContext {
  /** Null while nobody records. */
  readonly by: RecordedBy | null
  /** Which of the things it was asked for, by attempt, it did last: what it says of earlier ones is past. */
  readonly done: number
}

export const noRecording: RecordingContext = { by: null, done: 0 }

/** The commands a call takes about its recording. */
export type RecordingCommand =
  /** `locally`: with a recorder of the application's; else the provider is asked. */
  | { readonly type: 'record'; readonly locally?: boolean }
  | { readonly type: 'pauseRecording' }
  | { readonly type: 'resumeRecording' }
  | { readonly type: 'stopRecording' }

/** What the recorder on our side is told. */
export interface RecorderCommand {
  readonly type: 'record'
  readonly attempt: number
  readonly action: RecordAction
}

/** What the recorder on our side reports. */
export type RecorderEvent =
  | { readonly type: 'media.record.done'; readonly attempt: number; readonly action: RecordAction }
  | { readonly type: 'media.record.refused'; readonly attempt: number; readonly cause: Failure }
  /** It cannot go on; what was recorded until now is kept. */
  | { readonly type: 'media.record.lost'; readonly cause: Failure }

export type RecordingEmitted =
  | { readonly type: 'recording.started'; readonly by: RecordedBy }
  | { readonly type: 'recording.paused' }
  | { readonly type: 'recording.resumed' }
  | { readonly type: 'recording.stopped' }
  /** A command about it was not carried out: it is as it was before. */
  | { readonly type: 'recording.failed'; readonly cause: Failure }
  /** It stopped although nobody wanted it to. */
  | { readonly type: 'recording.lost'; readonly cause: Failure }
