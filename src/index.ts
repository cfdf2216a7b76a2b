export type { Behavior } from './behavior.ts'
export type { Call, CallCommandName, DtmfOptions } from './call.ts'
export type { ConnectionStatus, ConnectionView, RegistrationStatus, RegistrationView } from './connection-view.ts'
export { createEngine } from './engine.ts'
export type { DialRequest, Engine, EngineEvent, EngineOptions } from './engine.ts'
export { CallError } from './errors.ts'
export type { CallErrorDetail } from './errors.ts'
export type { MediaDevicesLike, MediaOptions } from './media.ts'
export type { Deadline, Policy } from './policy.ts'
export type { RecordedStreams, Recorder } from './recorder.ts'
export type { CallStatus, CallTimes, CallView, HoldView, PathView, RecordingView, SignallingView } from './view.ts'
export type {
  BackoffPolicy,
  CallEmitted,
  CallEnd,
  Capabilities,
  ConnectionEmitted,
  DialOptions,
  DtmfMethod,
  EndReason,
  Failure,
  FailureCode,
  Leg,
  MediaRequest,
  Party,
  ProviderDetail,
  RecordAction,
  RecordedBy,
  RegistrationEmitted,
  Transport
} from '../machines/index.ts'
