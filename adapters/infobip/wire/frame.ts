/** One JSON object per text frame, named by its `action` or its `event`; nothing else is read as a message. */
import type * as v from 'valibot'
import { readAs, readJson } from '../../kit/index.ts'
import type { Vocabulary } from '../../kit/index.ts'

export type Frame<Message> =
  | { readonly kind: 'message'; readonly message: Message }
  /** An object of a name that we have no word for; clients and gateway alike pass over it. */
  | { readonly kind: 'unknown'; readonly name: string }
  /** Not the protocol. The fault says where, and nothing of what stood there. */
  | { readonly kind: 'invalid'; readonly fault: string }

/** Never throws. */
export function readFrame<V extends Vocabulary>(
  text: string,
  naming: 'action' | 'event',
  vocabulary: V
): Frame<v.InferOutput<V[keyof V]>> {
  const value = readJson(text)
  if (value === undefined) return { kind: 'invalid', fault: 'not JSON' }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'invalid', fault: 'no object' }

  const name: unknown = Object.hasOwn(value, naming) ? (value as Record<string, unknown>)[naming] : undefined
  if (typeof name !== 'string') return { kind: 'invalid', fault: `no ${naming}` }
  const reading = readAs(vocabulary, name, value)
  if (reading.kind === 'unknown') return { kind: 'unknown', name: name.slice(0, LONGEST_NAME) }
  if (reading.kind === 'message') return { kind: 'message', message: reading.output as v.InferOutput<V[keyof V]> }
  const { expected, received } = reading.issue
  // What was received stays out of it, unless nothing was.
  const what = received === 'undefined' ? 'missing' : `not ${expected ?? 'right'}`
  return { kind: 'invalid', fault: `${name}: ${reading.path ?? 'message'} is ${what}` }
}

const LONGEST_NAME = 64
