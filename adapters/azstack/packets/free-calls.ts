/** What the service passes on between two users who call each other. */
import * as v from 'valibot'
import { integer, string, text } from './parts.ts'
import * as service from './services.ts'

export const freeStart = {
  callId: integer,
  /** 1 audio, 2 video. */
  mediaType: v.picklist([1, 2]),
  to: integer,
  sdp: v.object({ type: v.literal('offer'), sdp: text })
}
export const freeAnswer = {
  callId: integer,
  to: integer,
  type: v.literal(1),
  data: v.object({ type: v.literal('answer'), sdp: text })
}
export const freeCandidate = {
  callId: integer,
  to: integer,
  type: v.literal(2),
  data: v.object({ sdpMid: string, sdpMLineIndex: integer, sdp: v.pipe(string, v.startsWith('candidate:')) })
}
export const freeStatus = { callId: integer, to: integer, status: integer }

/** Added by the server: whom a packet is from. */
const from = integer

/** What a server sends. */
export const freeBodies = {
  [service.freeStart]: v.object({ ...freeStart, from }),
  [service.freeData]: v.variant('type', [v.object({ ...freeAnswer, from }), v.object({ ...freeCandidate, from })]),
  [service.freeStatus]: v.object({ ...freeStatus, from }),
  [service.freeStatusElsewhere]: v.object({ callId: integer, status: integer })
} as const
