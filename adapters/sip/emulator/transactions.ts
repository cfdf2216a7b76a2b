/**
 * Transactions (RFC 3261 §17) over a reliable transport: nothing is retransmitted, what comes twice is absorbed, a
 * refused INVITE is acknowledged hop by hop, and CANCEL waits for a provisional response. Proxy and parties share it.
 */
import JsSIP from 'jssip'
import { randomBytes } from 'node:crypto'
import { copiedFields, headersOf, serialise, tagOf, without } from './message.ts'
import type { Header, RequestDraft, ResponseDraft, SipMessage, SipRequest, SipResponse } from './message.ts'

/** Where messages come from and go to: one WebSocket connection, or the parties inside. */
export interface Flow {
  readonly id: string
  readonly open: boolean
  send(text: string): void
}

export interface ServerTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  /** The final status sent, or null while there is none. */
  readonly status: number | null
  respond(status: number, options?: ResponseOptions): void
  /** Sends a response as it is: one that came from further on, with our Via taken off. */
  forward(response: ResponseDraft): void
}

export interface ResponseOptions {
  readonly reason?: string
  readonly headers?: readonly Header[]
  readonly body?: string
  /** To be given when several responses have to carry the same tag; otherwise the transaction chooses one. */
  readonly tag?: string
}

export interface ClientTransaction {
  /** RFC 3261 §9.1: goes out once a provisional response has come; does nothing once a final one has. */
  cancel(headers?: readonly Header[]): void
}

export interface ClientUser {
  response(response: SipResponse): void
  /** 408: nothing came in time. 480: the flow is gone. */
  failed(status: 408 | 480): void
}

/** What the layer above does with requests. */
export interface TransactionUser {
  request(transaction: ServerTransaction): void
  /** The ACK of a 2xx, which is no transaction's. */
  ack(ack: SipRequest, flow: Flow): void
  cancel(invite: ServerTransaction, cancel: SipRequest): void
}

export interface Transactions {
  /** What is wrong with a message that belongs to no transaction, or null. */
  faultOf(message: SipMessage, flow: Flow): string | null
  receive(message: SipMessage, flow: Flow): void
  request(draft: RequestDraft, flow: Flow, user: ClientUser): ClientTransaction
  /** Acts after so many milliseconds unless it is called off; `stop` calls everything off. */
  after(milliseconds: number, act: () => void): () => void
  /** Fails what waits for answers from this flow. */
  closed(flow: Flow): void
  stop(): void
}

export interface TransactionsOptions {
  /** Host and port of our Via. */
  readonly sentBy: string
  /** Milliseconds to wait for a first response, and to remember what is over (RFC 3261: 64 × T1 = 32 s). */
  readonly timeout: number
  readonly user: TransactionUser
}

const MOST_TRANSACTIONS = 4096

