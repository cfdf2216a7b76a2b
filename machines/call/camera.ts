import { videoSetup } from './video-setup.ts'

/** What the user wants of the camera, in every phase of the call and whether or not it is open: only an unmute unmutes. */
export const camera = videoSetup.createStateConfig({
  description: 'Whether the user wants to be seen.',
  initial: 'live',
  on: { 'call.over': '.off' },
  states: {
    live: {
      description: 'What the camera sees is meant to be seen.',
      on: {
        muteCamera: {
          target: 'muted',
          actions: ['muteCamera', { type: 'tell', params: { fact: { type: 'camera.muted' } } }]
        }
      }
    },
    muted: {
      description: 'What the camera sees is not to be seen, whatever else happens in the call.',
      on: {
        unmuteCamera: {
          target: 'live',
          actions: ['unmuteCamera', { type: 'tell', params: { fact: { type: 'camera.live' } } }]
        }
      }
    },
    off: { description: 'The call is over.', type: 'final' }
  }
})
