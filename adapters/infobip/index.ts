export { infobipTransport } from './transport.ts'
export type { InfobipTransport } from './transport.ts'
export { dialect261 } from './dialect-2-6-1.ts'
export type { Dialect } from './dialect.ts'
export { videoCalls } from './video.ts'
export type { InfobipCallDetails, VideoCalls } from './gateway.ts'
export type { CallVideo, VideoSeen } from '../kit/index.ts'
export { infobipBackoff, infobipPolicy } from './options.ts'
export type { InfobipOptions } from './options.ts'
export type { HeartbeatPolicy, Secret, WebSocketClass, WebSocketLike } from '../kit/index.ts'
export { CallStatus, IncomingCall, InfobipRTC, OutgoingCall } from './sdk.ts'
export type {
  Call,
  CallEvents,
  CallOptions,
  CallStreams,
  Feedback,
  HangupStatus,
  InfobipRTCEvents,
  InfobipRTCOptions,
  User
} from './sdk.ts'
