import type { Failure } from './failure.ts'
import { meeting } from './switchboard-meeting.ts'
import type { Coming, Dial, Named } from './switchboard-model.ts'
import { switchboardSetup } from './switchboard-setup.ts'

const full: Failure = { code: 'call.limit', text: 'There are as many calls as there may be' }
const over: Failure = { code: 'call.ended', text: 'The call is over' }
const overtaken: Failure = { code: 'call.superseded', text: 'Another call took its turn' }
const notHeldInTime: Failure = { code: 'negotiation.timeout', text: 'The peer did not agree to be held in time' }

const params = ({ event }: { event: Named }) => event

/** The claimed call has its turn: what the others are told comes before anything of it can be heard. */
const serve = ['noteTurn', 'arrange', 'grant', 'resumeFellows', 'dropClaim'] as const

const notThere = {
  guard: { type: 'isNoCall', params },
  actions: {
    type: 'withdraw',
    params: ({ event }: { event: Named }) => ({ call: event.call, cause: over })
  }
} as const

const join = {
  guard: { type: 'callsUs', params: ({ event }: { event: Dial }) => event },
  actions: { type: 'join', params: ({ event }: { event: Dial }) => event }
} as const

const incoming = {
  isKnown: { guard: { type: 'isKnown', params }, actions: [] },
  // the meeting region knows what to do
  meets: { guard: { type: 'meetsOurs', params: ({ event }: { event: Coming }) => event }, actions: [] }
} as const

