/** Decides what becomes of each request: answered here, refused, or sent on to the devices it is for. */
import { parseCredentials } from './digest.ts'
import type { Authenticator } from './digest.ts'
import { forkRequest, onward } from './fork.ts'
import type { Fork, Target } from './fork.ts'
import { parseAddress } from './grammar.ts'
import type { Uri } from './grammar.ts'
import { headerOf, headersOf, isInDialog, optionTags, serialise } from './message.ts'
import type { SipMessage, SipRequest } from './message.ts'
import type { Registrar } from './registrar.ts'
import { createTransactions, token } from './transactions.ts'
import type { Flow, ResponseOptions, ServerTransaction, Transactions } from './transactions.ts'

export interface Proxy {
  /** What is wrong with a message by the rules of a proxy, and with which status it is refused; null when nothing is. */
  refusalOf(message: SipMessage, flow: Flow): Refusal | null
  receive(message: SipMessage, flow: Flow): void
  closed(flow: Flow): void
  stop(): void
}

/** `status` is null where nothing may be answered. */
export interface Refusal extends ResponseOptions {
  readonly fault: string
  readonly status: number | null
}

export interface ProxyOptions {
  readonly domain: string
  /** Host and port of the server. */
  readonly sentBy: string
  readonly registrar: Registrar
  readonly authenticator: Authenticator
  readonly inviteAuth: boolean
  readonly noAnswer: number
  readonly timeout: number
  readonly isUser: (user: string) => boolean
  /** Devices of this user beside the registered ones: the scripted party. */
  readonly extraTargets: (user: string) => readonly Target[]
  /** The status a request is answered with for the sake of a test, or null. */
  readonly faultFor: (request: SipRequest) => number | null
  /** Connections that need not say who they are. */
  readonly isTrusted: (flow: Flow) => boolean
  readonly onAuthenticated: (flow: Flow, user: string) => void
  /** Connections that have called themselves by this Contact without registering it. */
  readonly flowOf: (contact: string) => Flow | null
  readonly onContact: (flow: Flow, contact: string) => void
  readonly onLost: (request: SipRequest, fault: string) => void
}

const OWN_METHODS = { name: 'Allow', value: 'OPTIONS, REGISTER' }
/** What a client may require of the registrar; of the proxy itself it may require nothing. */
const SUPPORTED = ['path', 'gruu', 'outbound']

