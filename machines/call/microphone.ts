import { or, stateIn } from 'xstate'
import { callSetup } from './setup.ts'

/** The far end has been told that the call is over; it is told nothing after that. */
const isEnding = or([
  stateIn('#call.progress.ending'),
  stateIn('#call.progress.setup.callout.cancelling'),
  stateIn('#call.progress.setup.callin.declining'),
  stateIn('#call.progress.setup.callin.refusing'),
  stateIn('#call.progress.setup.callin.giving-up')
])

const muted = {
  target: 'muted',
  actions: ['muteMicrophone', { type: 'tell', params: { fact: { type: 'microphone.muted' } } }]
} as const
const unmuted = {
  target: 'live',
  actions: ['unmuteMicrophone', { type: 'tell', params: { fact: { type: 'microphone.live' } } }]
} as const

/**
 * What the user wants of the microphone, in every phase of the call. Hold silences it too but changes nothing here:
 * only an unmute unmutes.
 */
export const microphone = callSetup.createStateConfig({
  description: 'Whether the user wants to be heard.',
  initial: 'live',
  on: { 'call.over': '.off' },
  states: {
    live: {
      description: 'What we say is meant to be heard.',
      on: {
        mute: [
          { guard: isEnding, ...muted },
          { ...muted, actions: [...muted.actions, { type: 'sendMicrophone', params: { live: false } }] }
        ]
      }
    },
    muted: {
      description: 'What we say is not to be heard, whatever else happens in the call.',
      on: {
        unmute: [
          { guard: isEnding, ...unmuted },
          { ...unmuted, actions: [...unmuted.actions, { type: 'sendMicrophone', params: { live: true } }] }
        ]
      }
    },
    off: { description: 'The call is over.', type: 'final' }
  }
})
