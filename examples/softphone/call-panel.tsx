import type { Call } from 'callchart'
import { useBehavior } from 'callchart/react'
import type { Attempt } from './attempt.ts'
import { CallButtons } from './call-buttons.tsx'
import { Clock } from './clock.tsx'
import { Keypad } from './keypad.tsx'
import { Loudspeaker } from './loudspeaker.tsx'
import type { Phone } from './phone.ts'
import { Regions } from './regions.tsx'
import { endWords, headline, holding, mood, nameOf } from './words.ts'

/** One call: what it is, what is heard, and what can be done about it. */
export function CallPanel({ phone, call, attempt }: { phone: Phone; call: Call; attempt: Attempt }) {
  const { settings, capabilities } = phone
  const view = useBehavior(call.view$)
  const { address, displayName } = view.remote
  const other = displayName ?? (address === settings.peer.address ? settings.peer.name : nameOf(address))
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
        {capabilities.dtmf.length > 0 && <Keypad call={call} attempt={attempt} />}
      </div>
    </div>
  )
}
