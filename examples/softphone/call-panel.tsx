import type { Call } from 'callchart'
import { useBehavior } from 'callchart/react'
import type { Attempt } from './attempt.ts'
import { CallButtons } from './call-buttons.tsx'
import { Clock } from './clock.tsx'
import { Keypad } from './keypad.tsx'
import { Loudspeaker } from './loudspeaker.tsx'
import { Regions } from './regions.tsx'
import { endWords, headline, holding, mood, nameOf } from './words.ts'

/** One call: what it is, what is heard, and what can be done about it. */
export function CallPanel({ call, attempt }: { call: Call; attempt: Attempt }) {
  const view = useBehavior(call.view$)
  const other = view.remote.displayName ?? nameOf(view.remote.address)
  const detail = view.end ? endWords(view.end, other) : holding(view, other)

  return (
    <div className="call" data-mood={mood(view)}>
      <div className="summary">
        <div>
          <p className="who">{other}</p>
          <p className="headline" role="status">
            {headline(view)}
            {detail && <span className="detail">{detail}</span>}
          </p>
        </div>
        <Clock times={view.times} />
      </div>
      <Loudspeaker call={call} />
      <Regions view={view} />
      <div className="controls">
        <CallButtons call={call} attempt={attempt} />
        <Keypad call={call} attempt={attempt} />
      </div>
    </div>
  )
}
