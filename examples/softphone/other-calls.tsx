import type { Call } from 'callchart'
import { useBehavior } from 'callchart/react'
import type { Attempt } from './attempt.ts'
import { CommandButton } from './command-button.tsx'
import type { Phone } from './phone.ts'
import { asideWords, partyName } from './words.ts'

/** The calls beside the one the card is about: those that wait, and those that are held. */
export function OtherCalls({ phone, shown, attempt }: { phone: Phone; shown: Call | null; attempt: Attempt }) {
  const { engine } = phone
  const others = useBehavior(engine.calls$).filter((call) => call !== shown)
  const canSwap = useBehavior(engine.can$('swap'))
  if (others.length === 0) return null
  return (
    <section className="others" aria-label="Other calls">
      <ul aria-live="polite">
        {others.map((call) => (
          <OtherCall key={call.id} phone={phone} call={call} attempt={attempt} />
        ))}
      </ul>
      <button type="button" disabled={!canSwap} onClick={() => attempt(engine.swap())}>
        Swap
      </button>
    </section>
  )
}

function OtherCall({ phone, call, attempt }: { phone: Phone; call: Call; attempt: Attempt }) {
  const view = useBehavior(call.view$)
  const other = partyName(view.remote, phone.settings.peers)
  const isToAnswer = view.direction === 'incoming' && view.status === 'ringing'
  return (
    <li data-attention={view.attention}>
      <p>
        <span className="name">{other}</span> <span className="quiet">{asideWords(view)}</span>
      </p>
      {isToAnswer ? (
        <>
          <CommandButton
            call={call}
            command="answer"
            label="Answer"
            fullLabel={`Answer ${other}`}
            look="go"
            onPress={() => attempt(call.answer())}
          />
          <CommandButton
            call={call}
            command="reject"
            label="Reject"
            fullLabel={`Reject ${other}`}
            look="stop"
            onPress={() => attempt(call.reject())}
          />
        </>
      ) : (
        <>
          <CommandButton
            call={call}
            command="resume"
            label="Resume"
            fullLabel={`Resume ${other}`}
            onPress={() => attempt(call.resume())}
          />
          <CommandButton
            call={call}
            command="hangup"
            label="Hang up"
            fullLabel={`Hang up ${other}`}
            look="stop"
            onPress={() => attempt(call.hangup())}
          />
        </>
      )}
    </li>
  )
}
