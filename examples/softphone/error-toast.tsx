import type { CallError } from 'callchart'

export function ErrorToast({ error, dismiss }: { error: CallError | null; dismiss: () => void }) {
  return (
    <div role="alert">
      {error && (
        <div className="toast">
          <p>
            <code>{error.code}</code> {error.message}
            {error.retryable && ' – trying again may help.'}
          </p>
          <button type="button" className="plain" aria-label="Dismiss the error" onClick={dismiss}>
            ×
          </button>
        </div>
      )}
    </div>
  )
}
