/** Who can be reached where: the registrar of RFC 3261 §10 with instances (RFC 5626) and GRUUs (RFC 5627). */
import { parseAddress, parseNumber } from './grammar.ts'
import { headerOf, headersOf, lists } from './message.ts'
import type { Header, SipRequest } from './message.ts'
import type { Flow, ServerTransaction } from './transactions.ts'

/** One device of a user, reached through the connection it registered on. */
export interface Binding {
  readonly user: string
  readonly uri: string
  /** `user@host` of the Contact, by which requests inside a call name the device. */
  readonly contact: string
  /** The URN of `+sip.instance`; the device keeps it when its connection changes. */
  readonly instance: string | null
  readonly regId: string | null
  readonly flow: Flow
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly callId: string
  readonly cseq: number
}

export interface Registrar {
  /** Carries out a REGISTER whose sender is known to be who the To field says. */
  register(transaction: ServerTransaction): void
  bindings(user: string): readonly Binding[]
  all(): readonly Binding[]
  /** Forgets the contacts of a connection that is gone. */
  closed(flow: Flow): void
  stop(): void
}

export interface RegistrarOptions {
  readonly domain: string
  readonly gruu: boolean
  /** Seconds. */
  readonly defaultExpires: number
  readonly minExpires: number
  readonly onChange: () => void
}

interface Wish {
  readonly key: string
  readonly expires: number
  readonly binding: Binding
}

const MOST_EXPIRES = 7200
const MOST_CONTACTS = 20

export function createRegistrar(options: RegistrarOptions): Registrar {
  const { domain, gruu, defaultExpires, minExpires, onChange } = options
  const users = new Map<string, Map<string, Binding>>()
  const timers = new Map<Binding, NodeJS.Timeout>()

  const forget = (key: string, binding: Binding): void => {
    clearTimeout(timers.get(binding))
    timers.delete(binding)
    const mine = users.get(binding.user)
    mine?.delete(key)
    if (mine?.size === 0) users.delete(binding.user)
  }

  const keep = (key: string, binding: Binding): void => {
    const mine = users.get(binding.user) ?? new Map<string, Binding>()
    users.set(binding.user, mine.set(key, binding))
    const expire = () => {
      forget(key, binding)
      onChange()
    }
    timers.set(binding, setTimeout(expire, binding.until - Date.now()))
  }

  /** RFC 3261 §10.3 steps 6 and 7: what is asked for, all or nothing. */
  function wishes(user: string, { request, flow }: ServerTransaction): Wish[] {
    return headersOf(request, 'Contact').flatMap((value) => {
      const contact = parseAddress(value)
      if (!contact) return []
      const instance = unquote(contact.params['+sip.instance'] ?? null)
      const regId = contact.params['reg-id'] ?? null
      const address = `${contact.uri.user}@${contact.uri.host}`
      const asked = contact.params['expires'] ?? headerOf(request, 'Expires') ?? String(defaultExpires)
      const expires = Math.min(parseNumber(asked, 2 ** 32 - 1) ?? defaultExpires, MOST_EXPIRES)
      const binding: Binding = {
        user,
        uri: contact.uri.toString(),
        contact: address,
        instance,
        regId,
        flow,
        until: Date.now() + expires * 1000,
        callId: request.callId,
        cseq: request.cseq.number
      }
      return [{ key: instance ? `${instance} ${regId ?? ''}` : address, expires, binding }]
    })
  }

  function describe(binding: Binding, request: SipRequest): Header {
    const seconds = Math.max(Math.round((binding.until - Date.now()) / 1000), 0)
    const parameters = [`expires=${seconds}`]
    if (binding.instance) parameters.push(`+sip.instance="<${binding.instance}>"`)
    if (binding.regId) parameters.push(`reg-id=${binding.regId}`)
    if (binding.instance && gruu && lists(request, 'Supported', 'gruu')) {
      parameters.push(`pub-gruu="sip:${binding.user}@${domain};gr=${binding.instance}"`)
    }
    return { name: 'Contact', value: `<${binding.uri}>;${parameters.join(';')}` }
  }

  return {
    register(transaction) {
      const { request } = transaction
      const user = request.to.uri.user
      const mine = users.get(user) ?? new Map<string, Binding>()
      const isWildcard = headersOf(request, 'Contact').includes('*')
      const asked = wishes(user, transaction)
      const olds = isWildcard ? [...mine.values()] : asked.flatMap(({ key }) => mine.get(key) ?? [])

      if (isWildcard && (asked.length > 0 || headerOf(request, 'Expires') !== '0')) {
        return transaction.respond(400, { reason: 'Wildcard Contact Needs Expires Zero' })
      }
      if (asked.some(({ expires }) => expires > 0 && expires < minExpires)) {
        return transaction.respond(423, { headers: [{ name: 'Min-Expires', value: String(minExpires) }] })
      }
      if (olds.some((old) => old.callId === request.callId && old.cseq >= request.cseq.number)) {
        return transaction.respond(500, { reason: 'CSeq Out Of Order' })
      }
      if (mine.size + asked.length - olds.length > MOST_CONTACTS) {
        return transaction.respond(403, { reason: 'Too Many Contacts' })
      }

      for (const [key, old] of [...mine]) if (olds.includes(old)) forget(key, old)
      for (const { key, expires, binding } of asked) if (expires > 0) keep(key, binding)
      onChange()

      const isOutbound = lists(request, 'Supported', 'outbound') && asked.some(({ binding }) => binding.regId)
      transaction.respond(200, {
        headers: [
          ...[...(users.get(user)?.values() ?? [])].map((binding) => describe(binding, request)),
          { name: 'Supported', value: gruu ? 'gruu, outbound, path' : 'outbound, path' },
          ...(isOutbound ? [{ name: 'Require', value: 'outbound' }] : []),
          { name: 'Date', value: new Date().toUTCString() }
        ]
      })
    },
    bindings: (user) => [...(users.get(user)?.values() ?? [])],
    all: () => [...users.values()].flatMap((mine) => [...mine.values()]),
    closed(flow) {
      for (const mine of [...users.values()]) {
        for (const [key, binding] of [...mine]) if (binding.flow === flow) forget(key, binding)
      }
      onChange()
    },
    stop() {
      timers.forEach((timer) => clearTimeout(timer))
      timers.clear()
      users.clear()
    }
  }
}

function unquote(instance: string | null): string | null {
  return instance?.replace(/["<>]/g, '') ?? null
}
