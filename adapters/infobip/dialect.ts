import type { HeartbeatPolicy } from '../kit/index.ts'
import type { Gateway, Resuming } from './gateway.ts'
import { heartbeat, parseEvent, serialise } from './wire.ts'
import type { ClientAction, Frame, GatewayEvent, Reasons } from './wire.ts'

/**
 * How one of Infobip's clients speaks of calls. We think in 0.4.1's words; another dialect says and hears the same in its
 * own. It is a value that an application imports, so that who does not speak it does not load it.
 */
export interface Dialect {
  /** Of the client the gateway takes us for. */
  readonly version: string
  readonly heartbeat: HeartbeatPolicy
  /** Where the gateway of this location is, if not where 0.4.1 finds it. */
  readonly hostOf: (location: string | null) => string | undefined
  say(action: ClientAction): string
  /** Null for what is no business of ours. */
  hear(text: string): Frame<GatewayEvent | null>
  /** How calls are taken up again after their connection was lost; null where they end with it. */
  readonly resuming: ((gateway: Gateway) => Resuming) | null
  /** What it says of ends beside what 0.4.1 does. */
  readonly reasons: Reasons
}

export const dialect041: Dialect = {
  version: '0.4.1',
  heartbeat,
  hostOf: () => undefined,
  say: serialise,
  hear: parseEvent,
  resuming: null,
  reasons: {}
}
