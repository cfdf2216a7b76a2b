import { useBehavior } from 'callchart/react'
import { useId, useState } from 'react'
import type { SubmitEvent } from 'react'
import type { Attempt } from './attempt.ts'
import type { Phone } from './phone.ts'

export function DialForm({ phone: { settings, engine }, attempt }: { phone: Phone; attempt: Attempt }) {
  const [target, setTarget] = useState(settings.peer.address)
  const { status } = useBehavior(engine.connection$)
  const calls = useBehavior(engine.calls$)
  const id = useId()

  const dial = (event: SubmitEvent) => {
    event.preventDefault()
    attempt(engine.dial(target).then((call) => call.established()))
  }

  return (
    <form className="dial" onSubmit={dial}>
      <label htmlFor={id}>Call</label>
      <input
        id={id}
        value={target}
        onChange={({ currentTarget }) => setTarget(currentTarget.value)}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        inputMode="email"
      />
      <button type="submit" className="go" disabled={status !== 'online' || calls.length > 0}>
        Call
      </button>
    </form>
  )
}
