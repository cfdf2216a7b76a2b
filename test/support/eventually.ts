import { vi } from 'vitest'

/** Waits until `check` passes. What comes soon is not waited for any longer. */
export const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 15_000, interval: 20 })
