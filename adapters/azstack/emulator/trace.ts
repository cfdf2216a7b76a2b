/** The server's memory of what passed: bounded, and without anything that authenticates. */
import { Subject } from 'rxjs'
import type { Observable } from 'rxjs'
import type { TraceEntry } from '../../../src/testing/emulator.ts'

export interface Trace {
  readonly entries: readonly TraceEntry[]
  readonly entries$: Observable<TraceEntry>
  record(entry: Omit<TraceEntry, 'at'>): void
  complete(): void
}

const LONGEST_TEXT = 16_384
const SECRET = /^(token|password|userCredentials|publicKey|privateKey|credential)$/i
/** From the name of a secret to the end: where nothing can be read, nothing can be told apart either. */
const AFTER_SECRET = /((?:token|password|userCredentials|publicKey|privateKey|credential)\b)[^]+/i
/** An encrypted block, wherever it stands. */
const BLOCK = /[A-Za-z0-9+/_-]{170,}={0,2}/g

export function createTrace(limit: number): Trace {
  const entries: TraceEntry[] = []
  const entries$ = new Subject<TraceEntry>()
  return {
    entries,
    entries$: entries$.asObservable(),
    record(entry) {
      const kept = Object.freeze({ ...entry, text: mask(entry.text).slice(0, LONGEST_TEXT), at: Date.now() })
      entries.push(kept)
      if (entries.length > limit) entries.shift()
      entries$.next(kept)
    },
    complete: () => entries$.complete()
  }
}

/** A frame is text with JSON behind its type; a body is JSON once more, as text. */
function mask(frame: string): string {
  const start = frame.search(/[[{]/)
  const json = start < 0 ? undefined : parse(frame.slice(start))
  if (json === undefined) return maskText(frame)
  return `${maskText(frame.slice(0, start))}${JSON.stringify(json, maskMember)}`
}

function maskMember(name: string, value: unknown): unknown {
  if (SECRET.test(name)) return '***'
  if (typeof value !== 'string') return value
  const inner = /^\s*[[{"]/.test(value) ? parse(value) : undefined
  return inner === undefined ? maskText(value) : JSON.stringify(inner, maskMember)
}

function maskText(text: string): string {
  return text.replace(AFTER_SECRET, '$1 ***').replace(BLOCK, '***')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
