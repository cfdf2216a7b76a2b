/**
 * Infobip RTC on the wire: one JSON object per text frame of a WebSocket. A client says what it does in `action`, the
 * gateway what happened in `event`; nothing is acknowledged, and a call is known by its `callId` at best. Clients of
 * 0.4.1 and 1.x speak this; 2.x differs in how calls are placed, and is here as far as the handshake and resuming go.
 */
import type { ClientAction } from './wire/actions.ts'
import type { GatewayEvent } from './wire/events.ts'

export { actionSchemas, parseAction, placingSchemas } from './wire/actions.ts'
export type { ClientAction, ClientActions, Placing } from './wire/actions.ts'
export { eventSchemas, parseEvent } from './wire/events.ts'
export type { GatewayEvent, GatewayEvents, IceServer } from './wire/events.ts'
export type { Frame } from './wire/frame.ts'
export type { Answer, Candidate, Description, Offer, Status } from './wire/parts.ts'
export { closureOf, endOf, failureCodeOf, reasonOf, refusalOf } from './wire/statuses.ts'
export type { Closure } from './wire/statuses.ts'
export { decodeJson, gatewayUrl, isSendable, readToken, subprotocols } from './wire/token.ts'
export type { Claims, DeviceInfo } from './wire/token.ts'

/** Milliseconds, but for the last. What 0.4.1 keeps to; 1.x and 2.x wait 15 s for the answer to a heartbeat. */
export const timing = {
  heartbeat: 5000,
  heartbeatAnswer: 4000,
  backoff: { first: 50, cap: 1000, factor: 2, retries: 50 }
}

export function serialise(message: ClientAction | GatewayEvent): string {
  return JSON.stringify(message)
}