export function createProxy(options: ProxyOptions): Proxy {
  const { domain, sentBy, registrar, authenticator } = options
  const route = `sip:${sentBy};transport=ws;lr`
  const forks = new WeakMap<ServerTransaction, Fork>()

  const isOurs = ({ host, port }: Uri): boolean => host === domain || (port ? `${host}:${port}` : host) === sentBy
  const isForServer = (request: SipRequest): boolean => isOurs(request.target) && !request.target.user

  const transactions: Transactions = createTransactions({
    sentBy,
    timeout: options.timeout,
    user: {
      request: (transaction) => handle(transaction),
      ack: (ack, flow) => passAck(ack, flow),
      cancel: (invite, cancel) => {
        const reason = headersOf(cancel, 'Reason').map((value) => ({ name: 'Reason', value }))
        forks.get(invite)?.cancel(reason)
      }
    }
  })

  function handle(transaction: ServerTransaction): void {
    const { request, flow } = transaction
    const fault = options.faultFor(request)
    if (fault !== null) return transaction.respond(fault)
    if (request.method === 'REGISTER') return register(transaction)
    if (isForServer(request)) return answerForServer(transaction)
    if (options.inviteAuth && !isInDialog(request) && !options.isTrusted(flow) && !authenticate(transaction)) return

    announce(request, flow)
    const targets = targetsOf(request)
    if (targets === null) return transaction.respond(403, { reason: 'Relaying Denied' })
    if (targets.length === 0) return transaction.respond(isInDialog(request) ? 480 : absenceOf(request.target.user))
    const fork = forkRequest(transaction, targets, { transactions, route, noAnswer: options.noAnswer })
    forks.set(transaction, fork)
  }

  function answerForServer(transaction: ServerTransaction): void {
    if (transaction.request.method !== 'OPTIONS') return transaction.respond(405, { headers: [OWN_METHODS] })
    transaction.respond(200, {
      headers: [
        OWN_METHODS,
        { name: 'Accept', value: 'application/sdp' },
        { name: 'Supported', value: SUPPORTED.join(', ') }
      ]
    })
  }

  function register(transaction: ServerTransaction): void {
    const { request, flow } = transaction
    if (!isForServer(request)) return transaction.respond(403, { reason: 'Not Our Domain' })
    const user = challenge(transaction, 'Authorization', 401, 'WWW-Authenticate')
    if (user === null) return
    if (user !== request.to.uri.user || request.to.uri.host !== domain) {
      return transaction.respond(403, { reason: 'Not Your Address Of Record' })
    }
    options.onAuthenticated(flow, user)
    registrar.register(transaction)
  }

  function authenticate(transaction: ServerTransaction): boolean {
    const user = challenge(transaction, 'Proxy-Authorization', 407, 'Proxy-Authenticate')
    if (user === null) return false
    if (user === transaction.request.from.uri.user) return true
    transaction.respond(403, { reason: 'Not Your Identity' })
    return false
  }

  /** Who sent this, or null once it has been asked to prove that. A refusal never says what was wrong. */
  function challenge(transaction: ServerTransaction, field: string, status: number, answer: string): string | null {
    const { request } = transaction
    const credentials = headersOf(request, field).flatMap((value) => parseCredentials(value) ?? [])
    const verdict = authenticator.verify(credentials, request.method, request.uri)
    if (verdict.ok) return verdict.user
    transaction.respond(status, { headers: [{ name: answer, value: authenticator.challenge(verdict.stale) }] })
    return null
  }

  /** Remembers under which Contact a client that never registered can be found for the rest of its call. */
  function announce(message: SipMessage, flow: Flow): void {
    for (const value of headersOf(message, 'Contact')) {
      const uri = parseAddress(value)?.uri
      // An address in our own domain is looked up; whoever names it must not take it over.
      if (uri && !isOurs(uri)) options.onContact(flow, `${uri.user}@${uri.host}`)
    }
  }

  /** RFC 3261 §16.5. Null: not ours to deliver. The device is looked up anew for every request inside a call. */
  function targetsOf(request: SipRequest): readonly Target[] | null {
    const { user, host } = request.target
    const contact = `${user}@${host}`
    const bound = registrar.all().findLast((binding) => binding.contact === contact && binding.flow.open)
    if (bound) return [bound]
    const flow = options.flowOf(contact)
    if (flow) return [{ flow, uri: request.uri }]
    if (!isOurs(request.target)) return isInDialog(request) ? [] : null

    const gr = request.target.getParam<string | null | undefined>('gr')
    const bindings = registrar.bindings(user).filter((binding) => binding.flow.open)
    if (gr) return bindings.filter(({ instance }) => instance === gr).slice(-1)
    return [...bindings, ...options.extraTargets(user)]
  }

  function absenceOf(user: string): number {
    return options.isUser(user) ? 480 : 404
  }

  function passAck(ack: SipRequest, flow: Flow): void {
    announce(ack, flow)
    const [target] = targetsOf(ack) ?? []
    if (!target) return options.onLost(ack, 'Nobody To Acknowledge')
    const draft = onward(ack, target.uri, route)
    const via = { name: 'Via', value: `SIP/2.0/WS ${sentBy};branch=z9hG4bK${token()}` }
    target.flow.send(serialise({ ...draft, headers: [via, ...draft.headers] }))
  }

  return {
    refusalOf(message, flow) {
      const fault = transactions.faultOf(message, flow)
      if (fault) return { fault, status: null }
      if (message.kind === 'response') return null
      const extensions = unsupported(message, isForServer(message))
      const isForeign = headersOf(message, 'Route').some((value) => !isOurRoute(value))
      const status = message.method === 'ACK' ? null : undefined

      if (extensions.length > 0) {
        const headers = [{ name: 'Unsupported', value: extensions.join(', ') }]
        return { fault: 'Bad Extension', status: status ?? 420, headers }
      }
      if (isForeign) return { fault: 'Relaying Denied', status: status ?? 403, reason: 'Relaying Denied' }
      if (headerOf(message, 'Max-Forwards') === '0' && !isForServer(message)) {
        return { fault: 'Too Many Hops', status: status ?? 483 }
      }
      return null
    },
    receive(message, flow) {
      if (message.kind === 'response') announce(message, flow)
      transactions.receive(message, flow)
    },
    closed(flow) {
      registrar.closed(flow)
      transactions.closed(flow)
    },
    stop: () => transactions.stop()
  }

  function isOurRoute(value: string): boolean {
    const uri = parseAddress(value)?.uri
    return uri !== undefined && isOurs(uri)
  }
}

function unsupported(request: SipRequest, isForServer: boolean): string[] {
  const required = isForServer ? optionTags(request, 'Require') : []
  return [...optionTags(request, 'Proxy-Require'), ...required.filter((tag) => !SUPPORTED.includes(tag))]
}
