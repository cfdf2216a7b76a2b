/** A way out that can be made slow: the order stays, whatever the delay becomes. */
export interface Outbox {
  /** Milliseconds that what is sent from now on is held back. */
  delay: number
  send(text: string): void
  /** Forgets what is held back. */
  clear(): void
}

export function createOutbox(write: (text: string) => void): Outbox {
  const held: { readonly text: string; readonly timer: NodeJS.Timeout }[] = []
  let due = 0
  const outbox: Outbox = {
    delay: 0,
    send(text) {
      due = Math.max(due, Date.now() + outbox.delay)
      if (due <= Date.now() && held.length === 0) return write(text)
      // Whichever timer fires first, the oldest message goes.
      const release = () => write(held.shift()?.text ?? '')
      held.push({ text, timer: setTimeout(release, due - Date.now()) })
    },
    clear: () => held.splice(0).forEach(({ timer }) => clearTimeout(timer))
  }
  return outbox
}
