import { fromCallback } from 'xstate'
import type { EventObject, NonReducibleUnknown } from 'xstate'

/** Stands where the engine has to provide a port, and says so when it did not. */
export function unprovided<TCommand extends EventObject, TInput = NonReducibleUnknown>(name: string) {
  return fromCallback<TCommand, TInput>(() => {
    throw new Error(`The machine was started without its "${name}" actor`)
  })
}
