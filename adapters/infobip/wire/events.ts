/** What the gateway says to a client in calls of 0.4.1 and 1.x, and what 2.x adds to the handshake and to resuming. */
import * as v from 'valibot'
import { readFrame } from './frame.ts'
import type { Frame, Vocabulary } from './frame.ts'
import { answer, call, candidate, offer, recording, status, user } from './parts.ts'

const iceServer = v.looseObject({
  urls: v.union([v.string(), v.array(v.string())]),
  username: v.exactOptional(v.string()),
  credential: v.exactOptional(v.string())
})

export const eventSchemas = {
  registered: v.object({
    event: v.literal('registered'),
    identity: v.string(),
    iceServers: v.nullish(v.array(iceServer)),
    /** A host without scheme, for log reports. */
    apiUrl: v.nullish(v.string()),
    loggerOptions: v.nullish(v.object({ period: v.nullish(v.number()) })),
    logLevel: v.nullish(v.string()),
    /** 2.x comes back to this instance when it reconnects. */
    instanceHash: v.nullish(v.string())
  }),
  registration_failed: v.object({ event: v.literal('registration_failed'), reason: v.nullish(v.string()) }),
  heartbeat_resp: v.object({ event: v.literal('heartbeat_resp') }),
  /** From 1.x on; 0.4.1 passes over it. */
  heartbeat: v.object({ event: v.literal('heartbeat') }),

  call: v.object({
    event: v.literal('call'),
    callId: v.string(),
    correlationId: v.exactOptional(v.string()),
    caller: user,
    description: offer,
    customData: v.exactOptional(v.unknown()),
    recording: v.nullish(recording)
  }),
  ringing: v.object({ event: v.literal('ringing'), ...call }),
  call_response: v.object({
    event: v.literal('call_response'),
    ...call,
    description: answer,
    /** Media before the callee answers; `call_accepted` establishes the call then. */
    isEarlyMedia: v.nullish(v.boolean()),
    recording: v.nullish(recording)
  }),
  call_accepted: v.object({ event: v.literal('call_accepted'), ...call }),
  trickle_ice: v.object({ event: v.literal('trickle_ice'), ...call, candidate }),
  updating_call: v.object({ event: v.literal('updating_call'), ...call, description: offer }),
  updated_call: v.object({ event: v.literal('updated_call'), ...call }),
  hangup: v.object({ event: v.literal('hangup'), ...call, status: v.nullish(status) }),
  'call-error': v.object({ event: v.literal('call-error'), ...call, status: v.nullish(status) }),
  /** 1.x: the peer muted, or how good its network is. */
  info: v.object({
    event: v.literal('info'),
    ...call,
    type: v.string(),
    content: v.exactOptional(v.unknown())
  }),

  /** 2.x: the call is the same again; an answer to the offer of `reconnect_application_call`. */
  call_reconnected: v.object({
    event: v.literal('call_reconnected'),
    ...call,
    description: answer,
    callState: v.exactOptional(v.unknown()),
    dialogState: v.exactOptional(v.unknown()),
    conferenceState: v.exactOptional(v.unknown())
  })
}

export type GatewayEvents = { [Name in keyof typeof eventSchemas]: v.InferOutput<(typeof eventSchemas)[Name]> }
export type GatewayEvent = GatewayEvents[keyof GatewayEvents]
export type IceServer = v.InferOutput<typeof iceServer>

/** What a client received, of these and of `more` words. Never throws. */
export function parseEvent(text: string): Frame<GatewayEvent>
export function parseEvent<More extends Vocabulary>(
  text: string,
  more: More
): Frame<GatewayEvent | v.InferOutput<More[keyof More]>>
export function parseEvent(text: string, more: Vocabulary = {}) {
  return readFrame(text, 'event', { ...eventSchemas, ...more })
}
