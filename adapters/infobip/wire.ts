/**
 * Infobip RTC on the wire: one JSON object per text frame of a WebSocket. A client says what it does in `action`, the
 * gateway what happened in `event`; nothing is acknowledged, and a call is known by its `callId` at best. Clients of
 * 0.4.1 and 1.x speak alike; 2.x places calls in words of its own, and can go on with one after a reconnect.
 */
import type { ClientAction } from './wire/actions.ts'
import type { ApplicationAction } from './wire/application-calls.ts'
import type { ApplicationEvent } from './wire/application-events.ts'
import type { ConferenceAction } from './wire/conferences.ts'
import type { GatewayEvent } from './wire/events.ts'

export { actionSchemas, parseAction } from './wire/actions.ts'
export type { ClientAction, ClientActions, Placing } from './wire/actions.ts'
export { applicationActionSchemas } from './wire/application-calls.ts'
export { applicationEventSchemas } from './wire/application-events.ts'
export type { ApplicationAction } from './wire/application-calls.ts'
export type { ApplicationEvent, ApplicationEvents } from './wire/application-events.ts'
export { conferenceActionSchemas, conferenceEventSchemas } from './wire/conferences.ts'
export type { ConferenceAction } from './wire/conferences.ts'
export { eventSchemas, parseEvent } from './wire/events.ts'
export type { GatewayEvent, GatewayEvents, IceServer } from './wire/events.ts'
export type { Frame } from './wire/frame.ts'
export type { Answer, Candidate, Status } from './wire/parts.ts'
export { closureOf, endOf, failureCodeOf, reasonOf, refusalOf } from './wire/statuses.ts'
export type { Reasons } from './wire/statuses.ts'
export { decodeJson, gatewayUrl, isSendable, readToken, subprotocols } from './wire/token.ts'
export type { DeviceInfo } from './wire/token.ts'

/** Milliseconds. What 0.4.1 keeps to; 1.x and 2.x wait 15 s for the answer. */
export const heartbeat = { period: 5_000, deadline: 4_000 }

export function serialise(
  message: ClientAction | GatewayEvent | ApplicationAction | ApplicationEvent | ConferenceAction
): string {
  return JSON.stringify(message)
}
