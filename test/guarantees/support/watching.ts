import type { AnyMachineSnapshot } from 'xstate'
import type { StartedCall, Step } from '../../machines/support/bench.ts'

/** Looks at every state the call is in, not only at the last one of a step. */
export function watch(call: StartedCall, look: (state: AnyMachineSnapshot) => void) {
  let failure: unknown
  call.actor.subscribe((state: AnyMachineSnapshot) => {
    if (state.status !== 'active' || failure !== undefined) return
    try {
      look(state)
    } catch (error) {
      failure = error
    }
  })
  const { run } = call
  Object.assign(call, {
    run: (...steps: readonly Step[]) => {
      run(...steps)
      if (failure !== undefined) throw failure
    }
  })
}
