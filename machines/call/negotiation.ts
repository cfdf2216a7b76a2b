import { and, or, stateIn } from 'xstate'
import { callSetup, noAnswer } from './setup.ts'
import type { Video } from '../transport.ts'

interface Received {
  readonly event: { readonly video?: Video }
}

/** First what we answer: it depends on what was wished before. */
const answer = {
  target: '#call.progress.established.negotiation.answering',
  actions: [
    { type: 'noteAnswered', params: ({ event }: Received) => event },
    { type: 'noteWish', params: ({ event }: Received) => event }
  ]
} as const

/**
 * The one owner of offer and answer (RFC 3264). The other regions never talk to the peer: they change what is `desired`,
 * and here it is brought into agreement, one offer at a time. No failure of an offer ever ends the call.
 */
export const negotiation = callSetup.createStateConfig({
  description: 'Brings what is agreed to what is desired.',
  initial: 'stable',
  states: {
    stable: {
      description: 'No offer is under way; what is not agreed yet is offered as soon as the peer can be reached.',
      entry: 'raiseSettled',
      always: {
        guard: and(['isOfferDue', stateIn('#call.progress.established.signalling.attached')]),
        target: 'offering'
      },
      on: { 'leg.offer.received': answer }
    },
    offering: {
      description: 'Our offer is with the peer.',
      tags: ['waiting'],
      entry: [{ type: 'countAttempt', params: { kind: 'offer' } }, 'noteOffered', 'sendOffer'],
      after: {
        offerDeadline: {
          target: 'stable',
          actions: [
            { type: 'noteCause', params: { cause: noAnswer } },
            'sendAbandon',
            { type: 'noteDoubt', params: { cause: noAnswer } },
            'rollBack',
            'raiseFailed'
          ]
        }
      },
      on: {
        'leg.offer.accepted': [
          {
            guard: { type: 'isStale', params: ({ event }) => ({ kind: 'offer', attempt: event.attempt }) },
            actions: 'countStale'
          },
          {
            target: 'stable',
            actions: [
              { type: 'noteGranted', params: ({ event }) => event },
              { type: 'notePeer', params: ({ event }) => event }
            ]
          }
        ],
        'leg.offer.refused': [
          {
            guard: { type: 'isStale', params: ({ event }) => ({ kind: 'offer', attempt: event.attempt }) },
            actions: 'countStale'
          },
          {
            guard: { type: 'mayOfferAgain', params: ({ event }) => event },
            target: 'waiting',
            actions: ['countCollision', { type: 'noteRetryAfter', params: ({ event }) => event }]
          },
          {
            target: 'stable',
            actions: [
              { type: 'noteCause', params: ({ event }) => event },
              { type: 'noteDoubt', params: ({ event }) => event },
              'rollBack',
              'raiseFailed'
            ]
          }
        ],
        'leg.offer.received': { actions: 'sendRefusal' },
        // the answer is lost with the connection; what is desired then is offered on the next one
        'connection.lost': { target: 'stable', actions: 'noteLostAnswer' }
      }
    },
    waiting: {
      description: 'Both sides offered at once; whoever does not own the Call-ID goes first (RFC 3261 §14.1).',
      tags: ['waiting'],
      after: { glareDelay: 'stable' },
      on: { 'leg.offer.received': answer }
    },
    answering: {
      description: 'The peer offered; our answer says how we hold, and how much video we take.',
      tags: ['waiting'],
      entry: 'sendAccept',
      after: { acceptDeadline: 'stable' },
      on: {
        'leg.offer.answered': {
          target: 'stable',
          actions: [
            { type: 'noteAccepted', params: ({ event }) => event },
            { type: 'notePeer', params: ({ event }) => event }
          ]
        },
        // one after the other (RFC 3261 §14.2)
        'leg.offer.received': { actions: 'sendRefusal' },
        'leg.offer.failed': { target: 'stable', actions: { type: 'noteCause', params: ({ event }) => event } },
        // whether the peer got our answer, nobody will say: where we can, we offer what we answered on the next one
        'connection.lost': [
          { guard: or(['canRenegotiate', 'canSignalHold']), target: 'stable', actions: 'noteLostAnswer' },
          { target: 'stable' }
        ]
      }
    }
  }
})
