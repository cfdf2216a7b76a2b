import { and, not } from 'xstate'
import type { Failure } from '../failure.ts'
import { atRest, beingNegotiated, noCamera, noReply, noVideo, videoSetup } from './video-setup.ts'
import type { Wanted } from './video-setup.ts'
import { wish } from './wish.ts'

const local = '#call.progress.established.video.local'

type OfCamera = { readonly event: { readonly attempt: number } }
type Asked = { readonly event: Wanted }
type Failed = { readonly event: { readonly cause: Failure } }

const stale = {
  guard: { type: 'isStale', params: ({ event }: OfCamera) => ({ kind: 'camera' as const, attempt: event.attempt }) },
  actions: 'countStale'
} as const

const sending = {
  target: `${local}.on`,
  actions: { type: 'tell', params: { fact: { type: 'video.enabled', video: 'on' } } }
} as const
const receiving = {
  target: `${local}.receiving`,
  actions: { type: 'tell', params: { fact: { type: 'video.enabled', video: 'receive' } } }
} as const
const off = {
  target: `${local}.off`,
  actions: { type: 'tell', params: { fact: { type: 'video.disabled' } } }
} as const

/** Back to what there was, with the reason. */
const failedBecause = (cause: Failure) =>
  [
    {
      guard: 'isVideoFlowing',
      target: `${local}.receiving`,
      actions: [{ type: 'noteCause', params: { cause } }, 'tellVideoFailed']
    },
    { target: `${local}.off`, actions: [{ type: 'noteCause', params: { cause } }, 'tellVideoFailed'] }
  ] as const
const failed = [
  {
    guard: 'isVideoFlowing',
    target: `${local}.receiving`,
    actions: [{ type: 'noteCause', params: ({ event }: Failed) => event }, 'tellVideoFailed']
  },
  {
    target: `${local}.off`,
    actions: [{ type: 'noteCause', params: ({ event }: Failed) => event }, 'tellVideoFailed']
  }
] as const

const desireOff = { type: 'desireVideo', params: { video: 'off' } } as const
const desireTheirs = { type: 'desireVideo', params: { video: 'receive' } } as const
const disable = { target: `${local}.disabling`, actions: desireOff } as const

const asked = {
  guard: { type: 'asksForOurs', params: ({ event }: Asked) => event },
  actions: { type: 'noteSource', params: ({ event }: Asked) => event }
} as const
const enable = [
  {
    guard: { type: 'asksForTheirs', params: ({ event }: Asked) => event },
    target: `${local}.enabling.requesting`,
    actions: desireTheirs
  },
  { ...asked, target: `${local}.enabling.acquiring` }
] as const

/** What there is to show of ours is gone: what is theirs stays, if there is any. */
const camerasGone = [
  { guard: 'isPeerVideo', target: `${local}.enabling.requesting`, actions: desireTheirs },
  disable
] as const

const agreed = [
  { guard: 'isVideoOn', ...sending },
  { guard: 'isVideoReceived', ...receiving }
] as const
const agreedAtRest = [
  { guard: and([atRest, 'isVideoOn']), ...sending },
  { guard: and([atRest, 'isVideoReceived']), ...receiving }
] as const

/**
 * Audio and video: ours, theirs, and what they wish. Here too nobody talks to the peer: what is desired changes, and
 * negotiation says what became of it. Switching between cameras and the screen is nothing the peer has to agree to.
 */
