import { and, not, or, stateIn } from 'xstate'
import type { Failure } from '../failure.ts'
import { callSetup, noAnswer } from './setup.ts'

const notGranted: Failure = { code: 'negotiation.rejected', text: 'The peer agreed to something else' }

/** Nothing is asked of the peer, and nothing needs to be. */
const atRest = and([stateIn('#call.progress.established.negotiation.stable'), not('isOfferDue')])
/** The answer may change what is agreed at any moment. */
const beingNegotiated = or([
  stateIn('#call.progress.established.negotiation.offering'),
  stateIn('#call.progress.established.negotiation.answering')
])

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
  description: 'Who of the two holds.',
  type: 'parallel',
  states: {
    local: {
      description: 'Whether we hold.',
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
              // the provider has no hold: what we can do alone is to send and play nothing, and nobody is asked
              { target: 'held', actions: held.actions }
            ]
          }
        },
        holding: {
          description: 'Already silent; the peer has not agreed yet.',
          tags: ['waiting'],
          entry: 'silence',
          // asked to resume and to hold again before the peer was asked anything
          always: { ...held, guard: and([atRest, held.guard]) },
          after: {
            holdDeadline: [
              { guard: beingNegotiated, target: 'holding', reenter: true },
              held,
              {
                target: 'active',
                actions: ['desireWhatIsAgreed', { type: 'noteCause', params: { cause: noAnswer } }, 'tellHoldFailed']
              }
            ]
          },
          on: {
            'negotiation.settled': [
              held,
              {
                guard: not('isHoldDesired'),
                target: 'active',
                actions: [{ type: 'noteCause', params: { cause: notGranted } }, 'tellHoldFailed']
              }
            ],
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
              { target: 'active', actions: resumed.actions }
            ]
          }
        },
        resuming: {
          description: 'Still silent; the peer has not agreed to go on yet.',
          tags: ['waiting'],
          always: { ...resumed, guard: and([atRest, resumed.guard]) },
          after: {
            holdDeadline: [
              { guard: beingNegotiated, target: 'resuming', reenter: true },
              { ...resumed },
              {
                target: 'held',
                actions: ['desireWhatIsAgreed', { type: 'noteCause', params: { cause: noAnswer } }, 'tellResumeFailed']
              }
            ]
          },
          on: {
            'negotiation.settled': [
              resumed,
              {
                guard: 'isHoldDesired',
                target: 'held',
                actions: [{ type: 'noteCause', params: { cause: notGranted } }, 'tellResumeFailed']
              }
            ],
            'negotiation.failed': [{ guard: 'isHoldDesired', target: 'held', actions: 'tellResumeFailed' }, resumed],
            hold: { target: 'holding', actions: { type: 'desireHold', params: { hold: true } } }
          }
        }
      }
    },
    remote: {
      description: 'Whether the peer holds.',
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
