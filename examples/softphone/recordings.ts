import type { Behavior, Call } from 'callchart'
import { localRecorder } from 'callchart/recording'
import { BehaviorSubject } from 'rxjs'
import { nameOf } from './words.ts'

export interface RecordingFile {
  readonly name: string
  /** To be heard, or kept, for as long as the page is open. */
  readonly url: string
  readonly bytes: number
}

export interface Recordings {
  /** Those that are complete, youngest first. */
  readonly files: Behavior<readonly RecordingFile[]>
  /** Resolves when the call is recorded; the file comes when the recording ends, with the call at the latest. */
  start(call: Call): Promise<void>
}

/** Recordings in the page's memory: an application has a better place, see the README of callchart/recording. */
export function createRecordings(): Recordings {
  const files = new BehaviorSubject<readonly RecordingFile[]>([])
  return {
    files,
    start(call) {
      const pieces: Blob[] = []
      const recorder = localRecorder({ sink: (piece) => void pieces.push(piece) })
      const keep = () => {
        const [first] = pieces
        if (first === undefined) return
        const file = new Blob(pieces, { type: first.type })
        const kind = first.type.includes('mp4') ? 'm4a' : first.type.includes('ogg') ? 'ogg' : 'webm'
        const name = `${nameOf(call.state.remote.address)} ${files.value.length + 1}.${kind}`
        files.next([{ name, url: URL.createObjectURL(file), bytes: file.size }, ...files.value])
      }
      // what there is of one that was lost can be played, too
      recorder.finished.then(keep, keep)
      return call.record(recorder)
    }
  }
}
