import type { Behavior, Call, CallView, Engine } from 'callchart'
import { BehaviorSubject, map, pairwise } from 'rxjs'
import { wordsForEvent } from './words.ts'

/** One line: something that happened, or something that became true. */
export interface Entry {
  readonly id: number
  /** Milliseconds since the call began, or since the page did. */
  readonly since: number
  readonly kind: 'call' | 'event' | 'state'
  /** The event, or the part of the view, by its name in the code. */
  readonly name: string
  readonly text: string
}

export type Timeline = Behavior<readonly Entry[]>

const longest = 120

/** Newest first. Anything with a current value that can be subscribed to is a behavior, so `useBehavior` takes this too. */
export function createTimeline(engine: Engine): Timeline {
  const entries = new BehaviorSubject<readonly Entry[]>([])
  const known = new Set<string>()
  let zero = Date.now()
  let count = 0

  const add = (kind: Entry['kind'], name: string, text: string) =>
    entries.next([{ id: ++count, since: Date.now() - zero, kind, name, text }, ...entries.value.slice(0, longest)])

  engine.calls$.subscribe((calls) => {
    for (const call of calls) {
      if (known.has(call.id)) continue
      known.add(call.id)
      zero = Date.now()
      add('call', call.direction, call.state.remote.address)
      follow(call, (part, text) => add('state', part, text))
    }
  })
  engine.events$.subscribe(({ event }) => add('event', event.type, wordsForEvent(event)))
  return entries
}

/** Every change of the view, part by part. */
function follow(call: Call, changed: (part: string, text: string) => void) {
  call.view$.pipe(map(partsOf), pairwise()).subscribe(([before, now]) => {
    for (const [part, value] of Object.entries(now)) {
      const was = before[part]
      if (was && value && value !== was) changed(part, `${was} → ${value}`)
    }
  })
}

type Parts = Readonly<Record<string, string | null>>

function partsOf(view: CallView): Parts {
  const { status, path, signalling, negotiation, hold, microphone, camera, capture, video, recording } = view
  return {
    status,
    path,
    signalling,
    negotiation,
    microphone,
    camera,
    'hold.local': hold.local,
    'hold.remote': hold.remote,
    'video.local': video.local,
    'video.remote': video.remote,
    recording: recording.state,
    transfer: view.transfer?.state ?? 'none',
    referral: view.referral?.state ?? 'none',
    capture: capture?.status ?? null
  }
}
