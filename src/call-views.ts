import type { SnapshotFrom } from 'xstate'
import type { Attention, CallEmitted, CallEnd, callMachine } from '../machines/index.ts'
import { frozen } from './frozen.ts'
import { callView, stamped } from './view.ts'
import type { CallTimes, CallView, CaptureView } from './view.ts'

/** The view of a call: of its chart's snapshot, and of the little besides that the chart does not know. */
export class CallViews {
  readonly #snapshot: () => SnapshotFrom<typeof callMachine>
  readonly #capture: () => CaptureView | null
  #times: CallTimes = frozen({ started: Date.now(), ringing: null, established: null, ended: null })
  #attention: Attention = 'front'
  /** The end of a call whose chart could not say it. */
  #broken: CallEnd | null = null
  #view: CallView | null = null
  /** The snapshot that `#view` is of; null when something besides the snapshot has changed. */
  #viewed: unknown = null

  constructor(snapshot: () => SnapshotFrom<typeof callMachine>, capture: () => CaptureView | null) {
    this.#snapshot = snapshot
    this.#capture = capture
  }

  get view(): CallView {
    const snapshot = this.#snapshot()
    if (this.#view === null || this.#viewed !== snapshot) {
      this.#view = callView(snapshot, this.#times, this.#broken, this.#attention, this.#capture(), this.#view)
      this.#viewed = snapshot
    }
    return this.#view
  }

  get wasEstablished() {
    return this.#times.established !== null
  }

  stamp(fact: CallEmitted) {
    const times = stamped(this.#times, fact.type)
    if (times !== this.#times) this.changed()
    this.#times = times
  }

  /** Says whether it is news. */
  attend(attention: Attention): boolean {
    if (this.#attention === attention) return false
    this.#attention = attention
    this.changed()
    return true
  }

  break(end: CallEnd) {
    this.#broken = end
    this.changed()
  }

  /** Something besides the snapshot is no longer as it was. */
  changed() {
    this.#viewed = null
  }
}
