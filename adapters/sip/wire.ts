/** What of SIP and SDP the adapter reads itself; JsSIP parses the rest. */
import type { CallEnd, EndReason, ProviderDetail } from '../../machines/index.ts'

/** Every final status that is registered with IANA, in the engine's words. Any other goes by its class. */
const reasons: Readonly<Record<number, EndReason>> = {
  // redirections, which nobody follows: whom we called is not to be had here
  300: 'unavailable',
  301: 'unavailable',
  302: 'unavailable',
  305: 'unavailable',
  380: 'unavailable',
  400: 'protocol',
  401: 'forbidden',
  402: 'payment-required',
  403: 'forbidden',
  404: 'not-found',
  405: 'protocol',
  406: 'protocol',
  407: 'forbidden',
  408: 'no-answer',
  410: 'not-found',
  412: 'protocol',
  413: 'protocol',
  414: 'invalid-number',
  415: 'media',
  416: 'invalid-number',
  417: 'protocol',
  420: 'protocol',
  421: 'protocol',
  422: 'protocol',
  423: 'protocol',
  424: 'protocol',
  425: 'protocol',
  428: 'forbidden',
  429: 'protocol',
  430: 'unavailable',
  433: 'forbidden',
  436: 'forbidden',
  437: 'forbidden',
  438: 'forbidden',
  439: 'protocol',
  440: 'protocol',
  469: 'protocol',
  470: 'forbidden',
  480: 'unavailable',
  481: 'protocol',
  482: 'protocol',
  483: 'protocol',
  484: 'invalid-number',
  485: 'invalid-number',
  486: 'busy',
  487: 'cancelled',
  488: 'media',
  489: 'protocol',
  491: 'protocol',
  493: 'protocol',
  494: 'forbidden',
  500: 'error',
  501: 'protocol',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
  505: 'protocol',
  513: 'protocol',
  555: 'unavailable',
  580: 'media',
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
  if (status < 400) return 'unavailable'
  if (status < 500) return 'protocol'
  return status < 600 ? 'unavailable' : 'declined'
}

/** A final response to our INVITE, as the end of the call. */
export function endOf(status: number, phrase: string, why: readonly Reason[]): CallEnd {
  return { by: 'remote', reason: reasonOf(status), code: status, text: phrase, ...detail(why) }
}

/** Statuses after which asking again may help although nothing has changed on our side. */
const temporary = new Set([408, 413, 423, 429, 430, 480, 486, 491])

/** Whether asking again with the same credentials is useless. */
export function isPermanent(status: number): boolean {
  return status >= 600 || (status >= 400 && status < 500 && !temporary.has(status))
}

/** RFC 3326. `cause` is a SIP status or, for Q.850, an ISUP cause; it should never be missing, and sometimes is. */
export interface Reason {
  readonly protocol: string
  readonly cause: number | null
  readonly text?: string
}

