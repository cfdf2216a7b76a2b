/** The strict way in: what is not valid SIP never gets past here. */
import { parseCredentials } from './digest.ts'
import { isCallId, isMediaType, isToken, parseAddress, parseCSeq, parseNumber, parseUri, parseVia } from './grammar.ts'
import { schemeOf, splitList } from './grammar.ts'
import { copiedFields, headerOf, headersOf } from './message.ts'
import type { Essentials, Header, ResponseDraft, SipMessage, SipRequest, SipResponse } from './message.ts'

export type Parsed =
  | { readonly kind: 'message'; readonly message: SipMessage }
  /** `refusal` is null where no response may be sent: to responses, to ACK, and when none could be addressed. */
  | { readonly kind: 'invalid'; readonly fault: string; readonly refusal: ResponseDraft | null }

/** The methods a request may have; any other is answered 501. */
const METHODS = [
  'ACK',
  'BYE',
  'CANCEL',
  'INFO',
  'INVITE',
  'MESSAGE',
  'NOTIFY',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REFER',
  'REGISTER',
  'SUBSCRIBE',
  'UPDATE'
] as const

const COMPACT: Readonly<Record<string, string>> = {
  c: 'Content-Type',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires'
}
/** How names are written here; SIP compares them without case. */
const CANONICAL: Readonly<Record<string, string>> = Object.fromEntries(
  [...Object.values(COMPACT), 'Authorization', 'CSeq', 'Expires', 'Max-Forwards', 'Proxy-Authorization', 'Record-Route']
    .concat('Proxy-Require', 'Reason', 'Require', 'Route')
    .map((name) => [name.toLowerCase(), name])
)
const LISTS = new Set(['via', 'route', 'record-route', 'contact'])
const ONCE = ['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Content-Length', 'Content-Type', 'Expires']
const MOST_HEADERS = 200
/** RFC 3261 §8.1.1.7: what older implementations choose as branch is not unique. */
const MAGIC_COOKIE = 'z9hG4bK'

/** Carries what is wrong out of the checks below. */
class Invalid extends Error {
  readonly status: number

  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

export function parseMessage(text: string): Parsed {
  const end = text.indexOf('\r\n\r\n')
  const [start = '', ...lines] = (end < 0 ? text : text.slice(0, end)).split('\r\n')
  const body = end < 0 ? '' : text.slice(end + 4)
  const headers: Header[] = []

  try {
    readHeaders(lines, headers)
    if (end < 0) throw new Invalid('Header Section Without End')
    return { kind: 'message', message: readMessage(start, headers, body) }
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    return { kind: 'invalid', fault: error.message, refusal: refusalOf(error, start, headers) }
  }
}

function readMessage(start: string, headers: Header[], body: string): SipMessage {
  const message = start.startsWith('SIP/') ? readResponse(start, headers, body) : readRequest(start, headers, body)
  checkBody(message)
  return message
}

function readRequest(start: string, headers: Header[], body: string): SipRequest {
  const [method = '', uri = '', version = '', ...more] = start.split(' ')
  if (!isToken(method) || !uri || more.length > 0) throw new Invalid('Malformed Request-Line')
  if (!/^SIP\/\d+\.\d+$/i.test(version)) throw new Invalid('Malformed Request-Line')
  if (version.toUpperCase() !== 'SIP/2.0') throw new Invalid('Version Not Supported', 505)
  if (!METHODS.some((known) => known === method)) throw new Invalid('Not Implemented', 501)

  const scheme = schemeOf(uri)
  if (scheme !== null && scheme !== 'sip') throw new Invalid('Unsupported URI Scheme', 416)
  const target = parseUri(uri)
  if (!target) throw new Invalid('Malformed Request-URI')

  const essentials = readEssentials(headers)
  if (essentials.cseq.method !== method) throw new Invalid('CSeq Method Mismatch')
  if (!essentials.via.branch?.startsWith(MAGIC_COOKIE)) throw new Invalid('Malformed Via Branch')
  if (!/^WSS?$/.test(essentials.via.transport)) throw new Invalid('Via Transport Is Not WebSocket')
  const request: SipRequest = { kind: 'request', method, uri, target, headers, body, ...essentials }
  checkRequest(request)
  return request
}

function readResponse(start: string, headers: Header[], body: string): SipResponse {
  const [, version, digits, reason = ''] = /^(SIP\/\S+) ([1-6]\d\d) ?(.*)$/.exec(start) ?? []
  if (!version) throw new Invalid('Malformed Status-Line')
  if (version !== 'SIP/2.0') throw new Invalid('Version Not Supported')
  return { kind: 'response', status: Number(digits), reason, headers, body, ...readEssentials(headers) }
}

/** Reads on after a malformed line, so that the refusal finds its way back. */
function readHeaders(lines: readonly string[], into: Header[]): void {
  const unfolded: string[] = []
  for (const line of lines) {
    const last = unfolded.length - 1
    // RFC 3261 §7.3.1: a line that begins with white space goes on with the one before.
    if (/^[ \t]/.test(line) && last >= 0) unfolded[last] += ` ${line.trim()}`
    else unfolded.push(line)
  }
  const read = unfolded.slice(0, MOST_HEADERS).map(readHeader)
  into.push(...read.flatMap((headers) => headers ?? []))
  if (unfolded.length > MOST_HEADERS) throw new Invalid('Too Many Header Fields')
  if (read.includes(null)) throw new Invalid('Malformed Header Field')
}

function readHeader(line: string): Header[] | null {
  const colon = line.indexOf(':')
  const written = line.slice(0, Math.max(colon, 0)).trimEnd()
  const value = line.slice(colon + 1).trim()
  if (!isToken(written) || hasControlCharacter(value)) return null
  const name = COMPACT[written.toLowerCase()] ?? CANONICAL[written.toLowerCase()] ?? written
  const values = LISTS.has(name.toLowerCase()) ? splitList(value) : [value]
  return values.map((each) => ({ name, value: each }))
}

/** A tab may stand in a header field; a lone CR or LF never. */
function hasControlCharacter(text: string): boolean {
  return [...text].some((char) => (char < ' ' && char !== '\t') || char === '\u007f')
}

function readEssentials(headers: readonly Header[]): Essentials {
  const message = { headers }
  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) {
    if (headerOf(message, name) === null) throw new Invalid(`Missing ${name}`)
  }
  for (const name of ONCE) {
    if (headersOf(message, name).length > 1) throw new Invalid(`More Than One ${name}`)
  }
  const read = <T>(name: string, parse: (value: string) => T | null): T => {
    const parsed = parse(headerOf(message, name) ?? '')
    if (parsed === null) throw new Invalid(`Malformed ${name}`)
    return parsed
  }

