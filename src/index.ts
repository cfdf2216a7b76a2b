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
export { createEngine } from './engine.ts'
export type { DialRequest, Engine, EngineEvent, EngineOptions } from './engine.ts'
export { CallError } from './errors.ts'
export type { CallErrorDetail } from './errors.ts'
export type { MediaDevicesLike, MediaOptions } from './media.ts'
export type { Deadline, Policy } from './policy.ts'
export { createQualityMonitor } from './quality.ts'
export type { CallQuality, QualityMonitor, QualityOptions } from './quality.ts'
export type { QualityThresholds } from './quality-verdict.ts'
export type { CallStatus, CallTimes, CallView, CaptureView, HoldView, PathView, SignallingView } from './view.ts'
export type {
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
  RegistrationEmitted,
  Transport,
  WayQuality
} from '../machines/index.ts'
