import { CallError } from 'callchart'
import { useCallback, useState } from 'react'

/** Hands a command's promise to whoever shows what went wrong. */
export type Attempt = (outcome: Promise<unknown>) => void

/** Commands reject with a `CallError`; that a call ended in another way than hoped for is no error, the call shows it. */
export function useAttempt() {
  const [error, setError] = useState<CallError | null>(null)
  const attempt: Attempt = useCallback((outcome) => {
    setError(null)
    outcome.catch((reason: unknown) => {
      if (reason instanceof CallError && reason.code !== 'call.ended') setError(reason)
    })
  }, [])
  const dismiss = useCallback(() => setError(null), [])
  return { attempt, error, dismiss }
}
