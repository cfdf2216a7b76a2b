/** Every timer of a server, so that none outlives it. */
export interface Timers {
  /** Returns what calls it off. */
  after(milliseconds: number, act: () => void): () => void
  stop(): void
}

export function createTimers(): Timers {
  const running = new Set<NodeJS.Timeout>()
  let open = true
  return {
    after(milliseconds, act) {
      if (!open) return () => undefined
      const timer = setTimeout(() => {
        running.delete(timer)
        act()
      }, milliseconds)
      running.add(timer)
      return () => {
        clearTimeout(timer)
        running.delete(timer)
      }
    },
    stop() {
      open = false
      running.forEach((timer) => clearTimeout(timer))
      running.clear()
    }
  }
}
