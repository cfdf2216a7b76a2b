import type { ActorRefFrom } from 'xstate'
import type { connectionMachine, Failure, registrationMachine } from '../machines/index.ts'
import { derive } from './behavior.ts'
import type { Behavior, Listener } from './behavior.ts'

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

export function connectionView(actor: ActorRefFrom<typeof connectionMachine>): Behavior<ConnectionView> {
  return viewOf(actor, ({ value, context }): ConnectionView => ({
    status: typeof value === 'string' ? value : (Object.keys(value)[0] as ConnectionStatus),
    proving: typeof value === 'object' && 'online' in value && value.online === 'proving',
    identity: context.identity,
    tries: context.tries,
    cause: context.cause
  }))
}

export function registrationView(actor: ActorRefFrom<typeof registrationMachine>): Behavior<RegistrationView> {
  return viewOf(actor, ({ value, context }): RegistrationView => ({
    status: typeof value === 'string' ? value : (Object.keys(value)[0] as RegistrationStatus),
    cause: context.cause
  }))
}

interface Viewable<S> {
  getSnapshot(): S
  subscribe(observer: { next: () => void; error: () => void; complete: () => void }): { unsubscribe(): void }
}

/** A frozen view that is made anew only when one of its fields has changed. */
function viewOf<S, V extends object>(actor: Viewable<S>, make: (snapshot: S) => V): Behavior<V> {
  let view = Object.freeze(make(actor.getSnapshot()))
  const read = () => {
    const next = make(actor.getSnapshot())
    if (!sameFields(view, next)) view = Object.freeze(next)
    return view
  }
  return derive(read, ({ changed, done }: Listener) => {
    const subscription = actor.subscribe({ next: changed, error: done, complete: done })
    return () => subscription.unsubscribe()
  })
}

function sameFields<V extends object>(a: V, b: V): boolean {
  return (Object.keys(a) as (keyof V)[]).every((name) => Object.is(a[name], b[name]))
}
