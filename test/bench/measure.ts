/** Calls per second of what `run` does `count` times: the median of five runs of about half a second, after a warm-up. */
export function ratePerSecond(run: (count: number) => void): number {
  let count = 6_000
  let seconds = timed(() => run(count))
  while (seconds < 0.4) {
    count = Math.ceil((count * Math.min(10, 0.5 / Math.max(seconds, 0.001))) / 6) * 6
    seconds = timed(() => run(count))
  }
  return median([1, 2, 3, 4, 5].map(() => count / timed(() => run(count))))
}

function timed(act: () => void): number {
  const start = performance.now()
  act()
  return (performance.now() - start) / 1_000
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}
