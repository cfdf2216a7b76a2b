import { not } from 'xstate'
import type { Failure } from '../failure.ts'
import { callSetup } from './setup.ts'

const noAnswer: Failure = { code: 'negotiation.timeout', text: 'The peer could not be asked in time' }

const held = {
  guard: 'isHoldAgreed',
  target: 'held',
  actions: { type: 'tell', params: { fact: { type: 'hold.held' } } }
} as const

const resumed = {
  guard: not('isHoldAgreed'),
  target: 'active',
  actions: { type: 'tell', params: { fact: { type: 'hold.resumed' } } }
} as const

/**
 * Hold, ours and the peer's (RFC 3264 §8.4). From the moment we ask for it nothing of ours is sent, whatever the peer
 * answers; only negotiation says when it is so.
 */
export const hold = callSetup.createStateConfig({
  type: 'parallel',
  states: {
    local: {
      initial: 'active',
      states: {
        active: {
          description: 'We do not hold.',
          entry: 'unsilence',
          on: {
            hold: [
              {
                guard: 'canSignalHold',
                target: 'holding',
                actions: { type: 'desireHold', params: { hold: true } }
              },
              // the provider has no hold: what we can do alone is to send and play nothing
              {
                target: 'held',
                actions: [
                  { type: 'desireHold', params: { hold: true } },
                  'agreeOnHold',
                  { type: 'tell', params: { fact: { type: 'hold.held' } } }
                ]
              }
            ]
          }
        },
        holding: {
          description: 'Already silent; the peer has not agreed yet.',
          tags: ['waiting'],
          entry: 'silence',
          after: {
            holdDeadline: [
              held,
              {
                target: 'active',
                actions: ['desireWhatIsAgreed', { type: 'noteCause', params: { cause: noAnswer } }, 'tellHoldFailed']
              }
            ]
          },
          on: {
            'negotiation.settled': held,
            'negotiation.failed': { guard: not('isHoldDesired'), target: 'active', actions: 'tellHoldFailed' },
            resume: { target: 'resuming', actions: { type: 'desireHold', params: { hold: false } } }
          }
        },
        held: {
          description: 'We hold: nothing is sent, nothing is played.',
          entry: 'silence',
          on: {
            resume: [
              {
                guard: 'canSignalHold',
                target: 'resuming',
                actions: { type: 'desireHold', params: { hold: false } }
              },
              {
                target: 'active',
                actions: [
                  { type: 'desireHold', params: { hold: false } },
                  'agreeOnHold',
                  { type: 'tell', params: { fact: { type: 'hold.resumed' } } }
                ]
              }
            ]
          }
        },
        resuming: {
          description: 'Still silent; the peer has not agreed to go on yet.',
          tags: ['waiting'],
          after: {
            holdDeadline: [
              { ...resumed },
              {
                target: 'held',
                actions: ['desireWhatIsAgreed', { type: 'noteCause', params: { cause: noAnswer } }, 'tellResumeFailed']
              }
            ]
          },
          on: {
            'negotiation.settled': resumed,
            'negotiation.failed': [{ guard: 'isHoldDesired', target: 'held', actions: 'tellResumeFailed' }, resumed],
            hold: { target: 'holding', actions: { type: 'desireHold', params: { hold: true } } }
          }
        }
      }
    },
    remote: {
      initial: 'active',
      states: {
        active: {
          description: 'The peer does not hold us.',
          on: {
            'negotiation.settled': {
              guard: 'isPeerHolding',
              target: 'held',
              actions: { type: 'tell', params: { fact: { type: 'hold.remote', held: true } } }
            }
          }
        },
        held: {
          description: 'The peer holds us: it neither listens nor talks.',
          on: {
            'negotiation.settled': {
              guard: not('isPeerHolding'),
              target: 'active',
              actions: { type: 'tell', params: { fact: { type: 'hold.remote', held: false } } }
            }
          }
        }
      }
    }
  }
})
