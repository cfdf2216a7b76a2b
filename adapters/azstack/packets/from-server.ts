/** What a server says: one schema per service. Calls between users are in free-calls.ts, bills in logs.ts. */
import * as v from 'valibot'
import { ignored, integer, serverCallId, string, text } from './parts.ts'
import * as service from './services.ts'

/** A status that is missing says no more than an unknown one. */
const code = v.optional(integer, 0)
const optionalText = v.optional(string, '')
const callinStatus = v.object({ callId: serverCallId, code })

export const serverBodies = {
  [service.slave]: v.object({ ip: ignored, port: ignored }),
  [service.applicationState]: v.unknown(),
  [service.authenticated]: v.object({
    userId: integer,
    username: string,
    fullname: string,
    ice_server: v.array(v.object({ url: string, username: optionalText, password: optionalText }))
  }),
  [service.calloutCharging]: v.object({
    callId: integer,
    status: v.optional(integer),
    chargingError: v.optional(integer)
  }),
  [service.calloutAccepted]: v.object({ callId: integer }),
  [service.calloutStatus]: v.object({ callId: integer, code, sdp_candidate: v.optional(string) }),
  [service.callinStart]: v.object({
    callId: serverCallId,
    callType: ignored,
    from: string,
    to: string,
    sdp_candidate: text
  }),
  [service.callinStatus]: callinStatus,
  [service.callinStatusElsewhere]: callinStatus
} as const
