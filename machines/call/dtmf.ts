import { and, stateIn } from 'xstate'
import type { Failure } from '../failure.ts'
import { callSetup } from './setup.ts'

const noAnswer: Failure = { code: 'dtmf.timeout', text: 'The digit was not confirmed in time' }

/**
 * Digits (RFC 4733 or INFO): one at a time, in order, with gaps, and not while an offer is under way. What could not be
 * sent is told at the end.
 */
export const dtmf = callSetup.createStateConfig({
  description: 'Digits wait their turn here.',
  initial: 'idle',
  on: {
    dtmf: { guard: 'canSendDigits', actions: { type: 'queueDigits', params: ({ event }) => event } }
  },
  exit: 'tellUnsentDigits',
  states: {
    idle: {
      description: 'Nothing to send, or not the moment for it.',
      always: {
        guard: and([
          'hasDigits',
          stateIn('#call.progress.established.negotiation.stable'),
          stateIn('#call.progress.established.signalling.attached')
        ]),
        target: 'sending'
      }
    },
    sending: {
      description: 'One digit is on its way.',
      tags: ['waiting'],
      entry: [{ type: 'countAttempt', params: { kind: 'dtmf' } }, 'sendDigit'],
      after: {
        digitDeadline: {
          target: 'idle',
          actions: [{ type: 'noteCause', params: { cause: noAnswer } }, 'tellDigitsFailed', 'dropCommand']
        }
      },
      on: {
        'leg.dtmf.sent': [
          {
            guard: { type: 'isStale', params: ({ event }) => ({ kind: 'dtmf', attempt: event.attempt }) },
            actions: 'countStale'
          },
          { guard: 'isLastOfCommand', target: 'pausing', actions: 'tellDigitsSent' },
          { target: 'pausing' }
        ],
        'leg.dtmf.failed': [
          {
            guard: { type: 'isStale', params: ({ event }) => ({ kind: 'dtmf', attempt: event.attempt }) },
            actions: 'countStale'
          },
          {
            target: 'idle',
            actions: [{ type: 'noteCause', params: ({ event }) => event }, 'tellDigitsFailed', 'dropCommand']
          }
        ]
      }
    },
    pausing: {
      description: 'The digit sounds, and the gap after it passes: two keys are heard as two.',
      after: { digitGap: 'idle' },
      // on every way out: a digit that was sent is not unsent because the call ends in the gap after it
      exit: 'dequeueDigit'
    }
  }
})
