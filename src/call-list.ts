import type { CallHandle } from './call-handle.ts'
import type { Call } from './call.ts'
import { frozen } from './frozen.ts'

/** The calls of an engine that are not over, and which of them are shown. */
export class CallList {
  readonly #handles = new Map<string, CallHandle>()
  /** Calls that nobody is told of: kept until it is clear what becomes of them, or `refused`. */
  readonly #unseen = new Map<string, 'kept' | 'refused'>()
  readonly #changed: (isFirstOrLast: boolean) => void
  #shown: readonly Call[] = frozen([])

  constructor(changed: (isFirstOrLast: boolean) => void) {
    this.#changed = changed
  }

  /** Oldest first. */
  get shown(): readonly Call[] {
    return this.#shown
  }

  has(id: string): boolean {
    return this.#handles.has(id)
  }

  get(id: string): CallHandle | undefined {
    return this.#handles.get(id)
  }

  values(): Iterable<CallHandle> {
    return [...this.#handles.values()]
  }

  add(call: CallHandle, unseen?: 'kept' | 'refused') {
    this.#handles.set(call.id, call)
    if (unseen === undefined) this.#show([...this.#shown, call])
    else this.#unseen.set(call.id, unseen)
  }

  unseen(id: string): 'kept' | 'refused' | undefined {
    return this.#unseen.get(id)
  }

  /** Null also for a call that nobody is told of. */
  seen(id: string | null): CallHandle | null {
    if (id === null || this.#unseen.has(id)) return null
    return this.#handles.get(id) ?? null
  }

  /** A call that was kept stands among the others from now on; null where there is none. */
  show(id: string): CallHandle | null {
    const call = this.#handles.get(id)
    if (call === undefined || !this.#unseen.delete(id)) return null
    this.#show([...this.#shown, call])
    return call
  }

  remove(call: CallHandle) {
    this.#handles.delete(call.id)
    if (!this.#unseen.delete(call.id)) this.#show(this.#shown.filter((other) => other !== call))
  }

  #show(calls: readonly Call[]) {
    const isFirstOrLast = calls.length > 0 !== this.#shown.length > 0
    this.#shown = Object.freeze(calls)
    this.#changed(isFirstOrLast)
  }
}
