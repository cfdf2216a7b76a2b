import type { Observable } from 'rxjs'
import { createFacts, derive, Source } from './behavior.ts'
import type { Behavior, Facts } from './behavior.ts'

/** What of a call can be watched. Made when first asked for: most calls are never watched in every respect. */
export class Watched<Fact> {
  readonly #source = new Source()
  #behaviors: Map<string, Behavior<unknown>> | null = null
  #events: Facts<Fact> | null = null
  #isDone = false

  get events$(): Observable<Fact> {
    if (this.#events === null) {
      this.#events = createFacts()
      if (this.#isDone) this.#events.done()
    }
    return this.#events.facts$
  }

  /** One behavior per name, so that whoever asks again gets the same. */
  behavior<T>(name: string, read: () => T): Behavior<T> {
    const behaviors = (this.#behaviors ??= new Map())
    const known = behaviors.get(name)
    if (known !== undefined) return known as Behavior<T>
    const made = derive(read, this.#source)
    behaviors.set(name, made)
    return made
  }

  changed() {
    this.#source.changed()
  }

  tell(fact: Fact) {
    this.#events?.tell(fact)
  }

  done() {
    this.#isDone = true
    this.#events?.done()
    this.#source.changed()
    this.#source.done()
  }
}
