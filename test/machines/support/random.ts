import { vi } from 'vitest'

/** A small generator (mulberry32), so that a seed says everything about a run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Lets the machines throw dice that come out the same every time. */
export function withRandom<T>(random: () => number, run: () => T): T {
  const dice = vi.spyOn(Math, 'random').mockImplementation(random)
  try {
    return run()
  } finally {
    dice.mockRestore()
  }
}
