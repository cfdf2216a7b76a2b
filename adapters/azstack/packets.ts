/** Packets and bodies as types; what holds them to that is in packets/. Paid calls are audio, free calls also video. */
import type * as v from 'valibot'
import type { freeBodies } from './packets/free-calls.ts'
import type { clientBodies, tokenBody } from './packets/from-client.ts'
import type { serverBodies } from './packets/from-server.ts'
import type { logBodies } from './packets/logs.ts'

type ServerBodies = typeof serverBodies & typeof freeBodies & typeof logBodies
type ClientBodies = typeof clientBodies

/** 39 and 41 confirm what only a client of the vendor's asks for. */
export type ServerPacket =
  | { [S in keyof ServerBodies]: { readonly service: S; readonly body: ServerBody<S> } }[keyof ServerBodies]
  | { readonly service: 39 | 41; readonly body: { readonly r: 1 } }
export type ClientPacket = {
  [S in keyof ClientBodies]: { readonly service: S; readonly body: ClientBody<S> }
}[keyof ClientBodies]

/** The body of one service, as it was parsed. */
export type ServerBody<S extends keyof ServerBodies> = v.InferOutput<ServerBodies[S]>
export type ClientBody<S extends keyof ClientBodies> = v.InferOutput<ClientBodies[S]>

export type Token = v.InferOutput<typeof tokenBody>
