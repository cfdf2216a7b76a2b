/** What a 2.x client is told of calls beyond what 1.x is, and of the dialogs it has them in. */
import * as v from 'valibot'
import { internalCustomData, offer, recording, user } from './parts.ts'

const callId = v.pipe(v.string(), v.nonEmpty())

const endpoint = v.looseObject({ type: v.string() })
const participant = v.object({
  endpoint,
  state: v.string(),
  disconnected: v.exactOptional(v.boolean()),
  media: v.exactOptional(v.unknown())
})
export const applicationEventSchemas = {
  application_call: v.object({
    event: v.literal('application_call'),
    callId,
    caller: user,
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

export type ApplicationEvents = {
  [Name in keyof typeof applicationEventSchemas]: v.InferOutput<(typeof applicationEventSchemas)[Name]>
}
export type ApplicationEvent = ApplicationEvents[keyof ApplicationEvents]
