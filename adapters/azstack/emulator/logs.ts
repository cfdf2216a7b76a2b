/** What the service remembers of paid calls, per user. */
import type { EndReason } from '../../../machines/index.ts'
import * as service from '../packets/services.ts'
import type { ServerBody, ServerPacket } from '../packets.ts'
import { logCode } from '../statuses.ts'

export interface PaidCall {
  readonly user: string
  readonly userId: number
  readonly callId: number
  readonly direction: 'callout' | 'callin'
  readonly from: string
  readonly to: string
  readonly tags?: string | undefined
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** Seconds. */
  readonly duration: number
  readonly reason: EndReason
  readonly answered: boolean
}

export interface Logs {
  /** Remembers the call, and returns what its user is told. */
  add(call: PaidCall): ServerPacket
  /** Newest first, a single page. */
  of(user: string): ServerPacket
}

const MOST_PER_USER = 20

export function createLogs(): Logs {
  const logs = new Map<string, ServerBody<509>['data']>()

  return {
    add({ user, userId, callId, direction, from, to, tags, startedAt, duration, reason, answered }) {
      const common = {
        callId,
        from,
        to,
        ...(tags !== undefined && { tags }),
        duration,
        recordTime: Math.floor(startedAt / 1000),
        callType: direction === 'callout' ? 1 : 2,
        status: logCode(reason, answered)
      }
      const url = answered ? `https://records.invalid/${callId}.mp3` : ''
      logs.set(user, [{ ...common, url, userId }, ...(logs.get(user) ?? [])].slice(0, MOST_PER_USER))
      return { service: service.log, body: { data: { ...common, urlRecord: url, azUserId: userId } } }
    },
    of: (user) => ({ service: service.logs, body: { r: 1, data: logs.get(user) ?? [] } })
  }
}
