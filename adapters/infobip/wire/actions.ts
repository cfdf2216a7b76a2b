/** What a client says to the gateway in calls of 0.4.1 and 1.x, and what 2.x adds to resuming. */
import * as v from 'valibot'
import { applicationActionSchemas } from './application-calls.ts'
import type { ApplicationAction } from './application-calls.ts'
import { conferenceActionSchemas } from './conferences.ts'
import type { ConferenceAction } from './conferences.ts'
import { readFrame } from './frame.ts'
import type { Frame } from './frame.ts'
import { answer, anything, candidate, offer } from './parts.ts'

const callId = v.string()
/** 0.4.1 has a boolean, 1.x an object. */
const recording = v.union([v.boolean(), v.object({ audio: v.boolean(), video: v.boolean() })])

const placing = {
  callId: v.pipe(v.string(), v.uuid()),
  correlationId: v.pipe(v.string(), v.uuid()),
  /** What the callee sees as the caller. */
  from: v.exactOptional(v.string()),
  description: offer,
  customData: anything,
  recording: v.exactOptional(recording)
}

export const placingSchemas = {
  call: v.object({ action: v.literal('call'), destination: v.string(), ...placing }),
  video_call: v.object({ action: v.literal('video_call'), destination: v.string(), ...placing }),
  pstn_call: v.object({
    action: v.literal('pstn_call'),
    destination: v.string(),
    ...placing,
    viber: v.exactOptional(v.boolean())
  }),
  sip_call: v.object({ action: v.literal('sip_call'), destination: v.string(), ...placing }),
  dynamic_destination_call: v.object({
    action: v.literal('dynamic_destination_call'),
    destination: v.null(),
    ...placing
  }),
  conversations_call: v.object({
    action: v.literal('conversations_call'),
    destination: v.literal('conversations'),
    ...placing
  })
}

export const actionSchemas = {
  heartbeat: v.object({ action: v.literal('heartbeat') }),
  /** From 1.x on: the answer to the gateway's own heartbeat. */
  heartbeat_resp: v.object({ action: v.literal('heartbeat_resp') }),
  destroy: v.object({ action: v.literal('destroy') }),

  ...placingSchemas,
  ice_candidate: v.object({ action: v.literal('ice_candidate'), callId, ice: candidate }),
  call_response: v.variant('status', [
    v.object({
      action: v.literal('call_response'),
      callId,
      status: v.literal('accept'),
      description: answer,
      recording: v.exactOptional(recording)
    }),
    v.object({
      action: v.literal('call_response'),
      callId,
      status: v.literal('decline'),
      /** As in SIP: 486 the user declined, 480 accepting failed. */
      code: v.pipe(v.number(), v.integer()),
      reason: v.exactOptional(v.string())
    })
  ]),
  /** A proposal or a reply, told apart only by the type of the description. */
  update_call: v.object({
    action: v.literal('update_call'),
    callId,
    correlationId: v.exactOptional(v.string()),
    description: v.variant('type', [offer, answer])
  }),
  hangup: v.object({ action: v.literal('hangup'), callId, reason: v.exactOptional(v.string()) }),
  info: v.object({
    action: v.literal('info'),
    callId,
    type: v.string(),
    content: anything
  }),
  /** `digit` is the whole string; `duration` in milliseconds. */
  dtmf_info: v.object({
    action: v.literal('dtmf_info'),
    callId,
    digit: v.pipe(v.string(), v.regex(/^[0-9A-D*#]+$/i)),
    duration: v.number()
  }),

  /** 2.x, on a new socket: goes on with a call, with an offer that restarts ICE. */
  reconnect_application_call: v.object({
    action: v.literal('reconnect_application_call'),
    callId,
    audioOffer: offer
  }),
  renegotiate_media: v.object({
    action: v.literal('renegotiate_media'),
    callId: v.exactOptional(v.string()),
    videoPublisherOffer: v.exactOptional(offer),
    iceRestart: v.exactOptional(v.boolean())
  })
}

export type ClientActions = { [Name in keyof typeof actionSchemas]: v.InferOutput<(typeof actionSchemas)[Name]> }
export type ClientAction = ClientActions[keyof ClientActions]
/** Every way to place a call. */
export type Placing = ClientActions[keyof typeof placingSchemas]

/** What clients of every version say. */
const vocabulary = { ...actionSchemas, ...applicationActionSchemas, ...conferenceActionSchemas }

/** What the gateway received. Never throws. */
export function parseAction(text: string): Frame<ClientAction | ApplicationAction | ConferenceAction> {
  return readFrame(text, 'action', vocabulary)
}
