import { useBehavior } from 'callchart/react'
import type { Attempt } from './attempt.ts'
import type { Phone } from './phone.ts'
import { partyName, recordWords } from './words.ts'

const shown = 6

/** The last calls there were, and how many of all of them nobody took. */
export function CallHistory({ phone: { engine, settings }, attempt }: { phone: Phone; attempt: Attempt }) {
  const records = useBehavior(engine.history$)
  const missed = useBehavior(engine.missed$)
  const canDial = useBehavior(engine.can$('dial'))
  if (records.length === 0) return null
  return (
    <details className="history">
      <summary>
        Calls before <span className="quiet">{records.length}</span>
        {missed.length > 0 && <span className="missed">{missed.length} missed</span>}
      </summary>
      <ul aria-label="Calls before, newest first">
        {records.slice(0, shown).map((record) => {
          const other = partyName(record.remote, settings.peers)
          return (
            <li key={record.id} data-missed={record.missed}>
              <span className="arrow" aria-hidden="true">
                {record.direction === 'incoming' ? '↙' : '↗'}
              </span>
              <span>{other}</span>
              <span className="outcome">{recordWords(record, other)}</span>
              <button
                type="button"
                disabled={!canDial}
                aria-label={`Call ${other} again`}
                onClick={() => attempt(engine.dial(record.remote.address))}
              >
                Call
              </button>
            </li>
          )
        })}
      </ul>
    </details>
  )
}