export const video = videoSetup.createStateConfig({
  description: 'How far there is video.',
  type: 'parallel',
  states: {
    local: {
      description: 'What we send, and what we take of theirs.',
      initial: 'unknown',
      states: {
        unknown: {
          description: 'Decides where we stand: the call may have been answered with video.',
          always: [
            ...agreed,
            { guard: 'isVideoDue', target: 'enabling.requesting' },
            { guard: 'isAnswerPending', target: 'enabling.asking' },
            { target: 'off' }
          ]
        },
        off: {
          description: 'The camera is closed, and nothing of theirs is wanted.',
          entry: 'closeCamera',
          on: {
            enableVideo: enable,
            'negotiation.settled': [
              { guard: 'isVideoWelcome', target: 'enabling.acquiring' },
              { guard: 'isVideoFlowing', ...receiving }
            ]
          }
        },
        enabling: {
          description: 'Video is wanted, and not there yet.',
          tags: ['waiting'],
          initial: 'acquiring',
          states: {
            acquiring: {
              description: 'The camera is being opened; the peer knows nothing of it.',
              entry: [{ type: 'countAttempt', params: { kind: 'camera' } }, 'openCamera'],
              after: { acquireDeadline: failedBecause(noCamera) },
              on: {
                'media.camera.ready': [
                  stale,
                  { target: 'requesting', actions: { type: 'desireVideo', params: ({ event }) => event } }
                ],
                'media.camera.failed': [stale, ...failed],
                enableVideo: enable,
                disableVideo: [{ guard: 'isVideoFlowing', ...disable }, off]
              }
            },
            requesting: {
              description: 'The peer is to agree.',
              always: agreedAtRest,
              after: {
                videoDeadline: [
                  { guard: beingNegotiated, target: 'requesting', reenter: true },
                  { ...failedBecause(noReply)[0], actions: [desireTheirs, ...failedBecause(noReply)[0].actions] },
                  { ...failedBecause(noReply)[1], actions: [desireOff, ...failedBecause(noReply)[1].actions] }
                ]
              },
              on: {
                'negotiation.settled': [
                  { guard: 'isVideoDue' },
                  // something else is offered already
                  ...agreed,
                  { guard: 'isAnswerPending', target: 'asking' },
                  ...failedBecause(noVideo)
                ],
                'negotiation.failed': [{ guard: 'isVideoDue' }, ...failed],
                'media.camera.ended': camerasGone,
                disableVideo: disable
              }
            },
            asking: {
              description: 'Somebody there is being asked whether they want video.',
              always: agreedAtRest,
              after: {
                askDeadline: {
                  target: `${local}.off`,
                  actions: [desireOff, { type: 'noteCause', params: { cause: noReply } }, 'tellVideoFailed']
                }
              },
              on: {
                'negotiation.settled': [{ guard: 'isAnswerPending' }, ...agreed, ...failedBecause(noVideo)],
                'media.camera.ended': camerasGone,
                disableVideo: disable
              }
            }
          }
        },
        on: {
          description: 'Ours is sent.',
          initial: 'steady',
          on: {
            'negotiation.settled': [{ guard: 'isVideoOn' }, { guard: 'isVideoReceived', ...receiving }, off],
            disableVideo: disable
          },
          states: {
            steady: {
              description: 'What is sent is what the user has chosen.',
              on: {
                enableVideo: [
                  {
                    guard: { type: 'asksForTheirs', params: ({ event }) => event },
                    target: `${local}.enabling.requesting`,
                    actions: ['closeCamera', desireTheirs]
                  },
                  { ...asked, target: 'switching' }
                ],
                'media.camera.ended': [
                  { guard: 'wasCamera', target: 'returning', actions: 'goBackToCamera' },
                  ...camerasGone
                ]
              }
            },
            switching: {
              description: 'Another camera or the screen is being opened; until then what there was is sent.',
              tags: ['waiting'],
              entry: [{ type: 'countAttempt', params: { kind: 'camera' } }, 'replaceCamera'],
              after: {
                acquireDeadline: {
                  target: 'steady',
                  actions: [{ type: 'noteCause', params: { cause: noCamera } }, 'tellVideoFailed']
                }
              },
              on: {
                'media.camera.ready': [stale, sending],
                'media.camera.failed': [
                  stale,
                  {
                    target: 'steady',
                    actions: [{ type: 'noteCause', params: ({ event }) => event }, 'tellVideoFailed']
                  }
                ],
                // the one that is being opened is all there is now
                'media.camera.ended': 'awaiting',
                enableVideo: { ...asked, target: 'switching', reenter: true }
              }
            },
            returning: {
              description: 'What was sent is gone, and what is to be sent instead is about to be opened.',
              entry: [{ type: 'countAttempt', params: { kind: 'camera' } }, 'replaceCamera'],
              always: 'awaiting'
            },
            awaiting: {
              description: 'What was sent is gone; what is to be sent instead is being opened.',
              tags: ['waiting'],
              after: { acquireDeadline: camerasGone },
              on: {
                'media.camera.ready': [stale, sending],
                'media.camera.failed': [stale, ...camerasGone],
                enableVideo: { ...asked, target: 'returning' }
              }
            }
          }
        },
        receiving: {
          description: 'The camera is closed; theirs is wanted.',
          entry: 'closeCamera',
          on: {
            enableVideo: { ...asked, target: 'enabling.acquiring' },
            'negotiation.settled': { guard: not('isVideoFlowing'), ...off },
            disableVideo: disable
          }
        },
        disabling: {
          description: 'The camera is closed already; the peer is being told.',
          tags: ['waiting'],
          entry: 'closeCamera',
          always: { guard: and([atRest, not('isVideoFlowing')]), ...off },
          after: { videoDeadline: [{ guard: beingNegotiated, target: 'disabling', reenter: true }, off] },
          on: { enableVideo: enable }
        }
      }
    },
    remote: {
      description: 'Whether the peer’s comes in.',
      initial: 'off',
      states: {
        off: {
          description: 'The peer sends none.',
          always: {
            guard: 'isPeerVideo',
            target: 'on',
            actions: { type: 'tell', params: { fact: { type: 'video.remote', on: true } } }
          }
        },
        on: {
          description: 'The peer’s comes in.',
          always: {
            guard: not('isPeerVideo'),
            target: 'off',
            actions: { type: 'tell', params: { fact: { type: 'video.remote', on: false } } }
          }
        }
      }
    },
    wish
  }
})