export function createTransactions({ sentBy, timeout, user }: TransactionsOptions): Transactions {
  const servers = new Map<string, ServerTransaction & { absorb(): void }>()
  const clients = new Map<string, { readonly flow: Flow; receive(r: SipResponse): void; fail(s: 408 | 480): void }>()
  const timers = new Set<NodeJS.Timeout>()

  const after = (milliseconds: number, act: () => void): (() => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, milliseconds)
    timers.add(timer)
    return () => {
      clearTimeout(timer)
      timers.delete(timer)
    }
  }

  function openServer(request: SipRequest, flow: Flow): ServerTransaction & { absorb(): void } {
    const key = serverKey(request, flow)
    const ownTag = token()
    let last: string | null = null
    let status: number | null = null

    const send = (response: ResponseDraft): void => {
      if (response.status >= 200 && status === null) after(timeout, () => servers.delete(key))
      if (response.status >= 200) status ??= response.status
      last = serialise(response)
      flow.send(last)
    }
    const transaction = {
      request,
      flow,
      get status() {
        return status
      },
      respond: (code: number, options: ResponseOptions = {}) => {
        if (status === null) send(responseTo(request, code, { tag: ownTag, ...options }))
      },
      // Every 2xx goes up: each is a dialog the caller has to acknowledge (RFC 3261 §16.7 step 10).
      forward: (response: ResponseDraft) => {
        const isSuccess = response.status >= 200 && response.status < 300
        if (status === null || (isSuccess && request.method === 'INVITE')) send(response)
      },
      absorb: () => {
        if (last !== null) flow.send(last)
      }
    }
    servers.set(key, transaction)
    return transaction
  }

  function receiveRequest(request: SipRequest, flow: Flow): void {
    const known = servers.get(serverKey(request, flow))
    if (request.method === 'ACK') {
      if (!known || isSuccess(known.status)) user.ack(request, flow)
      return
    }
    if (known) return known.absorb()
    const transaction = openServer(request, flow)
    if (servers.size > MOST_TRANSACTIONS) return transaction.respond(503)
    if (request.method !== 'CANCEL') return user.request(transaction)

    const invite = servers.get(serverKey({ ...request, method: 'INVITE' }, flow))
    if (!invite) return transaction.respond(481)
    transaction.respond(200)
    if (invite.status === null) user.cancel(invite, request)
  }

  function request(draft: RequestDraft, flow: Flow, handler: ClientUser): ClientTransaction {
    const branch = `z9hG4bK${token()}`
    const key = `${branch} ${draft.method}`
    const via = { name: 'Via', value: `SIP/2.0/WS ${sentBy};branch=${branch}` }
    let state: 'calling' | 'proceeding' | 'completed' = 'calling'
    let postponed: readonly Header[] | null = null

    const complete = (): void => {
      state = 'completed'
      forgetDeadline()
      after(timeout, () => clients.delete(key))
    }
    const fail = (status: 408 | 480): void => {
      if (state === 'completed') return
      complete()
      handler.failed(status)
    }
    const sendCancel = (headers: readonly Header[]): void => {
      const cancel = { ...follow(draft, via, 'CANCEL'), body: '' }
      flow.send(serialise({ ...cancel, headers: [...cancel.headers, ...headers] }))
    }
    const receive = (response: SipResponse): void => {
      const { status } = response
      if (status >= 300 && draft.method === 'INVITE') flow.send(serialise(acknowledge(draft, via, response)))
      if (status < 200 && state !== 'completed') {
        // RFC 3261 §17.1.1.2: an INVITE that rings has no deadline here; who sent it sets one.
        if (draft.method === 'INVITE') forgetDeadline()
        state = 'proceeding'
        if (postponed) sendCancel(postponed)
        postponed = null
        handler.response(response)
        return
      }
      const isAnotherAnswer = state === 'completed' && isSuccess(status) && draft.method === 'INVITE'
      if (state !== 'completed') complete()
      else if (!isAnotherAnswer) return
      handler.response(response)
    }

    const forgetDeadline = after(timeout, () => fail(408))
    clients.set(key, { flow, receive, fail })
    if (flow.open) flow.send(serialise({ ...draft, headers: [via, ...draft.headers] }))
    else queueMicrotask(() => fail(480))
    return {
      cancel(headers = []) {
        if (state === 'proceeding') sendCancel(headers)
        else if (state === 'calling') postponed = headers
      }
    }
  }

  const clientOf = (response: SipResponse, flow: Flow) => {
    const client = clients.get(`${response.via.branch} ${response.cseq.method}`)
    return client?.flow === flow ? client : null
  }

  return {
    faultOf(message, flow) {
      if (message.kind === 'request' || message.cseq.method === 'CANCEL') return null
      return clientOf(message, flow) ? null : 'No Transaction For This Response'
    },
    receive(message, flow) {
      if (message.kind === 'request') receiveRequest(message, flow)
      else clientOf(message, flow)?.receive(message)
    },
    request,
    after,
    closed(flow) {
      for (const client of [...clients.values()]) if (client.flow === flow) client.fail(480)
    },
    stop() {
      timers.forEach((timer) => clearTimeout(timer))
      timers.clear()
      servers.clear()
      clients.clear()
    }
  }
}

/** A response to this request: its Via, From, To, Call-ID and CSeq, and a To tag where one is due. */
export function responseTo(request: SipRequest, status: number, options: ResponseOptions = {}): ResponseDraft {
  const { reason = reasonPhrase(status), headers = [], body = '', tag = token() } = options
  const copied = copiedFields(request).map((header) => {
    const isTagged = header.name !== 'To' || status === 100 || tagOf(request.to) !== null
    return isTagged ? header : { name: 'To', value: `${header.value};tag=${tag}` }
  })
  return { status, reason, headers: [...copied, ...headers], body }
}

export function reasonPhrase(status: number): string {
  const phrases = JsSIP.C.REASON_PHRASE as Readonly<Record<number, string>>
  return phrases[status] ?? (status < 300 ? 'OK' : 'Refused')
}

export function token(): string {
  return randomBytes(8).toString('hex')
}

function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300
}

/** RFC 3261 §17.2.3: the branch, who sent it, and the method, where an ACK belongs to its INVITE. */
function serverKey({ via, method }: SipRequest, flow: Flow): string {
  return [flow.id, via.sentBy, via.branch, method === 'ACK' ? 'INVITE' : method].join(' ')
}

/** CANCEL and ACK repeat what identifies the INVITE (RFC 3261 §9.1, §17.1.1.3). */
function follow(draft: RequestDraft, via: Header, method: string): RequestDraft {
  const kept = ['Route', 'From', 'To', 'Call-ID', 'CSeq']
  const headers = draft.headers
    .filter(({ name }) => kept.includes(name))
    .map(({ name, value }) => (name === 'CSeq' ? { name, value: value.replace(/\S+$/, method) } : { name, value }))
  return { method, uri: draft.uri, headers: [via, { name: 'Max-Forwards', value: '70' }, ...headers], body: '' }
}

function acknowledge(draft: RequestDraft, via: Header, response: SipResponse): RequestDraft {
  const ack = follow(draft, via, 'ACK')
  const to = headersOf(response, 'To').map((value) => ({ name: 'To', value }))
  return { ...ack, headers: [...without(ack, 'To'), ...to] }
}
