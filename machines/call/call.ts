import type { CallEnd } from '../failure.ts'
import { camera } from './camera.ts'
import { callin } from './callin.ts'
import { callout } from './callout.ts'
import { dtmf } from './dtmf.ts'
import { hold } from './hold.ts'
import { microphone } from './microphone.ts'
import { callContext } from './model.ts'
import { negotiation } from './negotiation.ts'
import { path } from './path.ts'
import { recording } from './recording.ts'
import { recordingSetup } from './recording-setup.ts'
import { referral } from './referral.ts'
import { signalling } from './signalling.ts'
import { transfer } from './transfer.ts'
import { video } from './video.ts'

const hungUp: CallEnd = { by: 'local', reason: 'hangup' }
const cutOff: CallEnd = { by: 'system', reason: 'network' }

/** One call, from the wish to place it or the first ring to its one end. */
export const callMachine = recordingSetup.createMachine({
  id: 'call',
  context: ({ input }) => callContext(input),
  invoke: [
    { id: 'leg', src: 'leg', input: ({ context }) => ({ call: context.id }) },
    { id: 'media', src: 'media', input: ({ context }) => ({ call: context.id }) }
  ],
  type: 'parallel',
  output: ({ context }) => context.end,
  states: {
    progress: {
      description: 'How far the call has come.',
      initial: 'setup',
      on: {
        abandon: { target: '.ended', actions: { type: 'noteEnd', params: ({ event }) => event } },
        'leg.failed': {
          target: '.ended',
          actions: [
            { type: 'noteCause', params: ({ event }) => event },
            {
              type: 'noteEnd',
              params: ({ event }) => ({ end: { by: 'system', reason: 'error', text: event.cause.text } })
            }
          ]
        },
        'leg.dtmf.received': {
          actions: {
            type: 'tell',
            params: ({ event }) => ({ fact: { type: 'dtmf.received', tone: event.tone, duration: event.duration } })
          }
        }
      },
      states: {
        setup: {
          description: 'Not answered by both sides yet.',
          initial: 'routing',
          on: {
            'leg.path.connected': { actions: { type: 'notePath', params: { isUp: true } } },
            'leg.path.interrupted': { actions: { type: 'notePath', params: { isUp: false } } },
            'leg.path.failed': { actions: { type: 'notePath', params: { isUp: false } } }
          },
          states: {
            routing: {
              description: 'Decides which way the call goes.',
              exit: 'takeOver',
              always: [
                { guard: 'isOutgoing', target: 'callout' },
                { guard: 'succeeds', target: '#call.progress.setup.callin.answering' },
                { target: 'callin' }
              ]
            },
            callout,
            callin
          }
        },
        established: {
          description: 'Answered by both sides: signalling stands, and the path region says how media does.',
          type: 'parallel',
          entry: { type: 'tell', params: { fact: { type: 'call.established' } } },
          states: { negotiation, hold, video, path, signalling, dtmf, transfer, referral, recording },
          on: {
            hangup: { target: 'ending', actions: { type: 'noteEnd', params: { end: hungUp } } },
            'network.dead': { target: 'ending', actions: { type: 'noteEnd', params: { end: cutOff } } },
            'leg.ended': { target: 'ended', actions: { type: 'noteEnd', params: ({ event }) => event } }
          }
        },
        ending: {
          description: 'The far end is being told; it need not answer.',
          tags: ['waiting'],
          entry: 'sendHangup',
          after: { endDeadline: 'ended' },
          on: { 'leg.ended': 'ended', 'leg.rejected': 'ended', 'leg.cancelled': 'ended', hangup: {} }
        },
        ended: {
          description: 'Over. Whatever was open is closed before anybody sees this.',
          type: 'final',
          entry: ['tellEnd', 'raiseOver']
        }
      }
    },
    microphone,
    camera
  }
})
