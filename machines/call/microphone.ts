import { callSetup } from './setup.ts'

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
        mute: {
          target: 'muted',
          actions: [
            'muteMicrophone',
            { type: 'sendMicrophone', params: { live: false } },
            { type: 'tell', params: { fact: { type: 'microphone.muted' } } }
          ]
        }
      }
    },
    muted: {
      description: 'What we say is not to be heard, whatever else happens in the call.',
      on: {
        unmute: {
          target: 'live',
          actions: [
            'unmuteMicrophone',
            { type: 'sendMicrophone', params: { live: true } },
            { type: 'tell', params: { fact: { type: 'microphone.live' } } }
          ]
        }
      }
    },
    off: { description: 'The call is over.', type: 'final' }
  }
})
