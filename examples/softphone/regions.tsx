import type { CallView } from 'callchart'

type Region = readonly [name: string, state: string | null, isUsual: boolean]

/** The parallel regions of the call's statechart, as they are now. */
export function Regions({ view }: { view: CallView }) {
  const regions = [...always(view), ...whileEstablished(view)]
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

function always({ signalling, path, negotiation, microphone, end }: CallView): readonly Region[] {
  return [
    ['Signalling', signalling, signalling === 'attached'],
    ['Media path', path, path === 'connected'],
    ['Negotiation', negotiation, negotiation === 'stable'],
    ['Microphone', end ? null : microphone, microphone === 'live']
  ]
}

function whileEstablished({ path, hold, video, recording, transfer, referral }: CallView): readonly Region[] {
  const shown = (state: string) => (path === null ? null : state)
  return [
    ['Our hold', shown(hold.local), hold.local === 'active'],
    ['Their hold', shown(hold.remote), hold.remote === 'active'],
    ['Video', shown(video.remote === 'on' && video.local === 'off' ? 'theirs' : video.local), video.wish === null],
    ['Recording', shown(recording.state), recording.state === 'off'],
    ['Transfer', shown((transfer ?? referral)?.state ?? 'idle'), transfer === null && referral === null]
  ]
}
