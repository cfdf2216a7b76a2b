import * as v from 'valibot'
import { Callin } from './callin.ts'
import { Callout } from './callout.ts'
import type { CallKind } from './line.ts'
import { serverBodies } from './packets/from-server.ts'
import { callinStart, log } from './packets/services.ts'

/** Calls to and from telephones. */
export const paidCalls: CallKind = {
  // billed in a way that `callLogs` reads
  bodies: { ...serverBodies, [log]: v.unknown() },
  target: /^\+?\d+$/,
  place(line, callId, { target, headers: { from, tags } = {} }) {
    return new Callout(line, { callId, to: target, ...(from && { from }), ...(tags && { tags }) })
  },
  brought({ service, body }) {
    if (service !== callinStart) return null
    const { callId, from, to } = body
    return { id: `azstack-${callId}`, from, to, take: (line) => new Callin(line, body) }
  }
}
