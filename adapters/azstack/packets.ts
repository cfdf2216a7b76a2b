/** What is inside every packet: one schema per service and direction. Paid calls are audio, free calls also video. */
import * as v from 'valibot'

/** The services by what they are for. Some numbers mean one thing from client to server and another back. */
export const service = {
  ping: 1,
  /** Asks for, and gives, the address of the slave. */
  slave: 29,
  registerDevice: 38,
  deviceRegistered: 39,
  unregisterDevice: 40,
  deviceUnregistered: 41,
  applicationState: 105,
  authenticated: 162,
  authenticate: 179,
  freeStart: 186,
  freeData: 187,
  freeStatus: 188,
  /** The same user's other devices are told. */
  freeStatusElsewhere: 199,
  calloutStart: 500,
  calloutOffer: 501,
  calloutStop: 502,
  calloutStatus: 503,
  calloutAccepted: 504,
  callinStart: 505,
  callinStatus: 506,
  callinStatusElsewhere: 508,
  logs: 509,
  log: 601,
  /** Whether the call may be placed at all: number and balance. */
  calloutCharging: 610
} as const

// JSON has no way to write infinity but 1e999.
const number = v.pipe(v.number(), v.finite())
const integer = v.pipe(v.number(), v.safeInteger())
const text = v.pipe(v.string(), v.nonEmpty())

/** Unix seconds chosen by the client; unique for its user only. */
const ownCallId = integer
/** Chosen by the server, and echoed as it came. */
const serverCallId = v.union([v.pipe(integer, v.notValue(0)), text])
/** A status that is missing says no more than an unknown one. */
const code = v.optional(integer, 0)
/** Nobody reads what is in there. */
const ignored = v.optional(v.unknown())
const success = v.object({ r: v.literal(1) })

const charging = v.object({ callId: ownCallId, status: v.optional(integer), chargingError: v.optional(integer) })

/** What 601 and the items of 509 have in common. */
const log = {
  callId: v.union([integer, text]),
  from: v.string(),
  to: v.string(),
  tags: v.nullish(v.string()),
  duration: v.nullish(number),
  recordTime: v.nullish(number),
  callType: v.nullish(integer),
  status: v.nullish(integer)
}
const pushedLog = v.object({ ...log, urlRecord: v.nullish(v.string()), azUserId: v.nullish(integer) })
const listedLog = v.object({ ...log, url: v.nullish(v.string()), userId: v.nullish(integer) })

const freeStart = {
  callId: ownCallId,
  /** 1 audio, 2 video. */
  mediaType: v.picklist([1, 2]),
  to: integer,
  sdp: v.object({ type: v.literal('offer'), sdp: text })
}
const freeAnswer = {
  callId: ownCallId,
  to: integer,
  type: v.literal(1),
  data: v.object({ type: v.literal('answer'), sdp: text })
}
const freeCandidate = {
  callId: ownCallId,
  to: integer,
  type: v.literal(2),
  data: v.object({ sdpMid: v.string(), sdpMLineIndex: integer, sdp: v.string() })
}
const freeStatus = { callId: ownCallId, to: integer, status: integer }
/** Added by the server: whom a relayed packet is from. */
const relayed = { from: integer }

/** Bodies a server sends. */
export const serverBodies = {
  [service.slave]: v.object({ ip: ignored, port: ignored }),
  [service.authenticated]: v.object({
    userId: integer,
    username: v.string(),
    fullname: v.string(),
    ice_server: v.array(
      v.object({ url: v.string(), username: v.optional(v.string(), ''), password: v.optional(v.string(), '') })
    )
  }),
  [service.calloutCharging]: charging,
  [service.calloutAccepted]: v.object({ callId: ownCallId }),
  [service.calloutStatus]: v.object({ callId: ownCallId, code, sdp_candidate: v.optional(v.string()) }),
  [service.callinStart]: v.object({
    callId: serverCallId,
    callType: ignored,
    from: v.string(),
    to: v.string(),
    sdp_candidate: text
  }),
  [service.callinStatus]: v.object({ callId: serverCallId, code }),
  [service.callinStatusElsewhere]: v.object({ callId: serverCallId, code }),
  [service.log]: v.object({ data: pushedLog }),
  [service.logs]: v.object({ r: integer, data: v.optional(v.array(listedLog), []) }),
  [service.freeStart]: v.object({ ...freeStart, ...relayed }),
  [service.freeData]: v.variant('type', [
    v.object({ ...freeAnswer, ...relayed }),
    v.object({ ...freeCandidate, ...relayed })
  ]),
  [service.freeStatus]: v.object({ ...freeStatus, ...relayed }),
  [service.freeStatusElsewhere]: v.object({ callId: ownCallId, status: integer }),
  [service.applicationState]: v.unknown(),
  [service.deviceRegistered]: success,
  [service.deviceUnregistered]: success
} as const

/** Bodies a client sends. */
export const clientBodies = {
  [service.ping]: v.unknown(),
  [service.slave]: v.object({ azStackUserId: text }),
  [service.authenticate]: v.object({
    slaveIp: ignored,
    slavePort: ignored,
    token: text,
    fullname: text,
    namespace: v.string(),
    appId: text,
    // The vendor's last version forgets it.
    platform: v.optional(integer),
    sdkVersion: text,
    screenSize: v.string()
  }),
  [service.calloutStart]: v.object({
    callId: ownCallId,
    to: text,
    from: v.optional(v.string()),
    tags: v.optional(v.string())
  }),
  [service.calloutOffer]: v.object({ callId: ownCallId, to: text, sdp_candidate: text }),
  [service.calloutStop]: v.object({ callId: ownCallId, to: text }),
  [service.callinStatus]: v.object({
    callId: serverCallId,
    callType: ignored,
    /** The caller's number, */
    destination: v.string(),
    /** and the one that was called. */
    phonenumber: v.string(),
    code: integer,
    sdp_candidate: v.optional(text),
    tags: v.nullish(v.string())
  }),
  [service.logs]: v.object({}),
  [service.freeStart]: v.object(freeStart),
  [service.freeData]: v.variant('type', [v.object(freeAnswer), v.object(freeCandidate)]),
  [service.freeStatus]: v.object(freeStatus),
  [service.applicationState]: v.object({ state: v.picklist([1, 2]) }),
  [service.registerDevice]: v.object({ id: text, type: v.picklist([1, 2, 3]), appBundleId: v.string() }),
  [service.unregisterDevice]: v.object({ id: text })
} as const

/** What the RSA token says once it is decrypted. The spelling of the user's id is the vendor's. */
export const tokenBody = v.object({
  sdkVersion: v.string(),
  namespace: v.string(),
  azStackUserID: text,
  userCredentials: v.string()
})
export type Token = v.InferOutput<typeof tokenBody>

type ServerBodies = typeof serverBodies
type ClientBodies = typeof clientBodies

export type ServerPacket = {
  [S in keyof ServerBodies]: { readonly service: S; readonly body: v.InferOutput<ServerBodies[S]> }
}[keyof ServerBodies]
export type ClientPacket = {
  [S in keyof ClientBodies]: { readonly service: S; readonly body: v.InferOutput<ClientBodies[S]> }
}[keyof ClientBodies]

/** The body of one service, as it was parsed. */
export type ServerBody<S extends keyof ServerBodies> = v.InferOutput<ServerBodies[S]>
export type ClientBody<S extends keyof ClientBodies> = v.InferOutput<ClientBodies[S]>
