import type { SnapshotFrom } from 'xstate'
import type { connectionMachine, Failure, registrationMachine } from '../machines/index.ts'
import { frozen, keep } from './frozen.ts'

export type ConnectionStatus = 'offline' | 'connecting' | 'online' | 'reconnecting' | 'disconnecting'

export interface ConnectionView {
  readonly status: ConnectionStatus
  /** A probe is under way: the connection may be dead. */
  readonly proving: boolean
  /** Who we are to the provider; empty before the first connection. */
  readonly identity: string
  /** Openings in this series, the one under way included. */
  readonly tries: number
  /** Why we are not online, when something went wrong. */
  readonly cause: Failure | null
}

export type RegistrationStatus = 'unregistered' | 'registering' | 'registered' | 'failed' | 'refused' | 'unregistering'

export interface RegistrationView {
  readonly status: RegistrationStatus
  readonly cause: Failure | null
}

/** An engine that was disposed of. */
export const offline: ConnectionView = frozen({
  status: 'offline',
  proving: false,
  identity: '',
  tries: 0,
  cause: null
})

export const unregistered: RegistrationView = frozen({ status: 'unregistered', cause: null })

export function connectionView(
  { value, context }: SnapshotFrom<typeof connectionMachine>,
  before: ConnectionView | null
): ConnectionView {
  return frozen(
    keep(before, {
      status: statusOf(outermost<ConnectionStatus | 'exhausted'>(value)),
      proving: typeof value === 'object' && 'online' in value && value.online === 'proving',
      identity: context.identity,
      tries: context.tries,
      cause: context.cause
    })
  )
}

export function registrationView(
  { value, context }: SnapshotFrom<typeof registrationMachine>,
  before: RegistrationView | null
): RegistrationView {
  return frozen(keep(before, { status: outermost<RegistrationStatus>(value), cause: context.cause }))
}

/** Who has given up is offline like who never wanted to be online; why is in `cause`. */
function statusOf(state: ConnectionStatus | 'exhausted'): ConnectionStatus {
  return state === 'exhausted' ? 'offline' : state
}

function outermost<S extends string>(value: S | Readonly<Partial<Record<S, unknown>>>): S {
  return typeof value === 'string' ? value : (Object.keys(value)[0] as S)
}
