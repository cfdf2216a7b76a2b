/**
 * AZStack on the wire: one socket.io event, in both directions, whose argument names a service and carries its body as
 * text. What the bodies say is in packets/, what their statuses mean in statuses.ts.
 */
import * as v from 'valibot'
import { readAs, readJson } from '../kit/index.ts'
import type { Vocabulary } from '../kit/index.ts'
import type { ClientPacket, ServerPacket } from './packets.ts'
import type { ErrorCode } from './statuses.ts'

/** The name of the only event. */
export const EVENT = 'WebPacket'

/** The argument of the event. `body` is JSON text, not an object. */
export interface Envelope {
  readonly service: number
  readonly body: string
}

/** Either a packet that can be relied on, or what is wrong with it, in the vendor's word and in one for a developer. */
export type Parsed<P> =
  | { readonly kind: 'packet'; readonly packet: P }
  | { readonly kind: 'fault'; readonly service: number | null; readonly code: ErrorCode; readonly fault: string }

/** What each service carries. */
export type Bodies = Vocabulary

const envelope = v.object({ service: v.pipe(v.number(), v.safeInteger()), body: v.nullish(v.string(), '') })

/** The argument of the event for a packet. */
export function packet({ service, body }: ClientPacket | ServerPacket): Envelope {
  return { service, body: JSON.stringify(body) ?? '' }
}

/** Reads what was sent; never throws. `P` is what the bodies make of it. */
export function parse<P extends ClientPacket | ServerPacket>(bodies: Bodies, received: unknown): Parsed<P> {
  let service: number | null = null
  const fault = (code: ErrorCode, text: string) => ({ kind: 'fault', service, code, fault: text }) as const

  const outer = v.safeParse(envelope, received)
  if (!outer.success) return fault('ERR_SOCKET_PARSE_BODY', 'Not A Packet')
  service = outer.output.service
  const json = outer.output.body === '' ? null : readJson(outer.output.body)
  const reading = readAs(bodies, service, json)
  if (reading.kind === 'unknown') return fault('ERR_SOCKET_UNKNOWN_SERVICE', `Unknown Service ${service}`)
  if (json === undefined) return fault('ERR_SOCKET_PARSE_BODY', 'Malformed Body')
  if (reading.kind === 'message') return { kind: 'packet', packet: { service, body: reading.output } as P }
  if (json === null) return fault('ERR_SOCKET_PARSE_BODY', 'Missing Body')
  return fault('ERR_UNEXPECTED_RECEIVED_DATA', `Malformed ${reading.path ?? 'Body'}`)
}
