/** An emulator's memory of what passed: bounded, and without anything that authenticates. */
import { Subject } from 'rxjs'
import type { Observable } from 'rxjs'
import type { TraceEntry } from './emulator.ts'

export interface Trace {
  readonly entries: readonly TraceEntry[]
  readonly entries$: Observable<TraceEntry>
  record(entry: Omit<TraceEntry, 'at'>): void
  complete(): void
}

const LONGEST_TEXT = 16_384

/** `mask` works on text, because broken messages are traced as well. */
export function createTrace(limit: number, mask: (text: string) => string): Trace {
  const entries: TraceEntry[] = []
  const entries$ = new Subject<TraceEntry>()
  return {
    entries,
    entries$: entries$.asObservable(),
    record(entry) {
      const text = mask(entry.text.slice(0, LONGEST_TEXT))
      const kept = Object.freeze({ ...entry, text, at: Date.now() })
      entries.push(kept)
      if (entries.length > limit) entries.shift()
      entries$.next(kept)
    },
    complete: () => entries$.complete()
  }
}
