import type { Call } from 'callchart'
import type { Conference } from 'callchart/conference'
import { useBehavior } from 'callchart/react'
import type { Attempt } from './attempt.ts'
import { CommandButton } from './command-button.tsx'
import type { Phone } from './phone.ts'
import { Voice } from './voice.tsx'
import { asideWords, partyName } from './words.ts'

/** The calls beside the one the card is about: those that wait, those that are held, those that take part in it. */
export function OtherCalls({ phone, shown, attempt }: { phone: Phone; shown: Call | null; attempt: Attempt }) {
  const { engine, conference } = phone
  const calls = useBehavior(engine.calls$)
  const others = calls.filter((call) => call !== shown)
  const together = useBehavior(conference.calls$)
  const canJoin = useBehavior(conference.can$('join'))
  const canSplit = useBehavior(conference.can$('split'))
  const canSwap = useBehavior(engine.can$('swap'))
  if (others.length === 0) return null
  return (
    <section className="others" aria-label="Other calls">
      <ul aria-live="polite">
        {others.map((call) => (
          <OtherCall key={call.id} phone={phone} call={call} attempt={attempt} isHeard={together.includes(call)} />
        ))}
      </ul>
      <div className="together" role="group" aria-label="All calls">
        <button type="button" disabled={!canSwap} onClick={() => attempt(engine.swap())}>
          Swap
        </button>
        <button type="button" disabled={!canJoin} onClick={() => attempt(joinAll(conference, calls))}>
          Talk together
        </button>
        <button type="button" disabled={!canSplit} onClick={() => attempt(conference.split())}>
          Split up
        </button>
      </div>
    </section>
  )
}

/** Whoever can be heard: who rings still is asked when it has been answered. */
function joinAll(conference: Conference, calls: readonly Call[]): Promise<void> {
  return conference.join(...calls.filter(({ state }) => state.status === 'established'))
}

interface OtherCallProps {
  readonly phone: Phone
  readonly call: Call
  readonly attempt: Attempt
  /** It talks with the others, rather than wait for its turn. */
  readonly isHeard: boolean
}

function OtherCall({ phone, call, attempt, isHeard }: OtherCallProps) {
  const view = useBehavior(call.view$)
  const other = partyName(view.remote, phone.settings.peers)
  const isToAnswer = view.direction === 'incoming' && view.status === 'ringing'
  return (
    <li data-attention={view.attention}>
      <p>
        <span className="name">{other}</span>{' '}
        <span className="quiet">{isHeard ? 'talks with you all' : asideWords(view)}</span>
      </p>
      {isHeard && <Voice call={call} devices={phone.devices} />}
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
