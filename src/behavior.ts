import { Observable } from 'rxjs'
import type { Subscriber } from 'rxjs'

/**
 * What is: subscribers get the current value, then changes only; it completes when what it describes is gone and never
 * errors. `value` can be read at any time, also after the end.
 */
export interface Behavior<T> extends Observable<T> {
  readonly value: T
}

/** A behavior of what `read` gives, which may have changed whenever `source` says so. */
export function derive<T>(read: () => T, source: Source): Behavior<T> {
  return new Derived(read, source)
}

/** One behavior per name, so that whoever asks again gets the same. */
export class Behaviors {
  readonly #made = new Map<string, Behavior<unknown>>()
  readonly #source: Source

  constructor(source: Source) {
    this.#source = source
  }

  of<T>(name: string, read: () => T): Behavior<T> {
    const known = this.#made.get(name)
    if (known !== undefined) return known as Behavior<T>
    const made = derive(read, this.#source)
    this.#made.set(name, made)
    return made
  }
}

interface Listener {
  changed(): void
  done(): void
}

/** Says that something may have changed, and at last that it never will again. */
export class Source {
  /** Made for the first one: most calls are shown in few respects. */
  #listeners: Set<Listener> | null = null
  #isOver = false

  get isOver() {
    return this.#isOver
  }

  listen(listener: Listener): () => void {
    const listeners = (this.#listeners ??= new Set())
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  changed() {
    for (const listener of this.#listeners ?? []) listener.changed()
  }

  done() {
    this.#isOver = true
    for (const listener of this.#listeners ?? []) listener.done()
    this.#listeners = null
  }
}

/** What happens, for whoever listens when it does: nothing is replayed. */
export interface Facts<T> {
  readonly facts$: Observable<T>
  tell(fact: T): void
  done(): void
}

export function createFacts<T>(): Facts<T> {
  const subscribers = new Set<Subscriber<T>>()
  let isOver = false
  return {
    facts$: new Observable((subscriber) => {
      if (isOver) return subscriber.complete()
      subscribers.add(subscriber)
      return () => subscribers.delete(subscriber)
    }),
    tell(fact) {
      for (const subscriber of [...subscribers]) subscriber.next(fact)
    },
    done() {
      isOver = true
      for (const subscriber of [...subscribers]) subscriber.complete()
    }
  }
}

/** However many subscribe, the source has one listener, and what it says costs one read. */
class Derived<T> extends Observable<T> implements Behavior<T>, Listener {
  readonly #read: () => T
  readonly #source: Source
  /** What each subscriber was told last. */
  readonly #told = new Map<Subscriber<T>, T>()
  #stopListening: () => void = () => {}
  #round = 0

  constructor(read: () => T, source: Source) {
    super((subscriber) => this.#join(subscriber))
    this.#read = read
    this.#source = source
  }

  get value(): T {
    return this.#read()
  }

  changed() {
    const value = this.#read()
    const round = ++this.#round
    for (const [subscriber, told] of this.#told) {
      if (Object.is(told, value)) continue
      this.#told.set(subscriber, value)
      subscriber.next(value)
      // what a subscriber did in answer changed it again, and everybody has heard of that already
      if (round !== this.#round) return
    }
  }

  done() {
    for (const subscriber of this.#told.keys()) subscriber.complete()
  }

  #join(subscriber: Subscriber<T>): () => void {
    const value = this.#read()
    if (!this.#source.isOver) {
      // listens before it tells: what the subscriber does in answer may change the value
      this.#told.set(subscriber, value)
      if (this.#told.size === 1) this.#stopListening = this.#source.listen(this)
    }
    subscriber.next(value)
    if (this.#source.isOver) subscriber.complete()
    return () => {
      this.#told.delete(subscriber)
      if (this.#told.size === 0) this.#stopListening()
    }
  }
}
