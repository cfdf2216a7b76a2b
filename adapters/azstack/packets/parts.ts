/** What bodies are made of. */
import * as v from 'valibot'

export const integer = v.pipe(v.number(), v.safeInteger())
export const string = v.string()
export const text = v.pipe(string, v.nonEmpty())

/** Chosen by the server, and echoed as it came. */
export const serverCallId = v.union([v.pipe(integer, v.notValue(0)), text])
/** Nobody reads what is in there. */
export const ignored = v.optional(v.unknown())
