/** Engines on Infobip's emulator, for tests of what only this provider does. */
import { onTestFinished } from 'vitest'
import { createEngine } from '../../../../src/index.ts'
import type { Engine, EngineEvent, Policy } from '../../../../src/index.ts'
import { hasty, soon } from '../../../contract/scene.ts'
import type { InfobipAccount, InfobipAccountOptions, InfobipBench } from '../../../contract/infobip/emulator-bench.ts'

export interface Person extends InfobipAccount {
  readonly engine: Engine
  /** What the engine told, by type. */
  readonly told: readonly string[]
  readonly events: readonly EngineEvent[]
}

export async function person(
  bench: InfobipBench,
  { policy = {}, online = true, ...options }: InfobipAccountOptions & { policy?: Policy; online?: boolean } = {}
): Promise<Person> {
  const account = await bench.account(options)
  const events: EngineEvent[] = []
  const engine = createEngine({
    transport: account.transport,
    media: { mediaDevices: bench.webRtc.mediaDevices },
    clock: hasty,
    policy: { backoff: { initialDelay: 40, maxDelay: 400 }, ...policy }
  })
  engine.events$.subscribe((event) => events.push(event))
  onTestFinished(async () => {
    engine.dispose()
    await soon(() => account.open.length === 0, `nothing stays open: ${account.open.join(', ')}`)
    await account.release()
  })
  if (online) await engine.connect()
  return Object.create(account, {
    engine: { value: engine },
    events: { value: events },
    told: { get: () => events.map(({ event }) => event.type) }
  }) as Person
}

/** The actions a client said, without what it says by itself. */
export function actionsOf({ sent }: InfobipAccount): Record<string, unknown>[] {
  return sent
    .map((text) => JSON.parse(text) as Record<string, unknown>)
    .filter(({ action }) => action !== 'ice_candidate' && action !== 'heartbeat')
}
