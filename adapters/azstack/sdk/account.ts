import { createEngine } from '../../../src/index.ts'
import type { Call, Engine, EngineEvent } from '../../../src/index.ts'
import { callLogs } from '../call-logs.ts'
import type { AZStackEnvironment, CompleteData } from '../config.ts'
import { engineIo3 } from '../engine-io-3.ts'
import type { AzstackNotice } from '../notices.ts'
import { unsteered } from '../options.ts'
import { azstackTransport } from '../transport.ts'
import type { AzstackTransport } from '../transport.ts'

/** An account that is connected, or wants to be. */
export interface Account {
  readonly engine: Engine
  readonly transport: AzstackTransport
}

export interface AccountListener {
  noticed(notice: AzstackNotice): void
  /** Somebody calls this number of ours. */
  rings(call: Call, called: string): void
  told(event: EngineEvent): void
}

/** The engine of one user; `limit` is how many milliseconds connecting may take at the most. */
export function openAccount(
  data: CompleteData & { readonly url: string },
  { mediaDevices, ...environment }: Omit<AZStackEnvironment, 'logger'>,
  limit: number,
  listener: AccountListener
): Account {
  const transport = azstackTransport({ link: environment.link ?? engineIo3(), callLogs, ...environment, ...data })
  /** Whom incoming calls are for, by leg. */
  const called = new Map<string, string>()
  transport.events.subscribe((event) => {
    if (event.type === 'transport.incoming') called.set(event.leg, event.to.address)
  })
  transport.notices.subscribe((notice) => listener.noticed(notice))
  const engine = createEngine({
    transport,
    policy: { connectDeadline: limit, deadlines: { connectDeadline: limit }, calls: unsteered },
    ...(mediaDevices === undefined ? {} : { media: { mediaDevices } })
  })
  engine.incoming$.subscribe((call) => listener.rings(call, called.get(call.id) ?? ''))
  engine.events$.subscribe((told) => {
    if (told.event.type === 'call.ended' && told.call !== null) called.delete(told.call)
    listener.told(told)
  })
  return { engine, transport }
}
