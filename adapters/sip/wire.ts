/** What of SIP and SDP the adapter reads itself; JsSIP parses the rest. */
import type { CallEnd, EndReason, ProviderDetail } from '../../machines/index.ts'

/** RFC 3261 §21 (and the RFCs it was extended by) in the engine's words. What is not listed goes by its class. */
const reasons: Readonly<Record<number, EndReason>> = {
  401: 'forbidden',
  402: 'payment-required',
  403: 'forbidden',
  404: 'not-found',
  407: 'forbidden',
  408: 'no-answer',
  410: 'not-found',
  413: 'protocol',
  414: 'invalid-number',
  415: 'media',
  416: 'invalid-number',
  433: 'forbidden',
  480: 'unavailable',
  484: 'invalid-number',
  485: 'invalid-number',
  486: 'busy',
  487: 'cancelled',
  488: 'media',
  504: 'timeout',
  600: 'busy',
  603: 'declined',
  604: 'not-found',
  606: 'media',
  607: 'declined',
  608: 'declined'
}

export function reasonOf(status: number): EndReason {
  const known = reasons[status]
  if (known !== undefined) return known
  // a redirection that nobody follows: whom we called is not to be had here
  if (status < 400) return 'unavailable'
  if (status < 500) return 'protocol'
  return status < 600 ? 'unavailable' : 'declined'
}

/** A final response to our INVITE, as the end of the call. */
export function endOf(status: number, phrase: string, reason: Reason | null): CallEnd {
  return { by: 'remote', reason: reasonOf(status), code: status, text: phrase, ...detail(reason) }
}

/** Statuses after which asking again with the same credentials is useless. */
export function isPermanent(status: number): boolean {
  if (status >= 600) return true
  return status >= 400 && status < 500 && ![408, 423, 429, 480, 486, 491].includes(status)
}

/** RFC 3326. `cause` is a SIP status or, for Q.850, an ISUP cause. */
export interface Reason {
  readonly protocol: string
  readonly cause: number
  readonly text?: string
}

/** Null for what is no Reason, and for one without a cause. */
export function parseReason(header: string | undefined | null): Reason | null {
  const [, protocol = '', parameters = ''] = /^\s*([^;\s]+)\s*;(.*)$/s.exec(header ?? '') ?? []
  const cause = /(?:^|;)\s*cause\s*=\s*(\d+)/i.exec(parameters)?.[1]
  if (cause === undefined) return null
  const text = /(?:^|;)\s*text\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(parameters)?.[1]
  const reason = { protocol: protocol.toUpperCase(), cause: Number(cause) }
  return text === undefined ? reason : { ...reason, text }
}

/** A CANCEL because another device took the call: "Call completed elsewhere", or Q.850's non-selected user clearing. */
export function isAnsweredElsewhere(reason: Reason | null): boolean {
  if (reason === null) return false
  return reason.protocol === 'SIP' ? reason.cause === 200 : reason.protocol === 'Q.850' && reason.cause === 26
}

export function detail(reason: Reason | null): { provider?: ProviderDetail } {
  if (reason === null) return {}
  const code = `${reason.protocol} ${reason.cause}`
  return { provider: reason.text === undefined ? { code } : { code, text: reason.text } }
}

/** Seconds our binding lasts, from the Contacts of a 200 to REGISTER (RFC 3261 §10.3). */
export function grantedExpires(
  contacts: readonly string[],
  ours: string,
  header: string | undefined,
  asked: number
): number {
  const contact = contacts.find((value) => value.includes(ours)) ?? contacts[0] ?? ''
  const expires = Number(/;\s*expires\s*=\s*"?(\d+)/i.exec(contact)?.[1] ?? header ?? asked)
  return expires > 0 ? expires : asked
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

const sends = { sendrecv: true, sendonly: true, recvonly: false, inactive: false }
const receives = { sendrecv: true, sendonly: false, recvonly: true, inactive: false }

/** The direction of the first audio line; RFC 3264 §5.1: sendrecv unless it says otherwise. */
export function audioDirection(sdp: string): Direction {
  const [session = '', ...media] = sdp.split(/^(?=m=)/m)
  const audio = media.find((section) => section.startsWith('m=audio')) ?? ''
  return directionIn(audio) ?? directionIn(session) ?? 'sendrecv'
}

function directionIn(section: string): Direction | undefined {
  return /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(section)?.[1] as Direction | undefined
}

/** The peer holds us when it does not want to receive (RFC 3264 §8.4). */
export function isHolding(sdp: string): boolean {
  return !receives[audioDirection(sdp)]
}

/** Takes receiving out of every media line: what holding says. */
export function holdIn(sdp: string): string {
  return sdp.replace(/^a=(sendrecv|sendonly|recvonly|inactive)(?=\s*$)/gm, (_, direction: Direction) =>
    sends[direction] ? 'a=sendonly' : 'a=inactive'
  )
}

/** Changes with every ICE restart (RFC 8839 §5.4). */
export function iceUfrag(sdp: string): string | null {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? null
}

/** The body of an INFO that carries one digit; the format is customary, not a standard. */
export function dtmfRelay(tone: string, duration: number): string {
  return `Signal=${tone}\r\nDuration=${duration}\r\n`
}
