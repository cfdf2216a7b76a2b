/** A dialog as RFC 3261 §12 has it: who talks to whom, over which route, counted in CSeq. */
import { headerOf, headersOf } from '../message.ts'
import { parseAddress } from '../grammar.ts'
import type { Header, RequestDraft, SipRequest, SipResponse } from '../message.ts'

export interface Dialog {
  /** The next request inside the dialog; with `cseq` the ACK of an earlier one. */
  request(method: string, options?: RequestOptions): RequestDraft
  /** §12.2.2: false for a request that comes out of order. Takes over a new Contact. */
  accepts(request: SipRequest): boolean
  /** Takes over the Contact of a response to a request that refreshes the target. */
  refresh(response: SipResponse): void
  readonly cseq: number
}

export interface RequestOptions {
  readonly headers?: readonly Header[]
  readonly body?: string
  readonly cseq?: number
}

export interface DialogOptions {
  readonly callId: string
  /** From and To of our requests, tags included. */
  readonly local: string
  readonly remote: string
  readonly target: string
  readonly routes: readonly string[]
  readonly cseq: number
  readonly remoteCseq: number
}

/** The callee's side of it (§12.1.1). */
export function answeredDialog(invite: SipRequest, localTag: string): Dialog {
  return createDialog({
    callId: invite.callId,
    local: `${headerOf(invite, 'To')};tag=${localTag}`,
    remote: headerOf(invite, 'From') ?? '',
    target: contactOf(invite) ?? '',
    routes: headersOf(invite, 'Record-Route'),
    cseq: 0,
    remoteCseq: invite.cseq.number
  })
}

/** The caller's side of it (§12.1.2). */
export function placedDialog(response: SipResponse): Dialog {
  return createDialog({
    callId: response.callId,
    local: headerOf(response, 'From') ?? '',
    remote: headerOf(response, 'To') ?? '',
    target: contactOf(response) ?? response.to.uri.toString(),
    routes: headersOf(response, 'Record-Route').reverse(),
    cseq: response.cseq.number,
    remoteCseq: 0
  })
}

function createDialog({ callId, local, remote, routes, ...start }: DialogOptions): Dialog {
  let { target, cseq, remoteCseq } = start
  return {
    get cseq() {
      return cseq
    },
    request(method, { headers = [], body = '', cseq: number = (cseq += 1) } = {}) {
      return {
        method,
        uri: target,
        headers: [
          ...routes.map((value) => ({ name: 'Route', value })),
          { name: 'Max-Forwards', value: '70' },
          { name: 'From', value: local },
          { name: 'To', value: remote },
          { name: 'Call-ID', value: callId },
          { name: 'CSeq', value: `${number} ${method}` },
          ...headers
        ],
        body
      }
    },
    accepts(request) {
      if (request.cseq.number <= remoteCseq) return false
      remoteCseq = request.cseq.number
      if (request.method === 'INVITE' || request.method === 'UPDATE') target = contactOf(request) ?? target
      return true
    },
    refresh(response) {
      target = contactOf(response) ?? target
    }
  }
}

function contactOf(message: SipRequest | SipResponse): string | null {
  return parseAddress(headerOf(message, 'Contact') ?? '')?.uri.toString() ?? null
}
