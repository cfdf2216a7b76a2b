/** What messages of both directions are made of. */
import * as v from 'valibot'

/** What the gateway says, by the name of what happened. */
export function event<const Name extends string, Fields extends v.ObjectEntries>(name: Name, fields: Fields) {
  return v.object({ event: v.literal(name), ...fields })
}

export const offer = v.object({ type: v.literal('offer'), sdp: v.string() })
export const answer = v.object({ type: v.literal('answer'), sdp: v.string() })

/** One candidate as a browser has it, every field of it kept; or the word that there are no more. */
export const candidate = v.union([
  v.object({ completed: v.literal(true) }),
  v.looseObject({
    candidate: v.string(),
    sdpMid: v.nullish(v.string()),
    sdpMLineIndex: v.nullish(v.number())
  })
])

/** Ids are numbers to 1.x clients, strings to 2.x. */
export const status = v.object({
  id: v.union([v.number(), v.string()]),
  name: v.nullish(v.string()),
  description: v.nullish(v.string())
})

/** Not in every message of the gateway; where it is missing, the one call there is is meant. */
export const call = { callId: v.exactOptional(v.string()) }

export const user = v.object({ identity: v.string(), displayName: v.nullish(v.string()) })

/** Whatever stands there: nobody reads it, so nothing is wrong with it. */
export const anything = v.exactOptional(v.unknown())

export type Answer = v.InferOutput<typeof answer>
export type Candidate = v.InferOutput<typeof candidate>
export type Status = v.InferOutput<typeof status>
