import type { CallError } from '../errors.ts'

interface Wish {
  readonly waits: Set<string>
  error: CallError | null
  settle(error: CallError | null): void
}

/** Who waits for whom to have joined. */
export class Wishes {
  #wishes: readonly Wish[] = []

  /** Resolves when all of them have joined; rejects, when each has its answer, with why the first one that has not did not. */
  wait(members: readonly string[]): Promise<void> {
    if (members.length === 0) return Promise.resolve()
    const done = new Promise<void>((resolve, reject) => {
      const settle = (error: CallError | null) => (error === null ? resolve() : reject(error))
      this.#wishes = [...this.#wishes, { waits: new Set(members), error: null, settle }]
    })
    done.catch(() => {})
    return done
  }

  granted(member: string) {
    this.#answer([member], null)
  }

  refused(members: readonly string[], error: CallError) {
    this.#answer(members, error)
  }

  /** Whoever waits for this one waits for that one now. */
  replaced(member: string, by: string) {
    for (const { waits } of this.#wishes) if (waits.delete(member)) waits.add(by)
  }

  #answer(members: readonly string[], error: CallError | null) {
    for (const wish of this.#wishes) {
      const answered = members.filter((member) => wish.waits.delete(member))
      if (answered.length > 0) wish.error ??= error
      if (answered.length > 0 && wish.waits.size === 0) wish.settle(wish.error)
    }
    this.#wishes = this.#wishes.filter(({ waits }) => waits.size > 0)
  }
}
