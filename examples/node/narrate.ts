/** Puts down what becomes of a phone's calls: what its engine tells, and what the view of a call says is true. */
import type { CallView, EngineEvent } from 'callchart'
import { distinctUntilChanged, map } from 'rxjs'
import type { Columns } from './columns.ts'
import type { Phone } from './phone.ts'

export function narrate({ name, engine }: Phone, columns: Columns) {
  const watched = new Set<string>()
  engine.calls$.subscribe((calls) => {
    for (const { id, view$ } of calls) {
      if (watched.has(id)) continue
      watched.add(id)
      view$.pipe(map(wordsForView), distinctUntilChanged()).subscribe((words) => columns.note(name, words, 'state'))
    }
  })
  engine.events$.subscribe(({ event }) => columns.note(name, wordsForEvent(event), 'event'))
}

/** `established` alone is not the whole truth: it says too what is missing, or who holds whom. */
function wordsForView({ status, path, signalling, hold, microphone }: CallView): string {
  if (status !== 'established') return status
  return [
    status,
    ...(path === 'connected' ? [] : [`media ${path}`]),
    ...(signalling === 'attached' ? [] : [`signalling ${signalling}`]),
    ...(hold.local === 'active' ? [] : [hold.local]),
    ...(hold.remote === 'active' ? [] : ['held by the peer']),
    ...(microphone === 'live' ? [] : [microphone])
  ].join(', ')
}

function wordsForEvent(event: EngineEvent['event']): string {
  const { type } = event
  if (type === 'call.ended') return `${type}: ${event.end.reason}, by ${event.end.by}`
  if (type === 'dtmf.received') return `${type}: ${event.tone}`
  if (type === 'hold.remote') return `${type}: ${event.held ? 'held' : 'held no more'}`
  return type
}
