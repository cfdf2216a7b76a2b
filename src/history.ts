import type { CallEnd, Party } from '../machines/index.ts'
import { derive, Source } from './behavior.ts'
import type { Behavior } from './behavior.ts'
import { frozen } from './frozen.ts'
import type { CallTimes, CallView } from './view.ts'

/** What remains of a call that is over: frozen, plain data. */
export interface CallRecord {
  readonly id: string
  readonly direction: 'outgoing' | 'incoming'
  readonly remote: Party
  readonly times: CallTimes
  readonly end: CallEnd
  /** Both sides talked. */
  readonly answered: boolean
  /** Somebody called, and nobody here heard or took it: not answered in time, given up, or refused as one call too many. */
  readonly missed: boolean
}

/** The last calls there were, youngest first, and never more than `limit` of them. */
export class History {
  readonly #limit: number
  readonly #source = new Source()
  #records: readonly CallRecord[] = frozen([])
  #missed: readonly CallRecord[] = frozen([])

  readonly records$: Behavior<readonly CallRecord[]> = derive(() => this.#records, this.#source)
  readonly missed$: Behavior<readonly CallRecord[]> = derive(() => this.#missed, this.#source)

  constructor(limit: number) {
    this.#limit = limit
  }

  add(record: CallRecord) {
    if (this.#limit < 1) return
    this.#records = Object.freeze([record, ...this.#records].slice(0, this.#limit))
    const missed = this.#records.filter((each) => each.missed)
    if (missed.length !== this.#missed.length || missed[0] !== this.#missed[0]) this.#missed = Object.freeze(missed)
    this.#source.changed()
  }

  done() {
    this.#source.done()
  }
}

/** `wasRefused`: the switchboard refused it before anybody was told of it. */
export function recordOf({ id, direction, remote, times, end }: CallView, wasRefused: boolean): CallRecord | null {
  if (end === null) return null
  const answered = times.established !== null
  const missed = direction === 'incoming' && !answered && (wasRefused || end.reason === 'missed')
  return frozen({ id, direction, remote, times, end, answered, missed })
}
