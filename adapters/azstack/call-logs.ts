import type { ServerBody, ServerPacket } from './packets.ts'
import { logBodies } from './packets/logs.ts'
import * as service from './packets/services.ts'
import type { Bodies } from './wire.ts'

/** What is told of calls that were billed. */
export type LogNotice =
  /** A call was billed. */
  | { readonly type: 'log'; readonly log: PaidCallLog }
  /** What `askForLogs` asked for; null when the service refused. */
  | { readonly type: 'logs'; readonly logs: readonly PaidCallLog[] | null }

/** What reads bills. */
export interface CallLogs {
  /** What a server says of them. */
  readonly bodies: Bodies
  /** Null for a packet about anything else. */
  noticeOf(packet: ServerPacket): LogNotice | null
}

/** Bills of paid calls, as notices; give it to `azstackTransport`. */
export const callLogs: CallLogs = {
  bodies: logBodies,
  noticeOf({ service: about, body }) {
    if (about === service.log) return { type: 'log', log: paidCallLog(body.data) }
    if (about !== service.logs) return null
    return { type: 'logs', logs: body.r === 1 ? body.data.map(paidCallLog) : null }
  }
}

/** A paid call as the service has billed it. Units of times are not known. */
export interface PaidCallLog {
  readonly callId: number | string
  readonly type: 'callout' | 'callin' | 'unknown'
  readonly status: LogStatus
  readonly userId: number | null
  readonly from: string
  readonly to: string
  readonly tags: string | null
  readonly duration: number | null
  readonly recordTime: number | null
  readonly recordUrl: string | null
}

/** How a call ended, as the log has it. */
type LogStatus = (typeof logStatuses)[number] | 'unknown'

const logStatuses = ['answered', 'rejected', 'not-answered'] as const
const logTypes = ['unknown', 'callout', 'callin'] as const

export function logStatus(status: number | null | undefined): LogStatus {
  return logStatuses[status ?? -1] ?? 'unknown'
}

export function logType(type: number | null | undefined): 'callout' | 'callin' | 'unknown' {
  return logTypes[type ?? 0] ?? 'unknown'
}

type PushedLog = ServerBody<601>['data']
type ListedLog = ServerBody<509>['data'][number]

/** The pushed and the listed ones name two things differently. */
function paidCallLog(log: PushedLog | ListedLog): PaidCallLog {
  const pushed = log as Partial<PushedLog & ListedLog>
  return {
    callId: log.callId,
    type: logType(log.callType),
    status: logStatus(log.status),
    userId: pushed.azUserId ?? pushed.userId ?? null,
    from: log.from,
    to: log.to,
    tags: log.tags ?? null,
    duration: log.duration ?? null,
    recordTime: log.recordTime ?? null,
    recordUrl: pushed.urlRecord ?? pushed.url ?? null
  }
}
