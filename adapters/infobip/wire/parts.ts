/** What messages of both directions are made of. */
import * as v from 'valibot'

export const text = v.string()
export const maybeText = v.nullish(text)

/** What the gateway says, by the name of what happened. */
export function event<const Name extends string, Fields extends v.ObjectEntries>(name: Name, fields: Fields) {
  return v.object({ event: v.literal(name), ...fields })
}

export const offer = v.object({ type: v.literal('offer'), sdp: text })
export const answer = v.object({ type: v.literal('answer'), sdp: text })

/** One candidate as a browser has it, every field of it kept; or the word that there are no more. */
export const candidate = v.union([
  v.object({ completed: v.literal(true) }),
  v.looseObject({
    candidate: text,
    sdpMid: maybeText,
    sdpMLineIndex: v.nullish(v.number())
  })
])

/** Ids are numbers to 1.x clients, strings to 2.x. */
export const status = v.object({
  id: v.union([v.number(), text]),
  name: maybeText,
  description: maybeText
})

/** Not in every message of the gateway; where it is missing, the one call there is is meant. */
export const call = { callId: v.exactOptional(text) }

export const user = v.object({ identity: text, displayName: maybeText })

/** Whatever stands there: nobody reads it, so nothing is wrong with it. */
export const anything = v.exactOptional(v.unknown())

export type Answer = v.InferOutput<typeof answer>
export type Candidate = v.InferOutput<typeof candidate>
export type Status = v.InferOutput<typeof status>
