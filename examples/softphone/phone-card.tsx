import { useBehavior } from 'callchart/react'
import { useEffect } from 'react'
import { CallHistory } from './call-history.tsx'
import { CallPanel } from './call-panel.tsx'
import { DialForm } from './dial-form.tsx'
import { ErrorToast } from './error-toast.tsx'
import { useAttempt } from './attempt.ts'
import { OtherCalls } from './other-calls.tsx'
import type { Phone } from './phone.ts'
import { RecordingList } from './recording-buttons.tsx'
import { Settings } from './settings.tsx'
import { TimelineList } from './timeline-list.tsx'
import { connectionWords, registrationWords } from './words.ts'

/** One phone: who it is, the calls it has or had last, and what happened. */
export function PhoneCard({ phone }: { phone: Phone }) {
  const { settings, engine } = phone
  const { attempt, error, dismiss } = useAttempt()
  const call = useBehavior(phone.call)

  useEffect(() => attempt(engine.connect()), [attempt, engine])

  return (
    <section className="phone" aria-label={`${settings.name}’s phone`}>
      <Identity phone={phone} />
      <DialForm phone={phone} attempt={attempt} />
      <OtherCalls phone={phone} shown={call} attempt={attempt} />
      {call ? <CallPanel key={call.id} phone={phone} call={call} attempt={attempt} /> : <NoCall />}
      <ErrorToast error={error} dismiss={dismiss} />
      <RecordingList phone={phone} />
      <CallHistory phone={phone} attempt={attempt} />
      <Settings phone={phone} attempt={attempt} />
      <TimelineList timeline={phone.timeline} />
    </section>
  )
}

function Identity({ phone: { settings, engine, capabilities } }: { phone: Phone }) {
  const connection = useBehavior(engine.connection$)
  const registration = useBehavior(engine.registration$)
  return (
    <header className="identity">
      <span className="avatar" aria-hidden="true">
        {settings.name.charAt(0)}
      </span>
      <div>
        <h2>{settings.name}</h2>
        <code>{settings.address}</code>
      </div>
      <ul className="states" aria-label="Account" aria-live="polite">
        <li data-good={connection.status === 'online'}>{connectionWords[connection.status]}</li>
        {capabilities.registration && (
          <li data-good={registration.status === 'registered'}>{registrationWords[registration.status]}</li>
        )}
      </ul>
    </header>
  )
}

function NoCall() {
  return (
    <div className="call" data-mood="none">
      <p className="quiet">No call yet. Dial another phone, or wait to be called.</p>
    </div>
  )
}
