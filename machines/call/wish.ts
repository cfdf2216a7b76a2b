import { not, stateIn } from 'xstate'
import { atRest, videoSetup } from './video-setup.ts'

const over = {
  target: 'none',
  actions: { type: 'tell', params: { fact: { type: 'video.wish-over' } } }
} as const
const refused = {
  target: 'none',
  actions: { type: 'tell', params: { fact: { type: 'video.refused' } } }
} as const
const desireOff = { type: 'desireVideo', params: { video: 'off' } } as const

/**
 * The peer wants video, and a person here is asked. Its offer has been answered already, with video at rest; enabling ours
 * is the yes, and taking video out of the session the no.
 */
export const wish = videoSetup.createStateConfig({
  description: 'What the peer wishes.',
  initial: 'none',
  states: {
    none: {
      description: 'The peer wishes for nothing that is not there.',
      on: { 'negotiation.settled': { guard: 'isWished', target: 'wished', actions: 'tellWish' } }
    },
    wished: {
      description: 'The peer would like video; somebody here has to say.',
      tags: ['waiting'],
      after: {
        wishDeadline: [
          // somebody has said yes
          {
            guard: stateIn('#call.progress.established.video.local.enabling'),
            target: 'wished',
            reenter: true
          },
          { ...over, actions: [desireOff, over.actions] }
        ]
      },
      on: {
        refuseVideo: { target: 'refusing', actions: desireOff },
        'negotiation.settled': { guard: not('isWished'), ...over }
      }
    },
    refusing: {
      description: 'The peer is being told that there will be no video.',
      tags: ['waiting'],
      always: { guard: atRest, ...refused },
      after: { videoDeadline: refused }
    }
  }
})
