import { CallError } from '../errors.ts'

/**
 * Where a recording goes, piece by piece and in order: the next piece comes when the promise for the last one has
 * resolved. A `WritableStream` is closed at the end; a file of the Origin Private File System gives one.
 */
export type RecordingSink = WritableStream<Blob> | ((piece: Blob) => void | Promise<void>)

/** Hands the pieces of a recording to their sink, one after the other. */
export interface Outlet {
  write(piece: Blob): void
  /** Resolves when everything has been taken; rejects with why it never will be. */
  close(): Promise<void>
}

/** `failed` is called once, with what the sink could not do; what it has taken until then it keeps. */
export function createOutlet(sink: RecordingSink, backlog: number, failed: (cause: unknown) => void): Outlet {
  const { take, end } = writerOf(sink)
  let taken: Promise<void> = Promise.resolve()
  let waiting = 0
  let fault: CallError | null = null

  const fail = (cause: unknown) => {
    if (fault !== null) return
    fault = new CallError('recording.failed', 'The sink does not take the recording', { cause })
    failed(fault)
  }
  const next = async (piece: Blob) => {
    if (fault !== null) return
    try {
      await take(piece)
      waiting -= piece.size
    } catch (error) {
      fail(error)
    }
  }

  return {
    write(piece) {
      if (fault !== null || piece.size === 0) return
      waiting += piece.size
      if (waiting <= backlog) {
        taken = taken.then(() => next(piece))
        return
      }
      fail(new RangeError(`${waiting} bytes wait for it`))
      // what it does take in the end can be played
      void taken.then(end).catch(() => {})
    },
    async close() {
      await taken
      if (fault === null) await end().catch(fail)
      if (fault !== null) throw fault
    }
  }
}

function writerOf(sink: RecordingSink): { take: (piece: Blob) => unknown; end: () => Promise<void> } {
  if (typeof sink === 'function') return { take: sink, end: () => Promise.resolve() }
  const writer = sink.getWriter()
  return { take: (piece) => writer.write(piece), end: () => writer.close() }
}