/** The reasons in one Reason field; what is none is left out. */
export function parseReasons(field: string): Reason[] {
  return splitOutsideQuotes(field, ',').flatMap((value) => {
    const [protocol = '', ...parameters] = splitOutsideQuotes(value, ';').map((part) => part.trim())
    if (!/^[\w.!%*+`'~-]+$/.test(protocol)) return []
    const cause = parameterOf(parameters, 'cause')
    const text = parameterOf(parameters, 'text')
    return [
      {
        protocol: protocol.toUpperCase(),
        cause: cause !== undefined && /^\d+$/.test(cause) ? Number(cause) : null,
        ...(text === undefined ? {} : { text })
      }
    ]
  })
}

function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  const part = separator === ',' ? /(?:"(?:[^"\\]|\\.)*"?|[^",])+/gs : /(?:"(?:[^"\\]|\\.)*"?|[^";])+/gs
  return text.match(part) ?? []
}

function parameterOf(parameters: readonly string[], name: string): string | undefined {
  for (const parameter of parameters) {
    const [, key = '', value = ''] = /^([^\s=]+)\s*=\s*(.*)$/s.exec(parameter) ?? []
    if (key.toLowerCase() !== name) continue
    const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(value)?.[1]
    return quoted === undefined ? value : quoted.replace(/\\(.)/gs, '$1')
  }
  return undefined
}

/** A CANCEL because another device took the call: "Call completed elsewhere", or Q.850's non-selected user clearing. */
export function isAnsweredElsewhere(why: readonly Reason[]): boolean {
  return why.some(({ protocol, cause, text = '' }) => {
    if (protocol === 'SIP') return cause === 200 || (cause === null && /completed elsewhere/i.test(text))
    return protocol === 'Q.850' && cause === 26
  })
}

export function detail([first]: readonly Reason[]): { provider?: ProviderDetail } {
  if (first === undefined) return {}
  const code = first.cause === null ? first.protocol : `${first.protocol} ${first.cause}`
  return { provider: first.text === undefined ? { code } : { code, text: first.text } }
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
  const [session, media] = sectionsOf(sdp)
  const audio = media.find((section) => section.startsWith('m=audio ')) ?? ''
  return directionIn(audio) ?? directionIn(session) ?? 'sendrecv'
}

function sectionsOf(sdp: string): [session: string, media: string[]] {
  const [first = '', ...others] = sdp.split(/^(?=m=)/m)
  return first.startsWith('m=') ? ['', [first, ...others]] : [first, others]
}

function directionIn(section: string): Direction | undefined {
  return /^a=(sendrecv|sendonly|recvonly|inactive)[ \t]*\r?$/m.exec(section)?.[1] as Direction | undefined
}

/** The peer holds us when it does not want to receive (RFC 3264 §8.4). */
export function isHolding(sdp: string): boolean {
  return !receives[audioDirection(sdp)]
}

/** Takes receiving out of every media line: what holding says. */
export function holdIn(sdp: string): string {
  const [session, media] = sectionsOf(sdp)
  const isSaid = directionIn(session) !== undefined
  const held = media.map((section) => {
    if (isSaid || directionIn(section) !== undefined || !/^m=(audio|video) /.test(section)) return narrow(section)
    const end = section.includes('\r\n') ? '\r\n' : '\n'
    return `${section.replace(/\r?\n$/, '')}${end}a=sendonly${end}`
  })
  return [narrow(session), ...held].join('')
}

function narrow(section: string): string {
  return section.replace(/^a=(sendrecv|sendonly|recvonly|inactive)(?=[ \t]*\r?$)/gm, (_, direction: Direction) =>
    sends[direction] ? 'a=sendonly' : 'a=inactive'
  )
}

/** Changes with every ICE restart (RFC 8839 §5.4). */
export function iceUfrag(sdp: string): string | null {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? null
}

const phrases: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  200: 'OK',
  404: 'Not Found',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  503: 'Service Unavailable',
  603: 'Decline'
}

/** The body of a NOTIFY that says what became of a REFER (RFC 3420). */
export function sipFragment(status: number): string {
  return `SIP/2.0 ${status} ${phrases[status] ?? 'Unknown'}\r\n`
}

/** The status a `message/sipfrag` begins with, or null. */
export function statusIn(body: string): { readonly code: number; readonly phrase: string } | null {
  const [, code, phrase = ''] = /^\s*SIP\/2\.0 ([1-6]\d\d)(?: ([^\r\n]*))?/i.exec(body) ?? []
  return code === undefined ? null : { code: Number(code), phrase }
}

/** The body of an INFO that carries one digit; the format is customary, not a standard. */
export function dtmfRelay(tone: string, duration: number): string {
  return `Signal=${tone}\r\nDuration=${duration}\r\n`
}

/** Whether this could be a SIP message, or one of the line ends that keep a connection alive (RFC 5626 §3.5.1). */
export function isMessage(text: string): boolean {
  if (/^(\r\n){1,2}$/.test(text)) return true
  return /^(SIP\/2\.0 [1-6]\d\d[ \r]|[A-Z]+ \S+ SIP\/2\.0\r\n)/.test(text) && text.includes('\r\n\r\n')
}

/** What a message cannot do without, and is written by who sends it: also in the short forms of RFC 3261 §7.3.3. */
const ownHeaders = new Set(
  'via v from f to t call-id i cseq contact m content-length l content-type c max-forwards record-route'.split(' ')
)
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/

/** Says why a call cannot be placed with these, or null. A line end would let their author write headers of their own. */
export function headerFault(headers: Readonly<Record<string, string>>, displayName = ''): string | null {
  if (control.test(displayName)) return 'The display name has a control character in it'
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w.!%*+`'~-]+$/.test(name)) return `Not a header name: ${JSON.stringify(name)}`
    if (control.test(value)) return `The value of the header ${name} has a control character in it`
    if (ownHeaders.has(name.toLowerCase())) return `The header ${name} is written by the adapter itself`
  }
  return null
}
