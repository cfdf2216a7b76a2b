import type { LogNotice } from './call-logs.ts'
import type { Remark } from './line.ts'
import type { ClientPacket, ServerPacket } from './packets.ts'

/** What AZStack tells and no port has a word for. */
export type AzstackNotice =
  /** Number and balance are fine, and our offer is with the service. */
  | { readonly type: 'started'; readonly leg: string }
  /** A status that changes nothing here, of this call or of what another device of the user did with it. */
  | ({ readonly type: 'status'; readonly leg: string } & Remark)
  | LogNotice
  /** A packet that passed; what authenticates is masked. */
  | { readonly type: 'packet'; readonly direction: 'in' | 'out'; readonly text: string }

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
