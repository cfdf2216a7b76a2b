/** What the gateway says to a client in calls of 0.4.1 and 1.x, and what 2.x adds to the handshake. */
import * as v from 'valibot'
import type { ApplicationEvents } from './application-events.ts'
import type { Vocabulary } from '../../kit/index.ts'
import { readFrame } from './frame.ts'
import type { Frame } from './frame.ts'
import { answer, anything, call, candidate, event, maybeText, offer, status, text, user } from './parts.ts'

const iceServer = v.looseObject({
  urls: v.union([text, v.array(text)]),
  username: v.exactOptional(text),
  credential: v.exactOptional(text)
})

const over = { ...call, status: v.nullish(status) }

export const eventSchemas = {
  registered: event('registered', {
    identity: text,
    iceServers: v.nullish(v.array(iceServer)),
    /** Of log reports, which we do not send. */
    apiUrl: anything,
    loggerOptions: anything,
    logLevel: anything,
    /** 2.x comes back to this instance when it reconnects. */
    instanceHash: maybeText
  }),
  registration_failed: event('registration_failed', { reason: maybeText }),
  heartbeat_resp: event('heartbeat_resp', {}),
  /** From 1.x on; 0.4.1 passes over it. */
  heartbeat: event('heartbeat', {}),

  call: event('call', {
    callId: text,
    correlationId: v.exactOptional(text),
    caller: user,
    description: offer,
    customData: anything,
    recording: anything
  }),
  ringing: event('ringing', call),
  call_response: event('call_response', {
    ...call,
    description: answer,
    /** Media before the callee answers; `call_accepted` establishes the call then. */
    isEarlyMedia: v.nullish(v.boolean()),
    recording: anything
  }),
  call_accepted: event('call_accepted', call),
  trickle_ice: event('trickle_ice', { ...call, candidate }),
  updating_call: event('updating_call', { ...call, description: offer }),
  updated_call: event('updated_call', call),
  hangup: event('hangup', over),
  'call-error': event('call-error', over),
  /** 1.x: the peer muted, or how good its network is. */
  info: event('info', { ...call, type: text, content: anything })
}

type EventSchemas = typeof eventSchemas
export type GatewayEvents = { [Name in keyof EventSchemas]: v.InferOutput<EventSchemas[Name]> } & Pick<
  ApplicationEvents,
  'call_reconnected'
>
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
