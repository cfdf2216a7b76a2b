import { chromium } from 'playwright'
import { startSipEmulator } from '../../adapters/sip/emulator.ts'
import { startCutProxy } from '../support/cut-proxy.ts'
import { chromiumPath, mayMakeNetworks } from '../support/needing.ts'
import { createNetworks } from '../support/networks.ts'
import type { Library } from './recovery-page.ts'
import { flags, libraries, patience, rounds } from './recovery-results.ts'
import type { Results, Took } from './recovery-results.ts'

/**
 * A browser whose address is taken away in the middle of a call, and that has one in another network: milliseconds until
 * its user hears something again. Null where no networks can be made.
 */
export async function afterMove(page: string): Promise<Results | null> {
  if (!mayMakeNetworks()) return null
  const results: Record<Library, Took[]> = { jssip: [], sipjs: [], callchart: [] }
  for (let round = 0; round < rounds; round++) {
    const asked = libraries.filter((library) => !results[library].includes(null))
    const took = await moveOnce(page, asked)
    for (const library of asked) results[library].push(took.get(library) ?? null)
  }
  return results
}

/** All of them in one page, so that they move at the same moment. */
async function moveOnce(page: string, asked: readonly Library[]): Promise<ReadonlyMap<Library, Took>> {
  const networks = await createNetworks()
  const server = await startSipEmulator({ host: networks.host })
  const pages = await startCutProxy(page, networks.host)
  const staying = await chromium.launch({ executablePath: chromiumPath() ?? '', args: flags })
  const insecure = `--unsafely-treat-insecure-origin-as-secure=${pages.url}`
  const moving = await chromium.launch({ executablePath: networks.chromium, args: [...flags, insecure] })
  try {
    const desk = await (await staying.newContext({ permissions: ['microphone'] })).newPage()
    await desk.goto(page)
    await desk.evaluate((account) => window.recovery.answering(account), server.credentials('desk'))
    const user = await (await moving.newContext({ permissions: ['microphone'] })).newPage()
    await user.goto(`${pages.url}${new URL(page).pathname}`)
    for (const library of asked)
      await user.evaluate(
        async ([who, account, target]) => {
          await window.recovery.start(who, account)
          await window.recovery.call(who, target)
          await window.recovery.hears(who, 50)
        },
        [library, server.credentials(library), server.credentials('desk').uri] as const
      )

    const since = Date.now()
    const heard = asked.map(async (library) => {
      const took = await user.evaluate(([who, moment, wait]) => window.recovery.heardAgain(who, moment, wait), [
        library,
        since,
        patience
      ] as const)
      return [library, took] as const
    })
    await networks.move()
    return new Map(await Promise.all(heard))
  } finally {
    await Promise.all([moving.close(), staying.close()])
    await Promise.all([pages.stop(), server.stop()])
    await networks.stop()
  }
}
