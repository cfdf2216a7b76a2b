/**
 * How 2.x places and takes calls: everything is a call to an application, and a one-to-one call one to the application
 * `WEBRTC`. Candidates, ringing, the answer and the end are as in 1.x, but for ids that are strings.
 */
import * as v from 'valibot'
import { internalCustomData } from './custom-data.ts'
import { answer, anything, offer } from './parts.ts'

const callId = v.pipe(v.string(), v.nonEmpty())
const strings = v.record(v.string(), v.string())

export const applicationActionSchemas = {
  application_call: v.object({
    action: v.literal('application_call'),
    callId,
    destination: v.string(),
    applicationId: v.string(),
    callsConfigurationId: v.string(),
    platform: anything,
    videoMode: v.exactOptional(v.string()),
    /** Audio only, also in a call that is to have video. */
    description: offer,
    customData: v.exactOptional(strings),
    /** Absent in a call to an application of one's own. */
    internalCustomData: v.exactOptional(internalCustomData),
    media: anything,
    autoReconnect: v.exactOptional(v.boolean())
  }),
  application_call_accept: v.object({
    action: v.literal('application_call_accept'),
    callId,
    description: answer,
    media: anything,
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

export type ApplicationActions = {
  [Name in keyof typeof applicationActionSchemas]: v.InferOutput<(typeof applicationActionSchemas)[Name]>
}
export type ApplicationAction = ApplicationActions[keyof ApplicationActions]
