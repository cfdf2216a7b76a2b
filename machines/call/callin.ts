import type { CallEnd } from '../failure.ts'
import type { LegEvent, RejectReason } from '../transport.ts'
import { callSetup } from './setup.ts'

const missed: CallEnd = { by: 'remote', reason: 'missed' }
const answeredElsewhere: CallEnd = { by: 'remote', reason: 'answered-elsewhere' }
const declined: CallEnd = { by: 'local', reason: 'declined' }
const busy: CallEnd = { by: 'local', reason: 'busy' }
const notAnswered: CallEnd = { by: 'system', reason: 'missed' }
/** The caller's request went with the connection. */
const cutOff = {
  target: '#call.progress.ended',
  actions: { type: 'noteEnd', params: { end: { by: 'system', reason: 'network', text: 'The connection was lost' } } }
} as const
const unreached: CallEnd = {
  by: 'system',
  reason: 'network',
  text: 'The connection was lost before the answer arrived'
}
const notConfirmed: CallEnd = { by: 'system', reason: 'timeout' }

const decline = {
  target: '#call.progress.setup.callin.declining',
  actions: { type: 'noteEnd', params: { end: declined } }
} as const

const reject = [
  {
    guard: { type: 'isBusy', params: ({ event }: { event: { reason?: RejectReason } }) => event },
    target: '#call.progress.setup.callin.refusing',
    actions: { type: 'noteEnd', params: { end: busy } }
  },
  decline
] as const

const hangup = {
  target: '#call.progress.ending',
  actions: { type: 'noteEnd', params: { end: { by: 'local', reason: 'hangup' } } }
} as const

const answered = {
  target: '#call.progress.established',
  actions: {
    type: 'noteFirstAnswer',
    params: ({ event }: { event: Extract<LegEvent, { type: 'leg.answered' }> }) => event
  }
} as const

/** A call that reaches us, until it is answered or over. */
export const callin = callSetup.createStateConfig({
  description: 'We are called.',
  initial: 'ringing',
  entry: { type: 'tell', params: { fact: { type: 'call.ringing', earlyMedia: false } } },
  on: {
    'leg.cancelled': [
      {
        guard: { type: 'isAnsweredElsewhere', params: ({ event }) => event },
        target: '#call.progress.ended',
        actions: { type: 'noteEnd', params: { end: answeredElsewhere } }
      },
      { target: '#call.progress.ended', actions: { type: 'noteEnd', params: { end: missed } } }
    ],
    'leg.ended': { target: '#call.progress.ended', actions: { type: 'noteEnd', params: ({ event }) => event } },
    hangup: decline
  },
  states: {
    ringing: {
      description: 'We are being alerted.',
      tags: ['waiting'],
      after: {
        incomingDeadline: { target: 'giving-up', actions: { type: 'noteEnd', params: { end: notAnswered } } }
      },
      on: {
        answer: { target: 'answering', actions: { type: 'noteRequest', params: ({ event }) => event } },
        reject,
        'connection.lost': cutOff,
        // a caller who has given up is heard of when the connection proves itself; one who slept with us is gone
        wake: {
          guard: { type: 'hasSleptLong', params: ({ event }) => event },
          target: 'giving-up',
          actions: { type: 'noteEnd', params: { end: notAnswered } }
        }
      }
    },
    answering: {
      description: 'We want the call: first the microphone, then the answer.',
      tags: ['waiting'],
      initial: 'acquiring',
      states: {
        acquiring: {
          description: 'The microphone is being opened; the caller hears nothing of it.',
          entry: [{ type: 'countAttempt', params: { kind: 'media' } }, 'acquireMedia'],
          after: {
            acquireDeadline: {
              target: '#call.progress.setup.callin.ringing',
              actions: [
                {
                  type: 'noteCause',
                  params: { cause: { code: 'media.failed', text: 'The microphone did not open in time' } }
                },
                'tellAnswerFailed'
              ]
            }
          },
          on: {
            'media.ready': [
              {
                guard: { type: 'isStale', params: ({ event }) => ({ kind: 'media', attempt: event.attempt }) },
                actions: 'countStale'
              },
              { target: 'sending', actions: { type: 'noteCaptured', params: ({ event }) => event } }
            ],
            'media.failed': [
              {
                guard: { type: 'isStale', params: ({ event }) => ({ kind: 'media', attempt: event.attempt }) },
                actions: 'countStale'
              },
              {
                // it rings on: the user may plug in a headset and answer again
                target: '#call.progress.setup.callin.ringing',
                actions: [{ type: 'noteCause', params: ({ event }) => event }, 'tellAnswerFailed']
              }
            ],
            reject,
            'connection.lost': cutOff
          }
        },
        sending: {
          description: 'Our answer is on its way; the caller has not confirmed it.',
          entry: 'sendAnswer',
          after: {
            answerDeadline: {
              target: '#call.progress.ending',
              actions: { type: 'noteEnd', params: { end: notConfirmed } }
            }
          },
          on: {
            'leg.answered': answered,
            'connection.lost': 'unconfirmed',
            hangup
          }
        },
        unconfirmed: {
          description: 'The connection was lost before the caller confirmed our answer: it may have arrived or not.',
          after: {
            confirmGrace: { target: '#call.progress.ending', actions: { type: 'noteEnd', params: { end: unreached } } }
          },
          on: { 'leg.answered': answered, hangup }
        }
      }
    },
    declining: {
      description: 'Telling the caller that we do not want the call.',
      tags: ['waiting'],
      entry: { type: 'sendReject', params: { reason: 'declined' } },
      after: { endDeadline: '#call.progress.ended' },
      on: { hangup: {} }
    },
    refusing: {
      description: 'Telling the caller that we are busy.',
      tags: ['waiting'],
      entry: { type: 'sendReject', params: { reason: 'busy' } },
      after: { endDeadline: '#call.progress.ended' },
      on: { hangup: {} }
    },
    'giving-up': {
      description: 'Nobody answered; telling the caller.',
      tags: ['waiting'],
      entry: { type: 'sendReject', params: { reason: 'no-answer' } },
      after: { endDeadline: '#call.progress.ended' },
      on: { hangup: {} }
    }
  }
})
