/** One request on its way to every device it may ring (RFC 3261 §16.6 and §16.7). */
import { headerOf, headersOf, without } from './message.ts'
import type { Header, RequestDraft, SipRequest, SipResponse } from './message.ts'
import type { ClientTransaction, Flow, ServerTransaction, Transactions } from './transactions.ts'

/** One device, and the Request-URI it expects. */
export interface Target {
  readonly flow: Flow
  readonly uri: string
}

export interface Fork {
  /** The caller gave up; the reason it gave goes along. */
  cancel(reason: readonly Header[]): void
}

export interface ForkOptions {
  readonly transactions: Transactions
  /** Our own Route URI, recorded where the request makes a dialog. */
  readonly route: string
  /** Milliseconds that devices may ring. */
  readonly noAnswer: number
}

interface Branch {
  readonly client: ClientTransaction
  done: boolean
}

interface Outcome {
  readonly status: number
  /** Null when the device said nothing and we say it in its place. */
  readonly response: SipResponse | null
}

const MAKES_DIALOG = new Set(['INVITE', 'SUBSCRIBE', 'REFER'])
/** RFC 3261 §16.7 step 6: among 4xx, those that tell the caller how to get further. */
const HELPFUL = new Set([401, 407, 415, 420, 484])
/** Say nothing about the callee; anything else is the better answer. */
const HOLLOW = new Set([408, 487])

export function forkRequest(server: ServerTransaction, targets: readonly Target[], options: ForkOptions): Fork {
  const { request } = server
  const { transactions, route, noAnswer } = options
  const isInvite = request.method === 'INVITE'
  const branches: Branch[] = []
  const outcomes: Outcome[] = []
  let cancelled = false

  const cancelOpen = (headers: readonly Header[]): void => {
    if (!isInvite) return
    for (const branch of branches) if (!branch.done) branch.client.cancel(headers)
  }
  const giveUp = (): void => {
    outcomes.push({ status: 408, response: null })
    cancelOpen([])
    finish()
  }
  const forgetNoAnswer = isInvite ? transactions.after(noAnswer, giveUp) : () => undefined

  function finish(): void {
    forgetNoAnswer()
    if (server.status !== null) return
    if (cancelled) return server.respond(487)
    const best = outcomes.reduce((one, other) => (rank(other.status) < rank(one.status) ? other : one))
    if (best.response) server.forward(popVia(best.response))
    else server.respond(best.status)
  }

  function concluded(branch: Branch, outcome: Outcome): void {
    if (branch.done) return
    branch.done = true
    outcomes.push(outcome)
    if (outcome.status >= 600) cancelOpen([reason(outcome.status, 'Declined elsewhere')])
    if (branches.every(({ done }) => done)) finish()
  }

  function received(branch: Branch, response: SipResponse): void {
    const { status } = response
    if (status === 100) return
    if (status >= 300) return concluded(branch, { status, response })
    // A branch that lost and a device that answered twice still reach the caller: it has to end those calls itself.
    server.forward(popVia(response))
    if (status < 200) return
    branch.done = true
    forgetNoAnswer()
    cancelOpen([reason(200, 'Call completed elsewhere')])
  }

  if (isInvite) server.respond(100)
  for (const { flow, uri } of targets) {
    const branch: Branch = {
      done: false,
      client: transactions.request(onward(request, uri, route), flow, {
        response: (response) => received(branch, response),
        failed: (status) => concluded(branch, { status, response: null })
      })
    }
    branches.push(branch)
  }

  return {
    cancel(headers) {
      cancelled = true
      cancelOpen(headers)
    }
  }
}

/** The request as the next hop gets it (RFC 3261 §16.6); its Via is the transaction's to add. */
export function onward(request: SipRequest, uri: string, route: string): RequestDraft {
  const maxForwards = Number(headerOf(request, 'Max-Forwards')) - 1
  const kept = without(request, 'Via', 'Route', 'Record-Route', 'Max-Forwards', 'Proxy-Authorization')
  const routes = headersOf(request, 'Record-Route')
  if (MAKES_DIALOG.has(request.method)) routes.unshift(`<${route}>`)
  return {
    method: request.method,
    uri,
    headers: [
      ...headersOf(request, 'Via').map((value) => ({ name: 'Via', value })),
      ...routes.map((value) => ({ name: 'Record-Route', value })),
      { name: 'Max-Forwards', value: String(maxForwards) },
      ...kept
    ],
    body: request.body
  }
}

function popVia(response: SipResponse): SipResponse {
  const first = response.headers.findIndex(({ name }) => name === 'Via')
  return { ...response, headers: response.headers.filter((_, index) => index !== first) }
}

/** RFC 3326: why a device stops ringing. */
function reason(status: number, text: string): Header {
  return { name: 'Reason', value: `SIP;cause=${status};text="${text}"` }
}

/** RFC 3261 §16.7 step 6: any 6xx, else the lowest class, and in it what helps before what says nothing. */
function rank(status: number): number {
  const family = status >= 600 ? 0 : Math.floor(status / 100)
  const within = HELPFUL.has(status) ? 0 : HOLLOW.has(status) ? 999 : status % 100
  return family * 1000 + within
}
