export { backoffDelay, defaultBackoff } from './backoff.ts'
export type { BackoffPolicy } from './backoff.ts'
export { callMachine } from './call/call.ts'
export type {
  AbandonEvent,
  CallCommand,
  CallContext,
  CallEmitted,
  CallEvent,
  CallInput,
  InternalEvent,
  MediaCommand,
  MediaEvent,
  MediaRequest,
  QueuedDigit,
  SignallingEvent,
  VideoPolicy,
  VideoSource
} from './call/model.ts'
export type {
  RecordedBy,
  RecorderCommand,
  RecorderEvent,
  RecordingCommand,
  RecordingEmitted
} from './call/recording-model.ts'
export { defaultTransferPolicy } from './call/transfer-model.ts'
export type {
  ReceivedRefer,
  RelationEvent,
  Succession,
  TransferCommand,
  TransferContext,
  TransferEmitted,
  TransferPolicy
} from './call/transfer-model.ts'
export { captureMachine } from './capture.ts'
export { conferenceMachine } from './conference.ts'
export type { ConferenceCommand, ConferenceContext, ConferenceEmitted, ConferenceEvent } from './conference-setup.ts'
export type {
  CapturedDevice,
  CaptureContext,
  CaptureEmitted,
  CaptureEvent,
  CaptureInput,
  CapturePolicy,
  DeviceChoice,
  MicrophoneCommand
} from './capture-setup.ts'
export { connectionMachine } from './connection.ts'
export type { ConnectionContext, ConnectionEmitted, ConnectionEvent, DisconnectReason } from './connection-setup.ts'
export type { CallEnd, EndReason, Failure, FailureCode, ProviderDetail } from './failure.ts'
export type { KindMeasure, MediaMeasure, ReceivedMeasure, SentMeasure } from './measure.ts'
export type { QualityEmitted, QualityReason, QualitySample, WayQuality } from './quality.ts'
export { registrationMachine } from './registration.ts'
export type { RegistrationContext, RegistrationEmitted, RegistrationEvent } from './registration.ts'
export type {
  Capabilities,
  DialOptions,
  DtmfMethod,
  Leg,
  LegCommand,
  LegEvent,
  Party,
  RecordAction,
  Referral,
  RejectReason,
  Terms,
  Transport,
  TransportCommand,
  TransportEvent,
  Video
} from './transport.ts'
export { defaultSwitchboardPolicy, nextCall } from './switchboard-model.ts'
export { switchboardMachine } from './switchboard.ts'
export type {
  Attention,
  BoardCall,
  Claim,
  Meeting,
  SwitchboardCommand,
  SwitchboardContext,
  SwitchboardEmitted,
  SwitchboardEvent,
  SwitchboardPolicy
} from './switchboard-model.ts'
