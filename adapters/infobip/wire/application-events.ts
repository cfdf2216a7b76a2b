/** What a 2.x client is told of calls beyond what 1.x is, and of the dialogs it has them in. */
import * as v from 'valibot'
import { internalCustomData } from './custom-data.ts'
import { answer, anything, call, event, offer, user } from './parts.ts'

const callId = v.pipe(v.string(), v.nonEmpty())

const endpoint = v.looseObject({ type: v.string() })
const participant = v.object({
  endpoint,
  state: v.string(),
  disconnected: v.exactOptional(v.boolean()),
  media: anything
})
export const applicationEventSchemas = {
  application_call: event('application_call', {
    callId,
    caller: user,
    callsConfigurationId: v.exactOptional(v.string()),
    applicationId: v.exactOptional(v.string()),
    internalCustomData: v.exactOptional(internalCustomData),
    customData: anything,
    recording: anything,
    description: offer
  }),
  /** The call is the same again; an answer to the offer of `reconnect_application_call`. */
  call_reconnected: event('call_reconnected', {
    ...call,
    description: answer,
    callState: anything,
    dialogState: anything,
    conferenceState: anything
  }),
  dialog_created: event('dialog_created', { id: v.string(), participants: v.array(participant) }),
  dialog_established: event('dialog_established', {
    id: v.string(),
    participants: v.array(participant),
    recordingType: v.exactOptional(v.string())
  }),
  dialog_finished: event('dialog_finished', { id: v.string(), status: anything }),
  participant_media_changed: event('participant_media_changed', {
    endpoint,
    media: v.object({ audio: v.object({ muted: v.boolean(), deaf: v.exactOptional(v.boolean()) }) })
  })
}

export type ApplicationEvents = {
  [Name in keyof typeof applicationEventSchemas]: v.InferOutput<(typeof applicationEventSchemas)[Name]>
}
export type ApplicationEvent = ApplicationEvents[keyof ApplicationEvents]
