export { sipTransport } from './transport.ts'
export type { SipOptions } from './options.ts'
export type { GatheringPolicy } from './gathering.ts'
export type { WebSocketClass, WebSocketLike } from './socket.ts'
