export type { Behavior } from './behavior.ts'
export type { Call, CallCommandName, DtmfOptions } from './call.ts'
export type { ConnectionStatus, ConnectionView, RegistrationStatus, RegistrationView } from './connection-view.ts'
export { createDevices } from './devices.ts'
export type {
  CaptureDeadline,
  Device,
  DevicePermission,
  DevicePermissions,
  Devices,
  DeviceSource,
  DevicesOptions
} from './devices.ts'
export type { DialRequest } from './dial-request.ts'
export { createEngine } from './engine.ts'
export type { Engine, EngineCommandName } from './engine-interface.ts'
export type { EngineEvent, EngineOptions } from './engine-options.ts'
export { CallError } from './errors.ts'
export type { CallErrorDetail } from './errors.ts'
export type { CallRecord } from './history.ts'
export type { MediaDevicesLike, MediaOptions } from './media-capture.ts'
export type { NetworkEvent } from './network.ts'
export type { Deadline, Policy, Replacement } from './policy.ts'
export { createQualityMonitor } from './quality.ts'
export type { CallQuality, QualityMonitor, QualityOptions } from './quality.ts'
export type { QualityThresholds } from './quality-verdict.ts'
export type { RecordedStreams, Recorder } from './recorder.ts'
export type {
  CallStatus,
  CallTimes,
  CallView,
  CaptureView,
  HoldView,
  PathView,
  RecordingView,
  ReferralView,
  SignallingView,
  TransferView,
  VideoView
} from './view.ts'
export type {
  Attention,
  BackoffPolicy,
  CallEmitted,
  CallEnd,
  Capabilities,
  CapturedDevice,
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
  QualityReason,
  QualitySample,
  RecordAction,
  RecordedBy,
  RegistrationEmitted,
  SwitchboardEmitted,
  SwitchboardPolicy,
  TransferPolicy,
  Transport,
  VideoPolicy,
  VideoSource,
  WayQuality
} from '../machines/index.ts'
