/** SIP messages as data, and how they are written on the wire. Reading them is `parse.ts`. */
import type { Address, CSeq, Uri, Via } from './grammar.ts'

export interface Header {
  readonly name: string
  readonly value: string
}

/** A request as it is written; Content-Length is counted on the way out. */
export interface RequestDraft {
  readonly method: string
  readonly uri: string
  readonly headers: readonly Header[]
  readonly body: string
}

export interface ResponseDraft {
  readonly status: number
  readonly reason: string
  readonly headers: readonly Header[]
  readonly body: string
}

/** What every valid message has, read already. */
export interface Essentials {
  readonly via: Via
  readonly from: Address
  readonly to: Address
  readonly callId: string
  readonly cseq: CSeq
}

export interface SipRequest extends RequestDraft, Essentials {
  readonly kind: 'request'
  readonly target: Uri
}

export interface SipResponse extends ResponseDraft, Essentials {
  readonly kind: 'response'
}

export type SipMessage = SipRequest | SipResponse

type Headed = { readonly headers: readonly Header[] }

/** Names are compared without case; messages are read with full names, whatever form they came in. */
export function headerOf({ headers }: Headed, name: string): string | null {
  return headers.find((header) => isNamed(header, name))?.value ?? null
}

export function headersOf({ headers }: Headed, name: string): string[] {
  return headers.filter((header) => isNamed(header, name)).map((header) => header.value)
}

export function without({ headers }: Headed, ...names: string[]): Header[] {
  return headers.filter((header) => !names.some((name) => isNamed(header, name)))
}

/** Whether a comma-separated option field (Supported, Require, …) lists the option tag. */
export function lists(message: Headed, name: string, tag: string): boolean {
  return optionTags(message, name).includes(tag)
}

export function optionTags(message: Headed, name: string): string[] {
  const tags = headersOf(message, name).flatMap((value) => value.split(','))
  return tags.map((tag) => tag.trim().toLowerCase()).filter((tag) => tag !== '')
}

export function tagOf(address: Address): string | null {
  return address.params['tag'] ?? null
}

export function isInDialog(request: SipRequest): boolean {
  return tagOf(request.to) !== null
}

/** The fields a response copies from its request (RFC 3261 §8.2.6.2). */
export function copiedFields(message: Headed): Header[] {
  const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq']
  return message.headers.filter((header) => copied.some((name) => isNamed(header, name)))
}

export function serialise(draft: RequestDraft | ResponseDraft): string {
  const start = 'method' in draft ? `${draft.method} ${draft.uri} SIP/2.0` : `SIP/2.0 ${draft.status} ${draft.reason}`
  const headers = without(draft, 'Content-Length').map(({ name, value }) => `${name}: ${value}`)
  const length = `Content-Length: ${Buffer.byteLength(draft.body)}`
  return [start, ...headers, length, '', draft.body].join('\r\n')
}

function isNamed(header: Header, name: string): boolean {
  return header.name.toLowerCase() === name.toLowerCase()
}
