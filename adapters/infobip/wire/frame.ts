/** One JSON object per text frame, named by its `action` or its `event`; nothing else is read as a message. */
import * as v from 'valibot'

/** The messages of one direction by name. */
export type Vocabulary = Readonly<Record<string, v.GenericSchema>>

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
  const value = parse(text)
  if (value === undefined) return { kind: 'invalid', fault: 'not JSON' }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'invalid', fault: 'no object' }

  const name: unknown = Object.hasOwn(value, naming) ? value[naming] : undefined
  if (typeof name !== 'string') return { kind: 'invalid', fault: `no ${naming}` }
  const schema = Object.hasOwn(vocabulary, name) ? vocabulary[name] : undefined
  if (!schema) return { kind: 'unknown', name: name.slice(0, LONGEST_NAME) }

  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true })
  if (success) return { kind: 'message', message: output as v.InferOutput<V[keyof V]> }
  const { expected, received } = issues[0]
  // What was received stays out of it, unless nothing was.
  const what = received === 'undefined' ? 'missing' : `not ${expected ?? 'right'}`
  return { kind: 'invalid', fault: `${name}: ${v.getDotPath(issues[0]) ?? 'message'} is ${what}` }
}

const LONGEST_NAME = 64

function parse(text: string): Record<string, unknown> | null | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown> | null
  } catch {
    return undefined
  }
}
