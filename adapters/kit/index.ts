/**
 * What adapters have in common whose provider speaks no SIP: one account that is connected or not, its calls, their media
 * over one connection of the browser's, and a WebSocket that is asked whether it still stands.
 */
export { closure, mediaFailure } from './failures.ts'
export type { Closure } from './failures.ts'
export { readAs, readJson } from './reading.ts'
export type { Reading, Vocabulary } from './reading.ts'
export { ProviderLeg } from './leg.ts'
export type { CommandOf, LegAccount } from './leg.ts'
export { openConnection } from './media.ts'
export { Negotiation } from './negotiation.ts'
export type { CallVideo, VideoSeen } from './negotiation.ts'
export type { Secret } from './secret.ts'
export { isWebSocketUrl, TextSocket, webSocketOf } from './socket.ts'
export type { HeartbeatPolicy, WebSocketClass, WebSocketLike } from './socket.ts'
export { plainCalls, ProviderTransport } from './transport.ts'
