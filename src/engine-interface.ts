import type { Observable } from 'rxjs'
import type { Behavior } from './behavior.ts'
import type { Call } from './call.ts'
import type { ConnectionView, RegistrationView } from './connection-view.ts'
import type { DialRequest } from './dial-request.ts'
import type { EngineEvent } from './engine-options.ts'
import type { CallRecord } from './history.ts'

export type EngineCommandName = 'dial' | 'swap'

/** One account and its calls. */
export interface Engine {
  readonly connection$: Behavior<ConnectionView>
  readonly registration$: Behavior<RegistrationView>
  /** The calls that are not over, oldest first. */
  readonly calls$: Behavior<readonly Call[]>
  /** The call the user is on: the one dialled, answered or resumed last, while it lasts. */
  readonly current$: Behavior<Call | null>
  /** The calls that are over, youngest first; `Policy.historyLimit` of them. */
  readonly history$: Behavior<readonly CallRecord[]>
  /** Those of the history that somebody made and nobody here took. */
  readonly missed$: Behavior<readonly CallRecord[]>
  readonly doNotDisturb$: Behavior<boolean>
  /** The calls that reach us and ring, once each. */
  readonly incoming$: Observable<Call>
  readonly events$: Observable<EngineEvent>
  /**
   * Resolves when calls can be made and, where the provider has registration, received. Rejects when that will not be, or
   * not in time (`connection.timeout`: the engine goes on trying until `disconnect()`).
   */
  connect(): Promise<void>
  /** Hangs up every call, unregisters and closes the connection. */
  disconnect(): Promise<void>
  /**
   * Resolves with the call as soon as there is one; it is not answered yet (see `Call.established`). The call one talks on
   * is held first. Where the target is calling us already, that call is answered, and is the result. Rejects with
   * `call.limit` when there are as many as there may be.
   */
  dial(target: string, request?: DialRequest): Promise<Call>
  /** Puts the user on the other call, the youngest where there are several; see `Call.makeCurrent`. */
  swap(): Promise<void>
  /** Whoever calls hears busy, is told in `events$` and remembered as missed. Calls that ring already ring on. */
  setDoNotDisturb(on: boolean): void
  /** Whether the command would be accepted now. */
  can(command: EngineCommandName): boolean
  can$(command: EngineCommandName): Behavior<boolean>
  /** Lets go of everything at once; idempotent. Nothing is emitted afterwards. */
  dispose(): void
}