  const vias = headersOf(message, 'Via').map(parseVia)
  if (vias.includes(null)) throw new Invalid('Malformed Via')
  const from = read('From', parseAddress)
  if (!from.params['tag']) throw new Invalid('Missing From Tag')
  return {
    via: read('Via', parseVia),
    from,
    to: read('To', parseAddress),
    callId: read('Call-ID', (value) => (isCallId(value) ? value : null)),
    cseq: read('CSeq', parseCSeq)
  }
}

function checkRequest(request: SipRequest): void {
  const maxForwards = headerOf(request, 'Max-Forwards')
  if (maxForwards === null) throw new Invalid('Missing Max-Forwards')
  if (parseNumber(maxForwards, 255) === null) throw new Invalid('Malformed Max-Forwards')

  const contacts = headersOf(request, 'Contact')
  if (request.method === 'INVITE' && contacts.length !== 1) throw new Invalid('INVITE Needs One Contact')
  const isWildcard = (contact: string) => contact === '*' && request.method === 'REGISTER'
  if (contacts.some((contact) => !isWildcard(contact) && !parseAddress(contact))) throw new Invalid('Malformed Contact')

  for (const name of ['Route', 'Record-Route']) {
    if (headersOf(request, name).some((route) => !parseAddress(route))) throw new Invalid(`Malformed ${name}`)
  }
  const expires = headerOf(request, 'Expires')
  if (expires !== null && parseNumber(expires, 2 ** 32 - 1) === null) throw new Invalid('Malformed Expires')
  for (const name of ['Authorization', 'Proxy-Authorization']) {
    if (headersOf(request, name).some((value) => !parseCredentials(value))) throw new Invalid(`Malformed ${name}`)
  }
}

function checkBody({ headers, body }: SipMessage): void {
  const length = headerOf({ headers }, 'Content-Length')
  // RFC 7118 §4.1: the frame ends the message, so the length may be left out; if it is there it has to be right.
  if (length !== null && parseNumber(length, 2 ** 31) !== Buffer.byteLength(body)) {
    throw new Invalid('Content-Length Mismatch')
  }
  const type = headerOf({ headers }, 'Content-Type')
  if (body && type === null) throw new Invalid('Missing Content-Type')
  if (type !== null && !isMediaType(type)) throw new Invalid('Malformed Content-Type')
}

/** A client finds its request again by Via and CSeq (RFC 3261 §17.1.3); with less no response can reach it. */
function refusalOf(error: Invalid, start: string, headers: readonly Header[]): ResponseDraft | null {
  const addressed = headerOf({ headers }, 'Via') !== null && headerOf({ headers }, 'CSeq') !== null
  if (!addressed || start.startsWith('SIP/') || start.startsWith('ACK ')) return null
  return { status: error.status, reason: error.message, headers: copiedFields({ headers }), body: '' }
}
