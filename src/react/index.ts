import { useCallback, useSyncExternalStore } from 'react'
import type { Behavior } from '../index.ts'

/** The value of a behavior, and a render whenever it changes. */
export function useBehavior<T>(behavior: Behavior<T>): T {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const subscription = behavior.subscribe(onChange)
      return () => subscription.unsubscribe()
    },
    [behavior]
  )
  const read = useCallback(() => behavior.value, [behavior])
  return useSyncExternalStore(subscribe, read, read)
}
