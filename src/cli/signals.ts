export interface Signals {
  /** Resolves once, when somebody wants this program to end. */
  readonly end: Promise<void>
}

/** Milliseconds for an orderly end; then the program goes as it is. */
const patience = 5000

export function createSignals(): Signals {
  const end = new Promise<void>((resolve) => {
    const stop = () => {
      setTimeout(() => process.exit(1), patience).unref()
      resolve()
    }
    // From a terminal the same signal comes twice: to the whole group, and once more from npm.
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    // Whoever was to read what we say has gone.
    process.stdout.on('error', stop)
    stopWithNpx(stop)
  })
  return { end }
}

/** When npx is told to end, it tells a shell, which may keep it to itself: seen from here our parent is gone. */
function stopWithNpx(stop: () => void): void {
  if (process.env['npm_lifecycle_event'] !== 'npx') return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) stop()
  }, 500).unref()
}
