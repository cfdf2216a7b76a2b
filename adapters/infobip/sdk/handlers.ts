import { Subject } from 'rxjs'

/** Named events for handlers that stay; what one of them throws is reported, and keeps nothing from the others. */
export class Handlers<Events extends object> {
  readonly #subjects: Readonly<Record<string, Subject<unknown>>>

  constructor(names: readonly (keyof Events & string)[]) {
    this.#subjects = Object.fromEntries(names.map((name) => [name, new Subject<unknown>()]))
  }

  /** Throws for a name that is none. */
  on<Name extends keyof Events & string>(name: Name, handler: (event: Events[Name]) => void) {
    if (!Object.hasOwn(this.#subjects, name)) throw new Error(`Unknown event: ${name}!`)
    this.#subjects[name]?.subscribe((event) => handler(event as Events[Name]))
  }

  tell<Name extends keyof Events & string>(name: Name, event: Events[Name]) {
    this.#subjects[name]?.next(event)
  }
}
