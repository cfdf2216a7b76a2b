/** A 2xx to an INVITE is repeated until its ACK comes, over any transport (RFC 3261 §13.3.1.4). */
import type { ResponseDraft, SipRequest } from '../message.ts'
import type { ServerTransaction, Transactions } from '../transactions.ts'

export interface Confirmations {
  /** Resolves with the ACK, or with null when none comes in time or the call is over. */
  confirm(transaction: ServerTransaction, response: ResponseDraft): Promise<SipRequest | null>
  acknowledge(ack: SipRequest): void
  stop(): void
}

const T1 = 500
const T2 = 4000

export function createConfirmations(transactions: Transactions, timeout: number): Confirmations {
  const waiting = new Map<number, (ack: SipRequest | null) => void>()
  return {
    confirm(transaction, response) {
      return new Promise((resolve) => {
        let callOff = () => {}
        const settle = (ack: SipRequest | null): void => {
          callOff()
          waiting.delete(transaction.request.cseq.number)
          resolve(ack)
        }
        const send = (pause: number, elapsed: number): void => {
          if (elapsed >= timeout) return settle(null)
          transaction.forward(response)
          callOff = transactions.after(pause, () => send(Math.min(pause * 2, T2), elapsed + pause))
        }
        waiting.set(transaction.request.cseq.number, settle)
        send(T1, 0)
      })
    },
    acknowledge: (ack) => waiting.get(ack.cseq.number)?.(ack),
    stop: () => [...waiting.values()].forEach((settle) => settle(null))
  }
}
