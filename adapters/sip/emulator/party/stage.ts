/** Where the scripted parties stand: one user agent behind the proxy that is all of them. */
import { Subject } from 'rxjs'
import type { Observable } from 'rxjs'
import type { PartyScript } from '../../../../src/testing/emulator.ts'
import { play } from '../../../../src/testing/frame.ts'
import { createPartyMedia } from '../../../../src/testing/party-media.ts'
import type { MediaLoader, PartyMedia } from '../../../../src/testing/party-media.ts'
import { createAddress } from '../grammar.ts'
import type { Target } from '../fork.ts'
import { headersOf, isInDialog, optionTags, serialise, tagOf } from '../message.ts'
import type { Header, RequestDraft, SipRequest } from '../message.ts'
import { parseMessage } from '../parse.ts'
import { createTransactions, token } from '../transactions.ts'
import type { Flow, ServerTransaction, Transactions } from '../transactions.ts'
import type { SipEmulatedCall } from '../types.ts'
import { openCall } from './call.ts'
import type { Opening, PartyCall } from './call.ts'
import { SDP } from './offers.ts'

export interface Stage {
  /** The way from the proxy to the parties. */
  readonly flow: Flow
  readonly calls$: Observable<SipEmulatedCall>
  cast(user: string, script: PartyScript | null): void
  isParty(user: string): boolean
  /** The party as a device of its user: what the proxy rings. */
  targets(user: string): readonly Target[]
  isContact(contact: string): boolean
  place(user: string, from: string, displayName?: string): Promise<SipEmulatedCall>
  stop(): void
}

export interface StageOptions {
  readonly domain: string
  readonly timeout: number
  readonly loadMedia: MediaLoader
  /** The way from the parties to the proxy. */
  readonly deliver: (text: string) => void
  readonly onFault: (request: SipRequest, fault: string) => void
}

const HOST = 'parties.invalid'
const ALLOW = 'INVITE, ACK, CANCEL, BYE, UPDATE, INFO, OPTIONS, MESSAGE'

export function createStage({ domain, timeout, loadMedia, deliver, onFault }: StageOptions): Stage {
  const scripts = new Map<string, PartyScript | null>()
  const calls = new Map<string, PartyCall>()
  const calls$ = new Subject<SipEmulatedCall>()
  let open = true

  // As a network would: one message after the other, each once everything about the last one is settled.
  const proxy: Flow = {
    id: 'proxy',
    open: true,
    send: (text) => setImmediate(() => open && deliver(text))
  }
  const flow: Flow = {
    id: 'parties',
    get open() {
      return open
    },
    send: (text) => setImmediate(() => open && receive(text))
  }
  const transactions: Transactions = createTransactions({
    sentBy: HOST,
    timeout,
    user: {
      request: (transaction) => answer(transaction),
      ack: (ack) => callOf(ack)?.acknowledged(ack),
      cancel: (invite) => callsInvited.get(invite)?.cancelled()
    }
  })
  const callsInvited = new WeakMap<ServerTransaction, PartyCall>()

  function receive(text: string): void {
    const parsed = parseMessage(text)
    if (parsed.kind === 'message') transactions.receive(parsed.message, proxy)
  }

  const callOf = (request: SipRequest): PartyCall | undefined => calls.get(`${request.callId} ${tagOf(request.to)}`)
  const uriOf = (party: string): string => createAddress(party, HOST, { transport: 'ws' })
  const fieldsOf = (party: string): Header[] => [
    { name: 'Contact', value: `<${uriOf(party)}>` },
    { name: 'Allow', value: ALLOW }
  ]

  function answer(transaction: ServerTransaction): void {
    const { request } = transaction
    const required = optionTags(request, 'Require')
    if (required.length > 0) {
      return transaction.respond(420, { headers: [{ name: 'Unsupported', value: required.join(', ') }] })
    }
    if (isInDialog(request)) {
      const call = callOf(request)
      return call ? call.receive(transaction) : transaction.respond(481)
    }
    if (request.method === 'INVITE') return invited(transaction)
    const isAnswered = request.method === 'OPTIONS' || request.method === 'MESSAGE'
    transaction.respond(isAnswered ? 200 : 405, { headers: [{ name: 'Allow', value: ALLOW }] })
  }

  function invited(transaction: ServerTransaction): void {
    const { request } = transaction
    const party = request.target.user
    const script = scripts.get(party) ?? null
    const isOffer = headersOf(request, 'Content-Type').every((type) => /^application\/sdp\b/i.test(type))
    if (!isOffer) return transaction.respond(415, { headers: [{ name: 'Accept', value: 'application/sdp' }] })

    const call = join(
      { invite: transaction },
      request.callId,
      request.from.uri.user,
      party,
      createPartyMedia(loadMedia)
    )
    callsInvited.set(transaction, call)
    // The proxy waits for a first word; a party that is silent lets it wait in vain.
    if (script?.do !== 'silence') transaction.respond(100)
    calls$.next(call.call)
    play(script, call.call, (...wait) => transactions.after(...wait)).catch(() => undefined)
  }

  function join(opening: Opening, id: string, client: string, party: string, media: PartyMedia): PartyCall {
    const localTag = 'draft' in opening ? tagIn(opening.draft) : token()
    const key = `${id} ${localTag}`
    const call = openCall(opening, {
      id,
      client,
      party,
      localTag,
      headers: fieldsOf(party),
      transactions,
      timeout,
      media,
      send: (draft, user) => transactions.request(draft, proxy, user),
      sendAck(draft) {
        const via = { name: 'Via', value: `SIP/2.0/WS ${HOST};branch=z9hG4bK${token()}` }
        proxy.send(serialise({ ...draft, headers: [via, ...draft.headers] }))
      },
      onFault,
      onEnded: () => calls.delete(key)
    })
    calls.set(key, call)
    return call
  }

  return {
    flow,
    calls$: calls$.asObservable(),
    cast: (user, script) => void scripts.set(user, script),
    isParty: (user) => scripts.has(user),
    targets: (user) => (scripts.has(user) ? [{ flow, uri: uriOf(user) }] : []),
    isContact: (contact) => contact.endsWith(`@${HOST}`),
    async place(user, from, displayName) {
      const media = createPartyMedia(loadMedia)
      const offer = await media.offer('sendrecv')
      const uri = createAddress(user, domain)
      const name = displayName === undefined ? '' : `"${displayName.replace(/["\\]/g, '\\$&')}" `
      const id = token()
      const draft: RequestDraft = {
        method: 'INVITE',
        uri,
        headers: [
          { name: 'Max-Forwards', value: '70' },
          { name: 'From', value: `${name}<${createAddress(from, domain)}>;tag=${token()}` },
          { name: 'To', value: `<${uri}>` },
          { name: 'Call-ID', value: id },
          { name: 'CSeq', value: '1 INVITE' },
          ...fieldsOf(from),
          SDP
        ],
        body: offer
      }
      return join({ draft }, id, user, from, media).call
    },
    stop() {
      ;[...calls.values()].forEach((call) => call.dispose())
      open = false
      transactions.stop()
      calls$.complete()
    }
  }
}

function tagIn({ headers }: RequestDraft): string {
  return /;tag=(\w+)$/.exec(headers.find(({ name }) => name === 'From')?.value ?? '')?.[1] ?? ''
}
