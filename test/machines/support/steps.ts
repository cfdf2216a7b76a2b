import { createActor } from 'xstate'
import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'

export interface PossibleEffect {
  readonly type: string
  readonly params?: unknown
}

/** What an event leads to, and what is to be done then; and all the moments on the way there. */
interface Steps {
  readonly step: (
    from: AnyMachineSnapshot,
    event: EventObject
  ) => readonly [to: AnyMachineSnapshot, actions: readonly PossibleEffect[]]
  readonly passed: (from: AnyMachineSnapshot, event: EventObject) => readonly AnyMachineSnapshot[]
}

/**
 * `transition` and `getMicrosteps` of XState for one chart. Those make an actor for every step, only to leave it alone, and
 * that costs more than the step; here one does for all.
 */
export function stepsOf(machine: AnyStateMachine): Steps {
  const self = createActor(machine)
  const nothing = () => {}
  const scope = (actions: PossibleEffect[]): AnyActorScope => ({
    self,
    system: self.system,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    stopChild: nothing,
    emit: nothing,
    actionExecutor: (action) => actions.push(action)
  })

  return {
    step(from, event) {
      const actions: PossibleEffect[] = []
      return [machine.transition(from, event, scope(actions)), actions]
    },
    passed: (from, event) => machine.microstep(from, event, scope([]))
  }
}
