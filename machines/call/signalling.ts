import { callSetup } from './setup.ts'

const grace = { target: '#call.progress.established.signalling.lost' } as const

/**
 * Whether the far end can be told anything. A lost connection does not touch the call or its media: after the reconnect
 * the call is proven to still exist over there, and only a whole grace without that ends it.
 */
export const signalling = callSetup.createStateConfig({
  description: 'Whether the far end can be told anything.',
  initial: 'attached',
  states: {
    attached: {
      description: 'What we send about the call arrives.',
      entry: 'raiseAttached',
      on: { 'connection.lost': 'detached' }
    },
    detached: {
      description: 'The connection is gone; the call goes on without us being able to say anything about it.',
      tags: ['waiting'],
      entry: { type: 'tell', params: { fact: { type: 'signalling.detached' } } },
      after: { signallingGrace: grace },
      initial: 'offline',
      on: {
        'connection.lost': '.offline',
        'leg.gone': [
          {
            guard: { type: 'isStale', params: ({ event }) => ({ kind: 'verify', attempt: event.attempt }) },
            actions: 'countStale'
          },
          { target: 'lost' }
        ]
      },
      states: {
        offline: {
          description: 'Waits for the connection.',
          on: { 'connection.restored': 'reattaching' }
        },
        reattaching: {
          description: 'Connected again; the far end is asked whether the call still exists.',
          entry: [{ type: 'countAttempt', params: { kind: 'verify' } }, 'sendVerify'],
          after: { verifyDeadline: { target: 'reattaching', reenter: true } },
          on: {
            'leg.verified': [
              {
                guard: { type: 'isStale', params: ({ event }) => ({ kind: 'verify', attempt: event.attempt }) },
                actions: 'countStale'
              },
              {
                target: '#call.progress.established.signalling.attached',
                actions: { type: 'tell', params: { fact: { type: 'signalling.attached' } } }
              }
            ]
          }
        }
      }
    },
    lost: {
      description: 'The call is not there any more, or could not be reached within the grace.',
      entry: 'raiseDead'
    }
  }
})
