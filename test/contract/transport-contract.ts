/**
 * What every adapter promises, checked through real engines with real media on the provider's server, or on its emulator.
 * A provider brings a bench (`bench.ts`) and calls this once for each server it can be tried on.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bench, BenchPlan } from './bench.ts'
import { connecting } from './connecting.ts'
import { leaving } from './leaving.ts'
import { losing } from './losing.ts'
import { offering } from './offering.ts'
import { placing } from './placing.ts'
import { receiving } from './receiving.ts'
import { Scene } from './scene.ts'
import { talking } from './talking.ts'
import { transferring } from './transferring.ts'

const chapters = { connecting, placing, receiving, talking, offering, transferring, losing, leaving }

/** `only`: the chapters in which a server that differs in one thing may behave differently. */
export function transportContract(
  name: string,
  plan: BenchPlan,
  only: readonly (keyof typeof chapters)[] = Object.keys(chapters) as (keyof typeof chapters)[]
) {
  let bench: Bench
  const scene = new Scene(() => bench, plan.cannot)

  describe(name, { timeout: 20_000, meta: { notTried: scene.notTried } }, () => {
    beforeAll(async () => {
      bench = await plan.start()
    })
    afterAll(() => bench.stop())

    test('claims what can be asked of it, and nothing else', async () => {
      const { transport } = await scene.person({ online: false })

      const { hold, registration, blindTransfer } = transport.capabilities
      expect({ hold, registration }).toEqual({
        hold: scene.can('signalled-hold'),
        registration: scene.can('registration')
      })
      // not every bench has parties that can be transferred
      expect(blindTransfer || !scene.can('transfer')).toBe(true)
    })

    for (const chapter of only) chapters[chapter](scene)
  })
}
