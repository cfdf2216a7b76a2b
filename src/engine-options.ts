import type { Observable } from 'rxjs'
import type {
  CallEmitted,
  ConnectionEmitted,
  RegistrationEmitted,
  SwitchboardEmitted,
  Transport,
  TransportEvent
} from '../machines/index.ts'
import type { Clock } from './account.ts'
import type { Attendance } from './attendance.ts'
import type { MediaOptions } from './media-capture.ts'
import type { NetworkEvent } from './network.ts'
import type { Policy } from './policy.ts'

export interface EngineOptions extends Attendance {
  /** One account at one provider, from an adapter. The engine owns it from now on. */
  readonly transport: Transport
  readonly policy?: Policy
  readonly media?: MediaOptions
  /**
   * What is known about the network: hints that are heeded between `connect()` and `disconnect()`. Default: what the
   * browser tells, and the clocks.
   */
  readonly network?: Observable<NetworkEvent>
  /** Drives every deadline; for tests. */
  readonly clock?: Clock
}

/** Something that happened, and when; `call` is null for what concerns the account. */
export interface EngineEvent {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly call: string | null
  readonly event:
    | CallEmitted
    | ConnectionEmitted
    | RegistrationEmitted
    | SwitchboardEmitted
    | Extract<TransportEvent, { type: 'transport.garbage' }>
}
