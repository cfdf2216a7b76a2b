import type { ActorOptions, AnyActorLogic, AnyActorRef } from 'xstate'
import type { CallEmitted, Leg } from '../machines/index.ts'
import type { CallMedia } from './media.ts'
import type { CallView } from './view.ts'

type Clock = NonNullable<ActorOptions<AnyActorLogic>['clock']>

/** A call as those see it who look after it beside its chart. */
export interface AttendedCall {
  readonly id: string
  shows(): CallView
  readonly leg: Leg
  readonly media: CallMedia
  /** The call whose place it takes, by its id. */
  readonly insteadOf: string | null
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>
  /** Whose child an actor of theirs is. */
  readonly root: AnyActorRef
  /** It is heard together with the other calls that are joined, or (false) by itself again. */
  join(on: boolean): void
  /** Tells everybody who listens to the call, or null: nothing happened. What is shown is read anew in any case. */
  tell(fact: CallEmitted | null): void
}

/** Looks after one call: it hears what the call tells, before anybody else does, until it has to let go. */
export interface Attendant {
  told(fact: CallEmitted): void
  /** Called once; nothing is told, and nothing stays open, afterwards. */
  release(): void
}

/** Both sides are to be heard now: packets must flow both ways. */
export function isTalking({ status, path, hold }: CallView): boolean {
  return status === 'established' && path === 'connected' && hold.local === 'active' && hold.remote === 'active'
}
