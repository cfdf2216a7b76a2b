/** The steps of a script for SIPp, in order; each is a message it sends or insists on receiving. */

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/** Waits for this request and takes no other. */
export const expectRequest = (method: string) => `<recv request="${method}" rrs="true"/>`

/**
 * Waits for an INVITE that is cancelled later. The CANCEL is the proxy's own and does not say where the INVITE came from,
 * so that is kept for the reply.
 */
export const expectInviteToBeCancelled = `
  <recv request="INVITE" rrs="true">
    <action>
      <ereg regexp=".*" search_in="hdr" header="Via:" occurrence="2" check_it="true" assign_to="origin"/>
    </action>
  </recv>`

/** Waits for this request, and fails unless a header of it says this. */
export const expectHeader = (method: string, header: string, value: string) => `
  <recv request="${method}" rrs="true">
    <action><ereg regexp="^ *${value} *$" search_in="hdr" header="${header}:" check_it="true" assign_to="1"/></action>
  </recv>
  <Reference variables="1"/>`

/** Waits for this response; provisional ones may come before it. */
export const expectResponse = (code: number) =>
  [100, 180, 183]
    .filter((provisional) => provisional !== code)
    .map((provisional) => `<recv response="${provisional}" optional="true"/>`)
    .concat(`<recv response="${code}" rrs="true"/>`)
    .join('\n')

export const wait = (milliseconds: number) => `<pause milliseconds="${milliseconds}"/>`

/** Sends its tone from now on. */
export const play = '<nop><action><exec rtp_stream="tone.ul,-1,0"/></action></nop>'
export const pausePlaying = '<nop><action><exec rtp_stream="pause"/></action></nop>'
export const resumePlaying = '<nop><action><exec rtp_stream="resume"/></action></nop>'

const via = 'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]'
const contact = 'Contact: <sip:1001@[local_ip]:[local_port];transport=[transport]>'
const abilities = 'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE'

/** Browsers and SIPp both offer this type for RFC 4733; an answer with another one loses the keys. */
const telephoneEvents = 126
let version = 0

function media(direction: Direction): readonly string[] {
  version += 1
  return [
    'v=0',
    `o=phone 1 ${version} IN IP[local_ip_type] [local_ip]`,
    's=-',
    'c=IN IP[media_ip_type] [media_ip]',
    't=0 0',
    `m=audio [auto_media_port] RTP/AVP 0 ${telephoneEvents}`,
    'a=rtpmap:0 PCMU/8000',
    `a=rtpmap:${telephoneEvents} telephone-event/8000`,
    `a=fmtp:${telephoneEvents} 0-15`,
    'a=ptime:20',
    `a=${direction}`
  ]
}

interface Body {
  readonly type: string
  readonly lines: readonly string[]
}

function message(head: readonly string[], body: Body | null, retransmit = true): string {
  const rest =
    body === null
      ? ['Content-Length: 0', '']
      : [`Content-Type: ${body.type}`, 'Content-Length: [len]', '', ...body.lines]
  const text = [...head, ...rest].join('\n')
  return `<send${retransmit ? ' retrans="500"' : ''}><![CDATA[\n${text}\n\n]]></send>`
}

function bodyOf({ media: direction, body }: Reply): Body | null {
  return direction === undefined ? (body ?? null) : { type: 'application/sdp', lines: media(direction) }
}

export interface Reply {
  /** Carries a description of its media. */
  readonly media?: Direction
  /** Carries this instead. */
  readonly body?: Body
  readonly headers?: readonly string[]
}

/** Answers the request it received last. */
export function reply(code: number, reason: string, given: Reply = {}): string {
  const head = [
    `SIP/2.0 ${code} ${reason}`,
    ...['Via', 'From'].map((name) => `[last_${name}:]`),
    '[last_To:];tag=[pid]u[call_number]',
    ...['Call-ID', 'CSeq', 'Record-Route'].map((name) => `[last_${name}:]`),
    ...[contact, abilities, ...(given.headers ?? [])]
  ]
  return message(head, bodyOf(given), code >= 200)
}

/** Answers a request within the call, whose To has its tag already. */
export function replyInCall(code: number, reason: string, given: Reply = {}): string {
  const echoed = ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Record-Route'].map((name) => `[last_${name}:]`)
  const head = [`SIP/2.0 ${code} ${reason}`, ...echoed, contact, abilities, ...(given.headers ?? [])]
  // only what is acknowledged is sent again
  return message(head, bodyOf(given), given.media !== undefined)
}

function cancelled(to: string): string {
  const head = ['SIP/2.0 487 Request Terminated', '[last_Via:]', 'Via:[$origin]', '[last_From:]', to, '[last_Call-ID:]']
  return [replyInCall(200, 'OK'), message([...head, 'CSeq: [last_cseq_number] INVITE'], null)].join('\n')
}

/** Says that the INVITE which a CANCEL, just received, belongs to is taken back. */
export const replyCancelled = cancelled('[last_To:];tag=[pid]u[call_number]')
/** The same within a call, whose To has its tag already. */
export const replyCancelledInCall = cancelled('[last_To:]')

export interface Ask extends Reply {
  readonly sequence: number
}

/** Who calls here needs no password: the number is of another domain. */
const caller = '"Desk Phone" <sip:1001@exchange.test>;tag=[pid]t[call_number]'

export function invite(given: Reply = {}): string {
  const head = [
    'INVITE sip:[service]@example.test SIP/2.0',
    ...[via, `From: ${caller}`, 'To: <sip:[service]@example.test>', 'Call-ID: [call_id]', 'CSeq: 1 INVITE'],
    ...['Max-Forwards: 70', contact, abilities, ...(given.headers ?? [])]
  ]
  return message(head, bodyOf(given))
}

/** A request within a call that SIPp has placed. */
export function ask(method: string, { sequence, ...given }: Ask): string {
  const head = [
    `${method} [next_url] SIP/2.0`,
    ...[via, '[routes]', `From: ${caller}`, 'To: <sip:[service]@example.test>[peer_tag_param]'],
    ...['Call-ID: [call_id]', `CSeq: ${sequence} ${method}`, 'Max-Forwards: 70', contact, abilities],
    ...(given.headers ?? [])
  ]
  return message(head, bodyOf(given), method !== 'ACK')
}
