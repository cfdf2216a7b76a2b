/** Calls between users: the service relays what they say to each other, and plays no part in the media. */
import * as service from '../packets/services.ts'
import type { ClientPacket, ServerPacket } from '../packets.ts'
import { freeMeaning, isEnd } from '../statuses.ts'
import type { Connection } from './listener.ts'
import type { Verdict } from './types.ts'

export type FreePacket = Extract<ClientPacket, { service: 186 | 187 | 188 }>

export interface FreeCalls {
  receive(packet: FreePacket, connection: Connection, from: number): Verdict
  /** The last connection of this user is gone for good. */
  abandoned(userId: number): void
}

export interface FreeCallsOptions {
  readonly isUser: (userId: number) => boolean
  /** To every device of the user but `except`. */
  readonly send: (userId: number, packet: ServerPacket, except?: Connection) => void
}

interface FreeCall {
  readonly caller: number
  readonly callee: number
}

const MOST_CALLS = 500

export function createFreeCalls({ isUser, send }: FreeCallsOptions): FreeCalls {
  /** By the caller and her id of the call, which is hers alone. */
  const calls = new Map<string, FreeCall>()
  const keyOf = (caller: number, callId: number): string => `${caller} ${callId}`

  const find = (callId: number, from: number, to: number): string | null => {
    const [placed, received] = [keyOf(from, callId), keyOf(to, callId)]
    if (calls.get(placed)?.callee === to) return placed
    return calls.get(received)?.callee === from ? received : null
  }

  return {
    receive(packet, connection, from) {
      const { callId, to } = packet.body
      if (packet.service === service.freeStart) {
        if (to === from || !isUser(to)) return 'No Such User'
        if (calls.has(keyOf(from, callId))) return 'Call Exists'
        if (calls.size >= MOST_CALLS) return 'Too Many Calls'
        return () => {
          calls.set(keyOf(from, callId), { caller: from, callee: to })
          send(to, { service: packet.service, body: { ...packet.body, from } })
        }
      }
      const key = find(callId, from, to)
      if (key === null) return 'No Such Call'
      if (packet.service === service.freeData) {
        return () => send(to, { service: packet.service, body: { ...packet.body, from } })
      }
      const { status } = packet.body
      const meaning = freeMeaning(status)
      if (!meaning) return `Unknown Status ${status}`
      return () => {
        if (isEnd(meaning)) calls.delete(key)
        send(to, { service: packet.service, body: { ...packet.body, from } })
        send(from, { service: service.freeStatusElsewhere, body: { callId, status } }, connection)
      }
    },
    abandoned(userId) {
      for (const [key, { caller, callee }] of [...calls]) {
        if (caller === userId || callee === userId) calls.delete(key)
      }
    }
  }
}
