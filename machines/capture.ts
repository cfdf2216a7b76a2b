import { captureSetup, silent, unanswered } from './capture-setup.ts'

const stale = {
  guard: { type: 'isStale', params: ({ event }: { event: { attempt: number } }) => event },
  actions: 'countStale'
} as const

/**
 * What a call captures: one microphone is sent, another one takes its place only once it is proven to deliver, and one
 * that is lost is replaced by the next best. It begins with the microphone that the call began with.
 */
export const captureMachine = captureSetup.createMachine({
  id: 'capture',
  context: ({ input }) => ({
    port: input.port,
    policy: input.policy,
    device: input.device,
    opened: input.device,
    kept: 0,
    attempt: 0,
    wanted: input.device.deviceId,
    asked: input.device.deviceId,
    queue: [],
    present: input.present,
    cause: null,
    stale: 0
  }),
  invoke: { id: 'microphone', src: 'microphone', input: ({ context }) => ({ port: context.port }) },
  initial: 'live',
  on: {
    'call.over': '.off',
    'microphone.opened': { actions: 'countStale' },
    'microphone.failed': { actions: 'countStale' },
    'microphone.proved': { actions: 'countStale' },
    'microphone.ended': { actions: 'countStale' },
    'devices.changed': { actions: { type: 'notePresent', params: ({ event }) => event } }
  },
  states: {
    live: {
      description: 'What is sent comes from a microphone that delivers.',
      on: {
        use: {
          target: 'replacing',
          actions: { type: 'ask', params: ({ event }) => event }
        },
        'microphone.ended': {
          guard: { type: 'isKept', params: ({ event }) => event },
          target: 'interrupted',
          actions: [{ type: 'noteCause', params: ({ event }) => event }, 'queueWanted', 'tellInterrupted']
        },
        'devices.changed': [
          {
            guard: { type: 'mayReturn', params: ({ event }) => event },
            target: 'replacing',
            actions: [{ type: 'notePresent', params: ({ event }) => event }, 'askForWanted']
          },
          { actions: { type: 'notePresent', params: ({ event }) => event } }
        ]
      }
    },
    replacing: {
      description: 'Another microphone is wanted; the one before it stays open until that one is proven.',
      tags: ['waiting'],
      initial: 'opening',
      on: {
        use: {
          target: '.opening',
          reenter: true,
          actions: ['sendRestore', { type: 'ask', params: ({ event }) => event }]
        }
      },
      states: {
        opening: {
          description: 'The browser is asked for it; the one before it is sent.',
          entry: ['countAttempt', 'sendOpen'],
          after: {
            openDeadline: {
              target: '#capture.live',
              actions: ['sendRestore', { type: 'noteCause', params: { cause: unanswered } }, 'tellFailed']
            }
          },
          on: {
            'microphone.opened': [
              stale,
              { target: 'proving', actions: { type: 'noteOpened', params: ({ event }) => event } }
            ],
            'microphone.failed': [
              stale,
              { target: '#capture.live', actions: [{ type: 'noteCause', params: ({ event }) => event }, 'tellFailed'] }
            ],
            'microphone.ended': {
              guard: { type: 'isKept', params: ({ event }) => event },
              target: '#capture.interrupted',
              actions: [{ type: 'noteCause', params: ({ event }) => event }, 'queueAsked', 'tellInterrupted']
            }
          }
        },
        proving: {
          description: 'It is sent, and nobody knows yet whether it delivers.',
          entry: 'sendProve',
          after: {
            proveDeadline: {
              target: '#capture.live',
              actions: ['sendRestore', { type: 'noteCause', params: { cause: silent } }, 'tellFailed']
            }
          },
          on: {
            'microphone.proved': [
              stale,
              { target: '#capture.live', actions: ['sendKeep', 'noteKept', 'noteWhatWasAsked', 'tellReplaced'] }
            ],
            'microphone.ended': [
              {
                guard: { type: 'isKept', params: ({ event }) => event },
                target: '#capture.interrupted.proving',
                actions: [{ type: 'noteCause', params: ({ event }) => event }, 'queueWanted', 'tellInterrupted']
              },
              stale,
              {
                target: '#capture.live',
                actions: ['sendRestore', { type: 'noteCause', params: ({ event }) => event }, 'tellFailed']
              }
            ]
          }
        }
      }
    },
    interrupted: {
      description: 'No microphone is known to deliver; the next best are tried in turn.',
      tags: ['waiting'],
      initial: 'choosing',
      after: { fallbackDeadline: 'lost' },
      on: {
        use: {
          target: 'interrupted',
          reenter: true,
          actions: [
            'sendRestore',
            { type: 'noteWanted', params: ({ event }) => event },
            { type: 'ask', params: ({ event }) => event },
            'queueAsked'
          ]
        },
        'devices.changed': { actions: [{ type: 'notePresent', params: ({ event }) => event }, 'queueWanted'] }
      },
      states: {
        choosing: {
          description: 'Takes the next one to try.',
          always: [{ guard: 'hasChoice', target: 'opening', actions: 'takeChoice' }, { target: '#capture.lost' }]
        },
        opening: {
          description: 'The browser is asked for it, and nothing is sent.',
          entry: ['countAttempt', 'sendOpen'],
          after: {
            fallbackOpenDeadline: { target: 'choosing', actions: { type: 'noteCause', params: { cause: unanswered } } }
          },
          on: {
            'microphone.opened': [
              stale,
              { target: 'proving', actions: { type: 'noteOpened', params: ({ event }) => event } }
            ],
            'microphone.failed': [
              stale,
              {
                guard: { type: 'isDenied', params: ({ event }) => event },
                target: '#capture.lost',
                actions: { type: 'noteCause', params: ({ event }) => event }
              },
              { target: 'choosing', actions: { type: 'noteCause', params: ({ event }) => event } }
            ]
          }
        },
        proving: {
          description: 'It is sent, and nobody knows yet whether it delivers.',
          entry: 'sendProve',
          after: {
            proveDeadline: {
              target: 'choosing',
              actions: ['sendRestore', { type: 'noteCause', params: { cause: silent } }]
            }
          },
          on: {
            'microphone.proved': [
              stale,
              { target: '#capture.live', actions: ['sendKeep', 'noteKept', 'tellRecovered'] }
            ],
            'microphone.ended': [
              stale,
              { target: 'choosing', actions: ['sendRestore', { type: 'noteCause', params: ({ event }) => event }] }
            ]
          }
        }
      }
    },
    lost: {
      description: 'There is no microphone to be had; the call goes on, and the user knows.',
      entry: ['sendRestore', 'tellLost'],
      on: {
        use: {
          target: 'interrupted',
          actions: [
            { type: 'noteWanted', params: ({ event }) => event },
            { type: 'ask', params: ({ event }) => event },
            'queueAsked'
          ]
        },
        'devices.changed': [
          {
            guard: { type: 'mayRecover', params: ({ event }) => event },
            target: 'interrupted',
            actions: [{ type: 'notePresent', params: ({ event }) => event }, 'queueWanted']
          },
          { actions: { type: 'notePresent', params: ({ event }) => event } }
        ]
      }
    },
    off: { description: 'The call is over.', type: 'final' }
  }
})
