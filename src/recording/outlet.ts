import { CallError } from '../errors.ts'
import type { RecordingSink } from './local-recorder.ts'

/** Hands the pieces of a recording to their sink, one after the other. */
export interface Outlet {
  write(piece: Blob): void
  /** Resolves when everything has been taken; rejects with why it never will be. */
  close(): Promise<void>
}

/** `failed` is called once, with what the sink could not do; what it has taken until then it keeps. */
export function createOutlet(sink: RecordingSink, backlog: number, failed: (cause: unknown) => void): Outlet {
  const writer = typeof sink === 'function' ? null : sink.getWriter()
  const take = writer === null ? (sink as (piece: Blob) => void | Promise<void>) : (piece: Blob) => writer.write(piece)
  let taken: Promise<void> = Promise.resolve()
  let waiting = 0
  let fault: CallError | null = null

  const fail = (cause: unknown) => {
    if (fault !== null) return
    fault = new CallError('recording.failed', 'The sink does not take the recording', { cause })
    // what it has taken is closed properly, so that it can be played
    writer?.close().catch(() => {})
    failed(fault)
  }

  return {
    write(piece) {
      if (fault !== null || piece.size === 0) return
      waiting += piece.size
      if (waiting > backlog) return fail(new RangeError(`${waiting} bytes wait for it`))
      taken = taken.then(async () => {
        if (fault !== null) return
        try {
          await take(piece)
          waiting -= piece.size
        } catch (error) {
          fail(error)
        }
      })
    },
    async close() {
      await taken
      if (fault !== null) throw fault
      await writer?.close()
    }
  }
}
