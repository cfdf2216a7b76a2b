/** What messages of both directions are made of. */
import * as v from 'valibot'

export const offer = v.object({ type: v.literal('offer'), sdp: v.string() })
export const answer = v.object({ type: v.literal('answer'), sdp: v.string() })
export const description = v.variant('type', [offer, answer])

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

/** 0.4.1 has a boolean, 1.x an object. */
export const recording = v.union([v.boolean(), v.object({ audio: v.boolean(), video: v.boolean() })])

/** Who is called how in 2.x; values are strings, booleans included. */
export const internalCustomData = v.looseObject({
  type: v.picklist(['WEBRTC', 'PHONE_NUMBER', 'VIBER', 'ROOM']),
  to: v.exactOptional(v.string()),
  /** Null from a client that was given none. */
  from: v.nullish(v.string()),
  roomName: v.exactOptional(v.string()),
  withDialog: v.exactOptional(v.string()),
  isVideo: v.exactOptional(v.string())
})

export type Answer = v.InferOutput<typeof answer>
export type Candidate = v.InferOutput<typeof candidate>
export type Status = v.InferOutput<typeof status>
