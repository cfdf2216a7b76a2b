import { useBehavior } from 'callchart/react'
import { useEffect, useState } from 'react'
import type { Attempt } from './attempt.ts'
import { LoudspeakerChoice, MicrophoneChoice } from './devices.tsx'
import type { Phone } from './phone.ts'

/** What the phone does by itself, where its sound comes from and goes to, and ways to break it. */
export function Settings({ phone, attempt }: { phone: Phone; attempt: Attempt }) {
  return (
    <div className="settings">
      <AutoAnswer phone={phone} attempt={attempt} />
      <DoNotDisturb phone={phone} />
      <MicrophoneChoice phone={phone} attempt={attempt} />
      <LoudspeakerChoice phone={phone} attempt={attempt} />
      <Trouble phone={phone} />
    </div>
  )
}

function AutoAnswer({ phone: { engine }, attempt }: { phone: Phone; attempt: Attempt }) {
  const [isOn, setIsOn] = useState(false)
  useEffect(() => {
    if (!isOn) return
    const subscription = engine.incoming$.subscribe((call) => {
      if (call.can('answer')) attempt(call.answer())
    })
    return () => subscription.unsubscribe()
  }, [attempt, engine, isOn])

  return (
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        onChange={({ currentTarget }) => setIsOn(currentTarget.checked)}
      />
      Answer automatically
    </label>
  )
}

function DoNotDisturb({ phone: { engine } }: { phone: Phone }) {
  const isOn = useBehavior(engine.doNotDisturb$)
  return (
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        onChange={({ currentTarget }) => engine.setDoNotDisturb(currentTarget.checked)}
      />
      Do not disturb
    </label>
  )
}

/** Both are done by the server, without a goodbye: the phone finds out for itself. */
function Trouble({ phone: { settings, engine } }: { phone: Phone }) {
  const { status } = useBehavior(engine.connection$)
  const ask = (what: 'drop' | 'outage') => void fetch(`/demo/${what}?user=${settings.user}`, { method: 'POST' })
  return (
    <div className="trouble" role="group" aria-label="Break it">
      <button type="button" disabled={status !== 'online'} onClick={() => ask('drop')}>
        Cut the connection
      </button>
      <button type="button" disabled={status !== 'online'} onClick={() => ask('outage')}>
        Server away for 5 s
      </button>
    </div>
  )
}
