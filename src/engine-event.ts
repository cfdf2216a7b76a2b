import type {
  CallEmitted,
  ConnectionEmitted,
  RegistrationEmitted,
  SwitchboardEmitted,
  TransportEvent
} from '../machines/index.ts'

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
