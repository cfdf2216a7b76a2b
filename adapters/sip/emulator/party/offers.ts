/** Offer and answer inside a call between a client and a party: who may send, who is on hold. */
import { directionOf, receives, sends } from '../../../../src/testing/directions.ts'
import type { Direction } from '../../../../src/testing/directions.ts'
import type { PartyMedia } from '../../../../src/testing/party-media.ts'
import { headerOf } from '../message.ts'
import type { Header, SipResponse } from '../message.ts'
import { reasonPhrase, responseTo } from '../transactions.ts'
import type { ClientUser, ServerTransaction } from '../transactions.ts'
import type { Confirmations } from './confirmation.ts'
import type { Dialog } from './dialog.ts'

export interface Offers {
  /** Whether the client holds the party. */
  readonly held: boolean
  /** What becomes of the client's offers: taken, left unanswered, or refused with a status. */
  policy: 'accept' | 'silent' | number
  /** Takes an offer of the client and answers it; an empty one asks for an offer of the party. */
  answer(offer: string): Promise<string>
  /** Takes the client's answer to the party's offer. */
  accept(answer: string): Promise<Direction>
  /** A re-INVITE or an UPDATE of the client. */
  receive(transaction: ServerTransaction, dialog: Dialog): Promise<void>
  reinvite(direction: Direction, dialog: Dialog): Promise<Direction>
  hold(dialog: Dialog): Promise<void>
  resume(dialog: Dialog): Promise<void>
}

export interface OffersOptions {
  readonly media: PartyMedia
  readonly confirmations: Confirmations
  readonly headers: readonly Header[]
  readonly send: (
    method: string,
    dialog: Dialog,
    options: { headers: Header[]; body: string },
    user: ClientUser
  ) => void
  readonly acknowledge: (dialog: Dialog, response: SipResponse) => void
}

export const SDP: Header = { name: 'Content-Type', value: 'application/sdp' }

export function createOffers({ media, confirmations, headers, send, acknowledge }: OffersOptions): Offers {
  let mine: Direction = 'sendrecv'
  let held = false
  let busy: 'offering' | 'answering' | null = null
  let settled = Promise.resolve()
  let release = () => {}

  /** One offer at a time; one's own wait for their turn. */
  const take = (what: 'offering' | 'answering'): void => {
    busy = what
    settled = new Promise((resolve) => {
      release = () => {
        busy = null
        resolve()
      }
    })
  }

  /** A client that does not want to hear the party holds it, unless the party asked for that itself. */
  const heed = (theirs: Direction, asked: Direction): void => {
    if (sends(asked)) held = !receives(theirs)
  }

  async function answer(offer: string): Promise<string> {
    if (!offer) return media.offer(mine)
    const answered = await media.answer(offer, mine)
    heed(directionOf(offer), 'sendrecv')
    return answered
  }

  async function accept(answered: string, asked: Direction = mine): Promise<Direction> {
    await media.accept(answered)
    const theirs = directionOf(answered)
    heed(theirs, asked)
    return theirs
  }

  /** RFC 3261 §14.2 and RFC 3311 §5.2: an offer that meets another is not taken. */
  function refusal(transaction: ServerTransaction): number | null {
    const isSdp = /^application\/sdp\b/i.test(headerOf(transaction.request, 'Content-Type') ?? 'application/sdp')
    if (!isSdp) return 415
    if (busy === 'offering') return 491
    if (busy === 'answering') return 500
    return typeof offers.policy === 'number' ? offers.policy : null
  }

  async function receive(transaction: ServerTransaction): Promise<void> {
    const { request } = transaction
    const isInvite = request.method === 'INVITE'
    if (!isInvite && !request.body) return transaction.respond(200, { headers })
    if (offers.policy === 'silent') return
    const status = refusal(transaction)
    if (status !== null) return transaction.respond(status, status === 500 ? { headers: [RETRY] } : {})

    take('answering')
    try {
      const body = await answer(request.body)
      const response = responseTo(request, 200, { headers: [...headers, SDP], body })
      if (!isInvite) return transaction.forward(response)
      const confirmed = confirmations.confirm(transaction, response)
      // An offer that was answered is over; one that was asked for is answered by the ACK.
      if (request.body) return
      const ack = await confirmed
      if (ack) await accept(ack.body)
    } catch (error) {
      transaction.respond(488, { headers: [warning(error)] })
    } finally {
      release()
    }
  }

  async function reinvite(direction: Direction, dialog: Dialog): Promise<Direction> {
    while (busy) await settled
    take('offering')
    try {
      const body = await media.offer(direction)
      const response = await new Promise<SipResponse>((resolve, reject) => {
        send(
          'INVITE',
          dialog,
          { headers: [...headers, SDP], body },
          {
            response(each) {
              if (each.status >= 200 && each.status < 300) acknowledge(dialog, each)
              if (each.status >= 200) resolve(each)
            },
            failed: (status) => reject(new Error(`The offer was not answered: ${status} ${reasonPhrase(status)}`))
          }
        )
      })
      if (response.status >= 300) throw new Error(`The offer was refused: ${response.status} ${response.reason}`)
      return await accept(response.body, direction)
    } catch (error) {
      await media.rollback()
      throw error
    } finally {
      release()
    }
  }

  const propose = async (wish: Direction, direction: Direction, dialog: Dialog): Promise<void> => {
    const before = mine
    mine = wish
    try {
      await reinvite(direction, dialog)
    } catch (error) {
      mine = before
      throw error
    }
  }

  const offers: Offers = {
    get held() {
      return held
    },
    policy: 'accept',
    answer,
    accept: (answered) => accept(answered),
    async receive(transaction, dialog) {
      if (!dialog.accepts(transaction.request)) return transaction.respond(500, { reason: 'CSeq Out Of Order' })
      await receive(transaction)
    },
    reinvite,
    // RFC 3264 §8.4: what the other side has put on hold is not asked for again; it is granted once the hold is over.
    hold: (dialog) => propose('sendonly', held ? 'inactive' : 'sendonly', dialog),
    resume: (dialog) => propose('sendrecv', held ? 'recvonly' : 'sendrecv', dialog)
  }
  return offers
}

const RETRY: Header = { name: 'Retry-After', value: '1' }

/** RFC 3261 §20.43, code 399: what was wrong with the description, for the reader of a trace. */
function warning(error: unknown): Header {
  const text = String(error instanceof Error ? error.message : error).replace(/[^\x20-\x7e]|["\\]/g, ' ')
  return { name: 'Warning', value: `399 party "${text.slice(0, 200)}"` }
}
