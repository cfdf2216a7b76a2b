import type { CallEnd } from '../../machines/index.ts'
import type { Delegates } from './delegates.ts'
import { anotherDevice } from './line.ts'
import type { Remark } from './line.ts'
import { published, unknown } from './published.ts'
import type { CallState, Underway } from './published.ts'
import type { Requests } from './requests.ts'
import { deviceMeaning, isEnd } from './statuses.ts'

/** Tells the delegates what has become of a call: each state it comes to, if the vendor has a status for it. */
export class Publisher {
  readonly #delegates: Delegates
  readonly #requests: Requests

  constructor(delegates: Delegates, requests: Requests) {
    this.#delegates = delegates
    this.#requests = requests
  }

  publish(kind: 'callout' | 'callin', states: readonly CallState[], end: CallEnd | null) {
    for (const state of states) {
      const isEnd = state.startsWith('ended')
      if (isEnd && isElsewhere(end)) this.#tellByMe(state)
      // who ends a call is not told that it has ended
      else if (!isEnd || end?.by !== 'local') this.#tell(kind, state)
    }
  }

  /** A status that brings the call to no other state. */
  remark(kind: 'callout' | 'callin', { where, code }: Remark) {
    if (where === 'here') return this.#tell(kind, null)
    const meaning = deviceMeaning(code)
    this.#tellByMe(isEnd(meaning) ? null : meaning)
  }

  #tell(kind: 'callout' | 'callin', state: CallState | null) {
    const { onCalloutStatusChanged, onCallinStatusChanged } = this.#delegates
    if (kind === 'callout') {
      const status = state === null ? unknown.callout : published.callout[state]
      if (status !== null) this.#requests.tell(() => onCalloutStatusChanged?.(null, { status }))
    } else {
      const status = state === null ? unknown.callin : published.callin[state]
      if (status !== null) this.#requests.tell(() => onCallinStatusChanged?.(null, { status }))
    }
  }

  #tellByMe(state: CallState | null) {
    const status = state === null ? unknown.byMe : published.byMe[state]
    if (status !== null) this.#requests.tell(() => this.#delegates.onCallinStatusChangedByMe?.(null, { status }))
  }
}

/** Where a call is, from the engine's view of it. */
export function stateOf({ status, end }: { status: Underway | 'ended'; end: CallEnd | null }): CallState {
  return status === 'ended' ? `ended ${end?.reason ?? 'error'}` : status
}

function isElsewhere(end: CallEnd | null): boolean {
  return end?.reason === 'answered-elsewhere' || end?.provider?.text === anotherDevice
}
