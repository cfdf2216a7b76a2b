import { useBehavior } from 'callchart/react'
import { useId, useState } from 'react'
import type { SubmitEvent } from 'react'
import type { Attempt } from './attempt.ts'
import type { Phone } from './phone.ts'

/** Calls somebody; during a call, too, which is then held. */
export function DialForm({ phone, attempt }: { phone: Phone; attempt: Attempt }) {
  const { settings, engine, capabilities } = phone
  const [target, setTarget] = useState(settings.peers[0]?.address ?? '')
  const canDial = useBehavior(engine.can$('dial'))
  const id = useId()

  const dial = (video: boolean) =>
    attempt(engine.dial(target, { media: { audio: true, video } }).then((call) => call.established()))
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    dial(false)
  }

  return (
    <form className="dial" onSubmit={submit}>
      {settings.peers.length > 1 && (
        <div className="peers" role="group" aria-label="Whom to call">
          {settings.peers.map(({ name, address }) => (
            <button key={name} type="button" aria-pressed={address === target} onClick={() => setTarget(address)}>
              {name}
            </button>
          ))}
        </div>
      )}
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
      <button type="submit" className="go" disabled={!canDial}>
        Call
      </button>
      {capabilities.video && (
        <button type="button" disabled={!canDial} onClick={() => dial(true)}>
          Video call
        </button>
      )}
    </form>
  )
}
