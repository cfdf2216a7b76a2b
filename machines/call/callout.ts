import { stateIn } from 'xstate'
import type { CallEnd, Failure } from '../failure.ts'
import { callSetup } from './setup.ts'

const cancelled: CallEnd = { by: 'local', reason: 'cancelled' }
const timedOut: CallEnd = { by: 'system', reason: 'timeout' }
const notAnswered: CallEnd = { by: 'system', reason: 'no-answer' }
const noMicrophone: CallEnd = { by: 'system', reason: 'media' }
const tooLate: Failure = { code: 'media.failed', text: 'The microphone did not open in time' }
/** What the callee says now cannot reach us; the leg takes the call back as soon as it can. */
const cutOff = {
  target: '#call.progress.ended',
  actions: { type: 'noteEnd', params: { end: { by: 'system', reason: 'network', text: 'The connection was lost' } } }
} as const

/** Nobody knows of the call yet. */
const unsent = {
  target: '#call.progress.ended',
  actions: { type: 'noteEnd', params: { end: cancelled } }
} as const

/** A call we place, until it is answered or over. */
export const callout = callSetup.createStateConfig({
  description: 'We call.',
  initial: 'acquiring',
  on: {
    'leg.ended': { target: '#call.progress.ended', actions: { type: 'noteEnd', params: ({ event }) => event } }
  },
  states: {
    acquiring: {
      description: 'The microphone is being opened; nothing has been sent yet.',
      tags: ['waiting'],
      entry: [{ type: 'countAttempt', params: { kind: 'media' } }, 'acquireMedia'],
      initial: 'connected',
      after: {
        acquireDeadline: {
          target: '#call.progress.ended',
          actions: [
            { type: 'noteCause', params: { cause: tooLate } },
            {
              type: 'noteEnd',
              params: { end: { ...noMicrophone, text: tooLate.text, provider: { code: tooLate.code } } }
            }
          ]
        }
      },
      on: {
        'media.ready': [
          {
            guard: { type: 'isStale', params: ({ event }) => ({ kind: 'media', attempt: event.attempt }) },
            actions: 'countStale'
          },
          {
            guard: stateIn('#call.progress.setup.callout.acquiring.disconnected'),
            target: 'reconnecting',
            actions: { type: 'noteCaptured', params: ({ event }) => event }
          },
          { target: 'connecting', actions: { type: 'noteCaptured', params: ({ event }) => event } }
        ],
        'media.failed': [
          {
            guard: { type: 'isStale', params: ({ event }) => ({ kind: 'media', attempt: event.attempt }) },
            actions: 'countStale'
          },
          {
            target: '#call.progress.ended',
            actions: [
              { type: 'noteCause', params: ({ event }) => event },
              {
                type: 'noteEnd',
                params: ({ event }) => ({
                  end: { ...noMicrophone, text: event.cause.text, provider: { code: event.cause.code } }
                })
              }
            ]
          }
        ],
        hangup: unsent
      },
      states: {
        connected: { description: 'What is sent will arrive.', on: { 'connection.lost': 'disconnected' } },
        disconnected: {
          description: 'The connection was lost meanwhile; it may be back before the microphone is open.',
          on: { 'connection.restored': 'connected' }
        }
      }
    },
    reconnecting: {
      description: 'The microphone is open, and there is no connection to call on.',
      tags: ['waiting'],
      after: { reconnectGrace: cutOff },
      on: { 'connection.restored': 'connecting', hangup: unsent }
    },
    connecting: {
      description: 'The request is on its way; the far end has not been alerted.',
      tags: ['waiting'],
      entry: 'sendDial',
      after: {
        connectDeadline: { target: '#call.progress.ended', actions: { type: 'noteEnd', params: { end: timedOut } } }
      },
      on: {
        'leg.ringing': { target: 'ringing', actions: { type: 'noteEarlyMedia', params: ({ event }) => event } },
        'leg.answered': {
          target: '#call.progress.established',
          actions: { type: 'noteFirstAnswer', params: ({ event }) => event }
        },
        'leg.rejected': { target: '#call.progress.ended', actions: { type: 'noteEnd', params: ({ event }) => event } },
        'connection.lost': cutOff,
        hangup: { target: 'cancelling', actions: { type: 'noteEnd', params: { end: cancelled } } }
      }
    },
    ringing: {
      description: 'The far end is being alerted.',
      tags: ['waiting'],
      entry: {
        type: 'tell',
        params: ({ context }) => ({ fact: { type: 'call.ringing', earlyMedia: context.earlyMedia } })
      },
      after: {
        ringDeadline: { target: 'cancelling', actions: { type: 'noteEnd', params: { end: notAnswered } } }
      },
      on: {
        'leg.ringing': { actions: { type: 'noteEarlyMedia', params: ({ event }) => event } },
        'leg.answered': {
          target: '#call.progress.established',
          actions: { type: 'noteFirstAnswer', params: ({ event }) => event }
        },
        'leg.rejected': { target: '#call.progress.ended', actions: { type: 'noteEnd', params: ({ event }) => event } },
        'connection.lost': cutOff,
        wake: {
          guard: { type: 'hasSleptLong', params: ({ event }) => event },
          target: 'cancelling',
          actions: { type: 'noteEnd', params: { end: notAnswered } }
        },
        hangup: { target: 'cancelling', actions: { type: 'noteEnd', params: { end: cancelled } } }
      }
    },
    cancelling: {
      description: 'We no longer want the call; an answer that crosses our cancel is hung up.',
      tags: ['waiting'],
      entry: 'sendHangup',
      after: { endDeadline: '#call.progress.ended' },
      on: {
        'leg.rejected': '#call.progress.ended',
        'leg.ended': '#call.progress.ended',
        'leg.answered': { actions: 'sendHangup' },
        hangup: {}
      }
    }
  }
})
