import type { Remark } from './line.ts'
import type { ClientPacket, ServerBody, ServerPacket } from './packets.ts'
import { logStatus, logType } from './statuses.ts'
import type { LogStatus } from './statuses.ts'

/** What AZStack tells and no port has a word for. */
export type AzstackNotice =
  /** Number and balance are fine, and our offer is with the service. */
  | { readonly type: 'started'; readonly leg: string }
  /** A status that changes nothing here, of this call or of what another device of the user did with it. */
  | ({ readonly type: 'status'; readonly leg: string } & Remark)
  /** A call was billed. */
  | { readonly type: 'log'; readonly log: PaidCallLog }
  /** What `askForLogs` asked for; null when the service refused. */
  | { readonly type: 'logs'; readonly logs: readonly PaidCallLog[] | null }
  /** A packet that passed; what authenticates is masked. */
  | { readonly type: 'packet'; readonly direction: 'in' | 'out'; readonly text: string }

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

type PushedLog = ServerBody<601>['data']
type ListedLog = ServerBody<509>['data'][number]

/** The pushed and the listed ones name two things differently. */
export function paidCallLog(log: PushedLog | ListedLog): PaidCallLog {
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

const secrets = new Set(['token', 'password', 'urlRecord', 'url'])

/** A packet for a log, without what authenticates anybody. */
export function packetText({ service, body }: ClientPacket | ServerPacket): string {
  const masked = JSON.stringify(body, (name, value: unknown) =>
    secrets.has(name) && typeof value === 'string' && value !== '' ? '***' : value
  )
  // keys and passwords of ICE and DTLS stand in the descriptions
  const text = (masked ?? '').replace(/a=(ice-pwd|crypto):[^\\"]*/g, 'a=$1:***')
  return `${service} ${text}`
}
