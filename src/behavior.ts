import { Observable } from 'rxjs'
import type { Subscriber } from 'rxjs'

/**
 * What is: subscribers get the current value, then changes only; it completes when what it describes is gone and never
 * errors. `value` can be read at any time, also after the end.
 */
export interface Behavior<T> extends Observable<T> {
  readonly value: T
}

/** Tells a behavior that what it reads may have changed, and that it never will again. */
export interface Listener {
  changed(): void
  done(): void
}

/**
 * A behavior over something that can be read and listened to. However many subscribe, there is one listener, and one
 * read per change.
 */
class Derived<T> extends Observable<T> implements Behavior<T> {
  readonly #read: () => T
  readonly #listen: (listener: Listener) => () => void
  readonly #subscribers = new Set<Subscriber<T>>()
  #stop: (() => void) | null = null
  #last: T | undefined

  constructor(read: () => T, listen: (listener: Listener) => () => void) {
    super((subscriber) => this.#join(subscriber))
    this.#read = read
    this.#listen = listen
  }

  get value(): T {
    return this.#read()
  }

  #join(subscriber: Subscriber<T>): () => void {
    subscriber.next(this.#read())
    this.#subscribers.add(subscriber)
    if (this.#subscribers.size === 1) {
      this.#last = this.#read()
      this.#stop = this.#listen({ changed: () => this.#changed(), done: () => this.#done() })
    }
    return () => {
      this.#subscribers.delete(subscriber)
      if (this.#subscribers.size === 0) this.#leave()
    }
  }

  #changed() {
    const value = this.#read()
    if (Object.is(value, this.#last)) return
    this.#last = value
    for (const subscriber of [...this.#subscribers]) subscriber.next(value)
  }

  #done() {
    for (const subscriber of [...this.#subscribers]) subscriber.complete()
  }

  #leave() {
    const stop = this.#stop
    this.#stop = null
    stop?.()
  }
}

export function derive<T>(read: () => T, listen: (listener: Listener) => () => void): Behavior<T> {
  return new Derived(read, listen)
}

/** A set of listeners, and whether there will ever be anything to hear again. */
export class Listeners {
  readonly #listeners = new Set<Listener>()
  #over = false

  readonly listen = (listener: Listener): (() => void) => {
    if (this.#over) listener.done()
    else this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  changed() {
    for (const listener of [...this.#listeners]) listener.changed()
  }

  done() {
    this.#over = true
    for (const listener of [...this.#listeners]) listener.done()
    this.#listeners.clear()
  }
}
