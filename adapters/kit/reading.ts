import * as v from 'valibot'

/** The schemas of messages by what names them. */
export type Vocabulary = Readonly<Record<string | number, v.GenericSchema>>

export type Reading =
  | { readonly kind: 'message'; readonly output: unknown }
  /** There is no word for it. */
  | { readonly kind: 'unknown' }
  /** Not what the word means: where, and nothing of what stood there. */
  | { readonly kind: 'invalid'; readonly path: string | null; readonly issue: v.BaseIssue<unknown> }

/** Undefined for what is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a message of this name says; never throws. */
export function readAs(vocabulary: Vocabulary, name: string | number, value: unknown): Reading {
  const schema = Object.hasOwn(vocabulary, name) ? vocabulary[name] : undefined
  if (schema === undefined) return { kind: 'unknown' }
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true })
  if (success) return { kind: 'message', output }
  const [issue] = issues
  return { kind: 'invalid', path: v.getDotPath(issue), issue }
}
