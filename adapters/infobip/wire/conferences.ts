/** Conferences and the playing back of recordings, as 0.4.1 has them. They are spoken here, but nobody plays them yet. */
import * as v from 'valibot'
import { answer, candidate, offer, status, user } from './parts.ts'

const callId = v.pipe(v.string(), v.nonEmpty())
const correlationId = v.string()
const identity = v.string()

export const conferenceActionSchemas = {
  join_conference: v.object({
    action: v.literal('join_conference'),
    callId,
    conferenceId: v.string(),
    description: offer
  }),
  ice_candidate_conference: v.object({ action: v.literal('ice_candidate_conference'), callId, ice: candidate }),
  leave_conference: v.object({ action: v.literal('leave_conference'), callId }),
  play_recording: v.object({ action: v.literal('play_recording'), recordingId: v.string(), correlationId }),
  play_recording_start: v.object({
    action: v.literal('play_recording_start'),
    identity,
    description: answer,
    correlationId
  }),
  play_recording_ice: v.object({ action: v.literal('play_recording_ice'), identity, ice: candidate, correlationId }),
  play_recording_stop: v.object({ action: v.literal('play_recording_stop'), correlationId })
}

export const conferenceEventSchemas = {
  joined_conference: v.object({ event: v.literal('joined_conference'), users: v.array(user), description: answer }),
  user_joined: v.object({ event: v.literal('user_joined'), user }),
  user_left: v.object({ event: v.literal('user_left'), identity }),
  user_talking: v.object({ event: v.literal('user_talking'), identity }),
  user_stopped_talking: v.object({ event: v.literal('user_stopped_talking'), identity }),
  left_conference: v.object({ event: v.literal('left_conference') }),
  conference_error: v.object({ event: v.literal('conference_error'), status }),
  play_recording_prepare: v.object({ event: v.literal('play_recording_prepare'), identity, description: offer }),
  play_recording_finished: v.object({ event: v.literal('play_recording_finished') }),
  play_recording_error: v.object({ event: v.literal('play_recording_error'), status })
}

type Outputs<S extends Record<string, v.GenericSchema>> = { [Name in keyof S]: v.InferOutput<S[Name]> }
export type ConferenceAction = Outputs<typeof conferenceActionSchemas>[keyof typeof conferenceActionSchemas]
