/** A call between a client and a scripted party, as the party has it: what has come in, and what can be done next. */
import { BehaviorSubject, filter, firstValueFrom } from 'rxjs'
import type { EmulatedCallState } from '../../../../src/testing/emulator.ts'
import type { PartyMedia } from '../../../../src/testing/party-media.ts'
import { headerOf } from '../message.ts'
import type { Header, RequestDraft, SipRequest, SipResponse } from '../message.ts'
import { responseTo } from '../transactions.ts'
import type { ClientTransaction, ClientUser, ServerTransaction, Transactions } from '../transactions.ts'
import type { SipEmulatedCall } from '../types.ts'
import { createConfirmations } from './confirmation.ts'
import { answeredDialog, placedDialog } from './dialog.ts'
import type { Dialog } from './dialog.ts'
import { digitIn, relay } from './digits.ts'
import { createOffers, SDP } from './offers.ts'
import { statusFor } from './reasons.ts'

/** A call and its ends that face the wire. */
export interface PartyCall {
  readonly call: SipEmulatedCall
  readonly localTag: string
  /** A request inside the call. */
  receive(transaction: ServerTransaction): void
  acknowledged(ack: SipRequest): void
  /** The client took back its call. */
  cancelled(): void
  /** Stops everything without a word. */
  dispose(): void
}

export interface PartyCallOptions {
  readonly id: string
  readonly client: string
  readonly party: string
  readonly localTag: string
  /** Contact, Allow and the like. */
  readonly headers: readonly Header[]
  readonly transactions: Transactions
  readonly timeout: number
  readonly media: PartyMedia
  readonly send: (draft: RequestDraft, user: ClientUser) => ClientTransaction
  /** An ACK has no answer and so no transaction. */
  readonly sendAck: (draft: RequestDraft) => void
  /** The party had to refuse this request: why. */
  readonly onFault: (request: SipRequest, fault: string) => void
  readonly onEnded: () => void
}

/** A call either came in with an INVITE, or goes out with one. */
export type Opening = { readonly invite: ServerTransaction } | { readonly draft: RequestDraft }

const ORDER: readonly EmulatedCallState[] = ['offered', 'ringing', 'established', 'ended']

