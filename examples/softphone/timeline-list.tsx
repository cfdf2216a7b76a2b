import { useBehavior } from 'callchart/react'
import type { Entry, Timeline } from './timeline.ts'

/** Newest first: events the engine told, and below them in tone what changed in the view of the call. */
export function TimelineList({ timeline }: { timeline: Timeline }) {
  const entries = useBehavior(timeline)
  return (
    <section className="timeline" aria-label="Timeline">
      <h3>Timeline</h3>
      <ol reversed tabIndex={0} aria-label="What happened, newest first">
        {entries.map((entry) => (
          <Line key={entry.id} entry={entry} />
        ))}
      </ol>
    </section>
  )
}

function Line({ entry: { since, kind, name, text } }: { entry: Entry }) {
  return (
    <li data-kind={kind}>
      <span className="since">{(since / 1000).toFixed(2)}</span>
      <code>{kind === 'call' ? `${name} call` : name}</code>
      <span className="text">{text}</span>
    </li>
  )
}
