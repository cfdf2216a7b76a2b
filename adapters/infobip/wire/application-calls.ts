/**
 * How 2.x places and takes calls: everything is a call to an application, and a one-to-one call one to the application
 * `WEBRTC`. Candidates, ringing, the answer and the end are as in 1.x, but for ids that are strings.
 */
import * as v from 'valibot'
import { answer, offer, recording } from './parts.ts'

const callId = v.pipe(v.string(), v.nonEmpty())
const strings = v.record(v.string(), v.string())

/** Who is called how; values are strings, booleans included. */
const internalCustomData = v.looseObject({
  type: v.picklist(['WEBRTC', 'PHONE_NUMBER', 'VIBER', 'ROOM']),
  to: v.exactOptional(v.string()),
  /** Null from a client that was given none. */
  from: v.nullish(v.string()),
  roomName: v.exactOptional(v.string()),
  withDialog: v.exactOptional(v.string()),
  isVideo: v.exactOptional(v.string())
})

const identity = v.object({ identity: v.string(), displayName: v.nullish(v.string()) })
const endpoint = v.looseObject({ type: v.string() })
const participant = v.object({
  endpoint,
  state: v.string(),
  disconnected: v.exactOptional(v.boolean()),
  media: v.exactOptional(v.unknown())
})
const media = v.exactOptional(v.unknown())

export const applicationActionSchemas = {
  application_call: v.object({
    action: v.literal('application_call'),
    callId,
    destination: v.string(),
    applicationId: v.string(),
    callsConfigurationId: v.string(),
    platform: v.exactOptional(v.unknown()),
    videoMode: v.exactOptional(v.string()),
    /** Audio only, also in a call that is to have video. */
    description: offer,
    customData: v.exactOptional(strings),
    /** Absent in a call to an application of one's own. */
    internalCustomData: v.exactOptional(internalCustomData),
    media,
    autoReconnect: v.exactOptional(v.boolean())
  }),
  application_call_accept: v.object({
    action: v.literal('application_call_accept'),
    callId,
    description: answer,
    media,
    autoReconnect: v.exactOptional(v.boolean())
  }),
  application_call_decline: v.object({
    action: v.literal('application_call_decline'),
    callId,
    declineType: v.picklist(['BUSY', 'ERROR']),
    reason: v.exactOptional(v.string()),
    declineOnAllDevices: v.exactOptional(v.boolean())
  }),
  mute: v.object({ action: v.literal('mute'), callId, muted: v.boolean() }),
  network_quality_changed: v.object({
    action: v.literal('network_quality_changed'),
    callId,
    networkQuality: v.number()
  })
}

export const applicationEventSchemas = {
  application_call: v.object({
    event: v.literal('application_call'),
    callId,
    caller: identity,
    callsConfigurationId: v.exactOptional(v.string()),
    applicationId: v.exactOptional(v.string()),
    internalCustomData: v.exactOptional(internalCustomData),
    customData: v.exactOptional(v.unknown()),
    recording: v.exactOptional(recording),
    description: offer
  }),
  dialog_created: v.object({ event: v.literal('dialog_created'), id: v.string(), participants: v.array(participant) }),
  dialog_established: v.object({
    event: v.literal('dialog_established'),
    id: v.string(),
    participants: v.array(participant),
    recordingType: v.exactOptional(v.string())
  }),
  dialog_finished: v.object({
    event: v.literal('dialog_finished'),
    id: v.string(),
    status: v.exactOptional(v.unknown())
  }),
  participant_media_changed: v.object({
    event: v.literal('participant_media_changed'),
    endpoint,
    media: v.object({ audio: v.object({ muted: v.boolean(), deaf: v.exactOptional(v.boolean()) }) })
  })
}

export type ApplicationActions = {
  [Name in keyof typeof applicationActionSchemas]: v.InferOutput<(typeof applicationActionSchemas)[Name]>
}
export type ApplicationAction = ApplicationActions[keyof ApplicationActions]
export type ApplicationEvents = {
  [Name in keyof typeof applicationEventSchemas]: v.InferOutput<(typeof applicationEventSchemas)[Name]>
}
export type ApplicationEvent = ApplicationEvents[keyof ApplicationEvents]