export function openCall(opening: Opening, options: PartyCallOptions): PartyCall {
  const { id, client, party, localTag, headers, transactions, timeout, media, send, sendAck } = options
  const state$ = new BehaviorSubject<EmulatedCallState>('offered')
  const confirmations = createConfirmations(transactions, timeout)
  const invite = 'invite' in opening ? opening.invite : null
  let placed: ClientTransaction | null = null
  let dialog: Dialog | null = invite && answeredDialog(invite.request, localTag)
  let answer: Promise<string> | null = null
  /** The To field of the device that answered first. */
  let winner: string | null = null
  let hangingUp = false
  let digits = ''

  const offers = createOffers({
    media,
    confirmations,
    headers,
    send: (method, within, request, user) => send(within.request(method, request), user),
    acknowledge: (within, { cseq }) => sendAck(within.request('ACK', { cseq: cseq.number }))
  })

  const moveTo = (state: EmulatedCallState): void => {
    if (ORDER.indexOf(state) > ORDER.indexOf(state$.value)) state$.next(state)
  }
  const end = (): void => {
    if (state$.value === 'ended') return
    moveTo('ended')
    state$.complete()
    confirmations.stop()
    media.close()
    options.onEnded()
  }
  const bye = (within: Dialog): void => {
    send(within.request('BYE'), IGNORE)
    end()
  }

  /** The INVITE that waits to be answered, or a word on why there is none. */
  const unanswered = (): ServerTransaction => {
    if (!invite) throw new Error('The party placed this call itself')
    if (invite.status !== null) throw new Error('The call is answered or over')
    return invite
  }
  const standing = (): Dialog => {
    if (state$.value !== 'established' || !dialog) throw new Error(`The call is not established but ${state$.value}`)
    return dialog
  }

  async function describe(transaction: ServerTransaction): Promise<string> {
    try {
      return await (answer ??= offers.answer(transaction.request.body))
    } catch (cause) {
      options.onFault(transaction.request, String(cause))
      transaction.respond(488, { tag: localTag })
      end()
      throw new Error('The party cannot take the offer of the client', { cause })
    }
  }

  async function answerWith(transaction: ServerTransaction, body: string): Promise<void> {
    const extra = body ? [...headers, SDP] : headers
    const response = responseTo(transaction.request, 200, { headers: extra, body, tag: localTag })
    const confirmed = confirmations.confirm(transaction, response).then(async (ack) => {
      if (state$.value === 'ended' || !dialog) return
      if (!ack || hangingUp) return bye(dialog)
      if (!transaction.request.body) await offers.accept(ack.body)
      moveTo('established')
    })
    confirmed.catch(() => dialog && bye(dialog))
    await written()
  }

  async function answered(response: SipResponse): Promise<void> {
    const within = placedDialog(response)
    sendAck(within.request('ACK', { cseq: response.cseq.number }))
    const isOther = dialog !== null && headerOf(response, 'To') !== winner
    if (isOther) return void send(within.request('BYE'), IGNORE)
    if (dialog) return
    winner = headerOf(response, 'To')
    dialog = within
    if (hangingUp) return bye(within)
    try {
      await offers.accept(response.body)
      moveTo('established')
    } catch {
      bye(within)
    }
  }

  if ('draft' in opening) {
    placed = send(opening.draft, {
      response(response) {
        if (response.status > 100 && response.status < 200) moveTo('ringing')
        else if (response.status >= 300) end()
        else if (response.status >= 200) void answered(response)
      },
      failed: end
    })
  }

  const call: SipEmulatedCall = {
    id,
    client,
    party,
    get state() {
      return state$.value
    },
    state$: state$.asObservable(),
    get digits() {
      return digits
    },
    get held() {
      return offers.held
    },
    async ring({ earlyMedia = false } = {}) {
      const transaction = unanswered()
      const body = earlyMedia ? await describe(transaction) : ''
      unanswered().respond(earlyMedia ? 183 : 180, {
        headers: earlyMedia ? [...headers, SDP] : headers,
        body,
        tag: localTag
      })
      moveTo('ringing')
      await written()
    },
    async answer() {
      const body = await describe(unanswered())
      await answerWith(unanswered(), body)
    },
    async answerBroken(sdp) {
      await answerWith(unanswered(), sdp ?? '')
    },
    async reject(reason, code = statusFor(reason)) {
      unanswered().respond(code, { tag: localTag })
      end()
      await written()
    },
    async hangup() {
      if (state$.value === 'ended') return
      if (state$.value === 'established' && dialog) bye(dialog)
      else if (invite?.status === null) return call.reject('busy')
      // RFC 3261 §15: not before the ACK; a call that was placed ends with the answer to its INVITE.
      else hangingUp = true
      placed?.cancel()
      await written()
    },
    hold: () => withDialog((within) => offers.hold(within)),
    resume: () => withDialog((within) => offers.resume(within)),
    async sendDigits(tones) {
      for (const tone of tones) await answerTo(standing().request('INFO', relay(tone)))
    },
    async reaches(state) {
      const isReached = (each: EmulatedCallState) => ORDER.indexOf(each) >= ORDER.indexOf(state)
      const now = await firstValueFrom(state$.pipe(filter(isReached)), { defaultValue: 'ended' })
      if (now === 'ended' && state !== 'ended') throw new Error(`The call ended before it was ${state}`)
    },
    refuseOffers(code) {
      offers.policy = code
    },
    silentOffers() {
      offers.policy = 'silent'
    },
    acceptOffers() {
      offers.policy = 'accept'
    },
    reinvite: (direction) => withDialog((within) => offers.reinvite(direction, within)),
    media: () => media.count()
  }

  async function withDialog<T>(act: (within: Dialog) => Promise<T>): Promise<T> {
    return act(standing())
  }

  /** Sends a request inside the call and waits for its final response. */
  function answerTo(draft: RequestDraft): Promise<void> {
    return new Promise((resolve, reject) => {
      send(draft, {
        response({ status, reason }) {
          if (status >= 300) reject(new Error(`${draft.method} was refused: ${status} ${reason}`))
          else if (status >= 200) resolve()
        },
        failed: (status) => reject(new Error(`${draft.method} was not answered: ${status}`))
      })
    })
  }

  return {
    call,
    localTag,
    receive(transaction) {
      const { request } = transaction
      if (!dialog || state$.value === 'ended') return transaction.respond(481)
      if (request.method === 'INVITE' || request.method === 'UPDATE') return void offers.receive(transaction, dialog)
      if (!dialog.accepts(request)) return transaction.respond(500, { reason: 'CSeq Out Of Order' })
      if (request.method === 'BYE') {
        transaction.respond(200)
        if (invite?.status === null) invite.respond(487, { tag: localTag })
        return end()
      }
      const isAnswered = ['INFO', 'OPTIONS', 'MESSAGE'].includes(request.method)
      if (request.method === 'INFO') digits += digitIn(request)
      transaction.respond(isAnswered ? 200 : 405, { headers })
    },
    acknowledged: (ack) => confirmations.acknowledge(ack),
    cancelled() {
      invite?.respond(487, { tag: localTag })
      end()
    },
    dispose: end
  }
}

const IGNORE: ClientUser = { response: () => undefined, failed: () => undefined }

/** A message reaches the proxy, and through it the wire, with the next immediate. */
function written(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
