import type { CallView } from 'callchart'

/** The parallel regions of the call's statechart, as they are now. */
export function Regions({ view }: { view: CallView }) {
  const regions: readonly (readonly [name: string, state: string | null, isUsual: boolean])[] = [
    ['Signalling', view.signalling, view.signalling === 'attached'],
    ['Media path', view.path, view.path === 'connected'],
    ['Negotiation', view.negotiation, view.negotiation === 'stable'],
    ['Our hold', view.path && view.hold.local, view.hold.local === 'active'],
    ['Their hold', view.path && view.hold.remote, view.hold.remote === 'active'],
    ['Microphone', view.end ? null : view.microphone, view.microphone === 'live']
  ]
  return (
    <dl className="regions">
      {regions.map(([name, state, isUsual]) => (
        <div key={name} data-state={state === null ? 'none' : isUsual ? 'usual' : 'unusual'}>
          <dt>{name}</dt>
          <dd>{state ?? '–'}</dd>
        </div>
      ))}
    </dl>
  )
}