/** All calls of one engine: which one the user is on, which may ring, and what becomes of the others meanwhile. */
export const switchboardMachine = switchboardSetup.createMachine({
  id: 'switchboard',
  context: ({ input }) => ({ policy: input.policy, calls: [], current: null, joined: [], claim: null, meeting: null }),
  invoke: { id: 'calls', src: 'calls' },
  type: 'parallel',
  states: {
    focus: {
      description: 'Which call the user is on.',
      initial: 'steady',
      on: {
        adopt: { actions: [{ type: 'noteAdopted', params: ({ event }) => event }, 'arrange'] },
        'call.established': [
          { guard: { type: 'isNoCall', params }, actions: [] },
          {
            guard: 'isAlone',
            actions: [{ type: 'noteEstablished', params }, { type: 'noteCurrent', params }, 'arrange']
          },
          {
            guard: { type: 'takesPlace', params },
            actions: [{ type: 'noteEstablished', params }, { type: 'noteCurrent', params }, 'arrange']
          },
          {
            // answered while the user is on another one
            guard: { type: 'mustBeHeld', params },
            actions: [{ type: 'noteEstablished', params }, 'arrange', { type: 'hold', params }]
          },
          { actions: [{ type: 'noteEstablished', params }, 'arrange'] }
        ],
        'call.held': { actions: { type: 'noteHeld', params } },
        join: [{ guard: { type: 'mayJoin', params }, actions: [{ type: 'noteJoined', params }, 'arrange'] }, notThere],
        part: [
          {
            guard: { type: 'isLeftToBeHeld', params },
            actions: [{ type: 'noteParted', params }, 'arrange', { type: 'hold', params }]
          },
          { actions: [{ type: 'noteParted', params }, 'arrange'] }
        ],
        // a call may go on by itself: when the one it was consulted about is over, or could not be given away
        'call.resumed': [
          { guard: { type: 'isNoCall', params }, actions: [] },
          {
            guard: 'isAlone',
            actions: [{ type: 'noteResumed', params }, { type: 'noteCurrent', params }, 'arrange']
          },
          {
            guard: { type: 'mustBeHeld', params },
            actions: [
              { type: 'noteResumed', params },
              { type: 'hold', params }
            ]
          },
          { actions: { type: 'noteResumed', params } }
        ]
      },
      states: {
        steady: {
          description: 'Nobody waits for anybody.',
          on: {
            dial: [
              join,
              {
                guard: 'isFullWithoutClaim',
                actions: { type: 'withdraw', params: ({ event }) => ({ call: event.call, cause: full }) }
              },
              {
                guard: { type: 'mustYield', params },
                target: 'yielding',
                actions: { type: 'noteClaim', params: ({ event }) => event }
              },
              { actions: [{ type: 'noteClaim', params: ({ event }) => event }, ...serve] }
            ],
            take: [
              notThere,
              { guard: { type: 'isOn', params }, actions: { type: 'grantAtOnce', params } },
              {
                guard: { type: 'mustYield', params },
                target: 'yielding',
                actions: { type: 'noteClaim', params }
              },
              { actions: [{ type: 'noteClaim', params }, ...serve] }
            ],
            'call.ended': [
              {
                guard: { type: 'endsTheCurrent', params },
                actions: [{ type: 'noteEnded', params }, 'arrange', 'resumeNext']
              },
              { guard: { type: 'isCall', params }, actions: [{ type: 'noteEnded', params }, 'arrange'] }
            ]
          }
        },
        yielding: {
          description: 'Another call wants its turn: the current one is silent already, and is being held.',
          tags: ['waiting'],
          entry: ['arrange', 'holdWhoTalks'],
          after: {
            yieldDeadline: [
              {
                guard: 'silenceSuffices',
                target: 'steady',
                actions: [{ type: 'tellHoldFailed', params: { cause: notHeldInTime } }, ...serve]
              },
              {
                target: 'steady',
                actions: [
                  { type: 'tellHoldFailed', params: { cause: notHeldInTime } },
                  { type: 'withdrawClaim', params: { cause: notHeldInTime } },
                  'resumeWhoYielded',
                  'dropClaim',
                  'arrange'
                ]
              }
            ]
          },
          on: {
            dial: [
              join,
              {
                guard: 'isFullWithoutClaim',
                actions: { type: 'withdraw', params: ({ event }) => ({ call: event.call, cause: full }) }
              },
              {
                actions: [
                  { type: 'withdrawClaim', params: { cause: overtaken } },
                  { type: 'noteClaim', params: ({ event }) => event }
                ]
              }
            ],
            take: [
              notThere,
              { guard: { type: 'isClaimed', params }, actions: [] },
              {
                // back to the one that was to be left
                guard: { type: 'isOn', params },
                target: 'steady',
                actions: [
                  { type: 'withdrawClaim', params: { cause: overtaken } },
                  { type: 'noteClaim', params },
                  ...serve
                ]
              },
              {
                actions: [
                  { type: 'withdrawClaim', params: { cause: overtaken } },
                  { type: 'noteClaim', params }
                ]
              }
            ],
            'call.held': [
              {
                guard: { type: 'isLastToYield', params },
                target: 'steady',
                actions: [{ type: 'noteHeld', params }, ...serve]
              },
              { actions: { type: 'noteHeld', params } }
            ],
            'call.hold-failed': [
              {
                guard: { type: 'isSilencedInstead', params },
                target: 'steady',
                actions: [{ type: 'tellHoldFailed', params: ({ event }) => event }, ...serve]
              },
              // the others may still agree
              {
                guard: { type: 'isSilencedBesides', params },
                actions: [
                  { type: 'noteSilenced', params },
                  { type: 'tellHoldFailed', params: ({ event }) => event }
                ]
              },
              {
                guard: { type: 'isOn', params },
                target: 'steady',
                actions: [
                  { type: 'tellHoldFailed', params: ({ event }) => event },
                  { type: 'withdrawClaim', params: ({ event }) => event },
                  'resumeWhoYielded',
                  'dropClaim',
                  'arrange'
                ]
              }
            ],
            'call.ended': [
              {
                guard: { type: 'isLastToYield', params },
                target: 'steady',
                actions: [{ type: 'noteEnded', params }, ...serve]
              },
              {
                guard: { type: 'isClaimed', params },
                target: 'steady',
                actions: [
                  { type: 'withdrawClaim', params: { cause: over } },
                  'resumeWhoYielded',
                  'dropClaim',
                  { type: 'noteEnded', params },
                  'arrange'
                ]
              },
              { actions: { type: 'noteEnded', params } }
            ]
          }
        }
      }
    },
    door: {
      description: 'Whether the user wants to be disturbed.',
      initial: 'open',
      states: {
        open: {
          description: 'Calls that reach us ring, as long as there may be one more.',
          on: {
            close: 'closed',
            'call.incoming': [
              incoming.isKnown,
              incoming.meets,
              {
                guard: 'isFull',
                actions: [
                  { type: 'refuse', params: ({ event }) => event },
                  { type: 'tellRefused', params: ({ event }) => ({ ...event, reason: 'limit' }) }
                ]
              },
              {
                actions: [
                  { type: 'noteCall', params: ({ event }) => event },
                  { type: 'ring', params: ({ event }) => event },
                  'arrange'
                ]
              }
            ]
          }
        },
        closed: {
          description: 'Do not disturb: whoever calls hears busy.',
          tags: ['closed'],
          on: {
            open: 'open',
            'call.incoming': [
              incoming.isKnown,
              incoming.meets,
              {
                actions: [
                  { type: 'refuse', params: ({ event }) => event },
                  { type: 'tellRefused', params: ({ event }) => ({ ...event, reason: 'do-not-disturb' }) }
                ]
              }
            ]
          }
        }
      }
    },
    meeting
  }
})
