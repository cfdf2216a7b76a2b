/** What a client says. Only a server reads it: clients need no more of this than its types. */
import * as v from 'valibot'
import { freeAnswer, freeCandidate, freeStart, freeStatus } from './free-calls.ts'
import { ignored, integer, serverCallId, string, text } from './parts.ts'
import * as service from './services.ts'

export const clientBodies = {
  [service.ping]: v.unknown(),
  [service.slave]: v.object({ azStackUserId: text }),
  [service.authenticate]: v.object({
    slaveIp: ignored,
    slavePort: ignored,
    token: text,
    fullname: text,
    namespace: string,
    appId: text,
    // The vendor's last version forgets it.
    platform: v.optional(integer),
    sdkVersion: text,
    screenSize: string
  }),
  [service.calloutStart]: v.object({
    // Unix seconds chosen by the client; unique for its user only.
    callId: integer,
    to: text,
    from: v.optional(string),
    tags: v.optional(string)
  }),
  [service.calloutOffer]: v.object({ callId: integer, to: text, sdp_candidate: text }),
  [service.calloutStop]: v.object({ callId: integer, to: text }),
  [service.callinStatus]: v.object({
    callId: serverCallId,
    callType: ignored,
    /** The caller's number, */
    destination: string,
    /** and the one that was called. */
    phonenumber: string,
    code: integer,
    sdp_candidate: v.optional(text),
    tags: v.nullish(string)
  }),
  [service.logs]: v.object({}),
  [service.freeStart]: v.object(freeStart),
  [service.freeData]: v.variant('type', [v.object(freeAnswer), v.object(freeCandidate)]),
  [service.freeStatus]: v.object(freeStatus),
  [service.applicationState]: v.object({ state: v.picklist([1, 2]) }),
  [service.registerDevice]: v.object({ id: text, type: v.picklist([1, 2, 3]), appBundleId: string }),
  [service.unregisterDevice]: v.object({ id: text })
} as const

/** What the RSA token says once it is decrypted. The spelling of the user's id is the vendor's. */
export const tokenBody = v.object({
  sdkVersion: string,
  namespace: string,
  azStackUserID: text,
  userCredentials: string
})
