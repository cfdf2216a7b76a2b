export type { CallEnd, EndReason, Failure, FailureCode, ProviderDetail } from './failure.ts'
export type {
  Capabilities,
  DialOptions,
  DtmfMethod,
  Leg,
  LegCommand,
  LegEvent,
  Party,
  RejectReason,
  Terms,
  Transport,
  TransportCommand,
  TransportEvent
} from './transport.ts'
