/** SIP's grammar (RFC 3261 §25) as far as the server reads header fields. JsSIP's generated parser knows it. */
import JsSIP from 'jssip'

export type Uri = InstanceType<typeof JsSIP.URI>

/** A name-addr header field: From, To, Contact, Route. */
export interface Address {
  readonly uri: Uri
  readonly displayName: string | null
  /** Parameters of the field, not of the URI; null for one without a value. */
  readonly params: Readonly<Record<string, string | null>>
}

export interface Via {
  readonly transport: string
  readonly sentBy: string
  readonly branch: string | null
}

export interface CSeq {
  readonly number: number
  readonly method: string
}

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/
/** RFC 3261 §8.1.1.5: less than 2^31. */
const LARGEST_CSEQ = 2 ** 31 - 1

export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** `sip:` and `sips:` URIs only; others are known by `schemeOf`. */
export function parseUri(text: string): Uri | null {
  const uri = attempt(() => JsSIP.URI.parse(text)) as Uri | undefined
  return uri ?? null
}

/** A SIP URI with everything escaped that has to be. */
export function createAddress(user: string, host: string, params: Record<string, string> = {}): string {
  return new JsSIP.URI('sip', user, host, undefined, params).toString()
}

/** The scheme of anything that looks like an absolute URI. */
export function schemeOf(text: string): string | null {
  return /^([A-Za-z][A-Za-z0-9+\-.]*):./.exec(text)?.[1]?.toLowerCase() ?? null
}

export function parseAddress(text: string): Address | null {
  // The grammar has one rule per field; only Contact allows every form of address and every parameter.
  const parsed = attempt(() => JsSIP.Grammar.parse(text, 'Contact')) as { parsed: ParsedAddress }[] | undefined
  const first = parsed?.[0]?.parsed
  if (!first || parsed.length !== 1) return null
  return { uri: first._uri, displayName: first._display_name ?? null, params: first._parameters }
}

export function parseVia(text: string): Via | null {
  const via = attempt(() => JsSIP.Grammar.parse(text, 'Via')) as ParsedVia | undefined
  if (!via?.host) return null
  const sentBy = via.port === undefined ? via.host : `${via.host}:${via.port}`
  return { transport: via.transport.toUpperCase(), sentBy, branch: via.branch ?? null }
}

export function parseCSeq(text: string): CSeq | null {
  const [, digits = '', method = ''] = /^(\d{1,10})[ \t]+(\S+)$/.exec(text) ?? []
  const number = Number(digits)
  return digits && isToken(method) && number <= LARGEST_CSEQ ? { number, method } : null
}

/** Digits only, no sign, and not more than `max`. */
export function parseNumber(text: string, max: number): number | null {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN
  return value <= max ? value : null
}

export function isCallId(text: string): boolean {
  return attempt(() => JsSIP.Grammar.parse(text, 'Call_ID')) !== undefined
}

export function isMediaType(text: string): boolean {
  return attempt(() => JsSIP.Grammar.parse(text, 'Content_Type')) !== undefined
}

/** Splits a comma-separated field where the comma is neither quoted nor inside a URI. */
export function splitList(text: string): string[] {
  const parts: string[] = []
  let start = 0
  let quoted = false
  let bracketed = false
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]
    if (quoted && char === '\\') i += 1
    else if (char === '"') quoted = !quoted
    else if (quoted) continue
    else if (char === '<') bracketed = true
    else if (char === '>') bracketed = false
    else if (char === ',' && !bracketed) {
      parts.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  parts.push(text.slice(start).trim())
  return parts
}

interface ParsedAddress {
  readonly _uri: Uri
  readonly _display_name?: string
  readonly _parameters: Record<string, string | null>
}

interface ParsedVia {
  readonly transport: string
  readonly host?: string
  readonly port?: number
  readonly branch?: string
}

/** The generated parser answers -1 to most of what it cannot read, and throws at some. */
function attempt(parse: () => unknown): unknown {
  try {
    const result = parse()
    return result === -1 ? undefined : result
  } catch {
    return undefined
  }
}
