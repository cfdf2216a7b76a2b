import { and, not, or, stateIn } from 'xstate'
import type { Failure } from '../failure.ts'
import { transferred, transferredByPeer, transferSetup } from './transfer-setup.ts'

const notAnswered: Failure = { code: 'transfer.timeout', text: 'The peer did not answer the transfer in time' }
const notReported: Failure = { code: 'transfer.timeout', text: 'The peer did not say in time what came of it' }
const notAsked: Failure = { code: 'transfer.timeout', text: 'The peer could not be reached in time' }
const notHeld: Failure = { code: 'negotiation.rejected', text: 'The peer did not agree to be held' }

const region = '#call.progress.established.transfer'
const isAttached = stateIn('#call.progress.established.signalling.attached')
const isActive = stateIn('#call.progress.established.hold.local.active')
const isHolding = stateIn('#call.progress.established.hold.local.holding')
const isHeld = stateIn('#call.progress.established.hold.local.held')
const isResuming = stateIn('#call.progress.established.hold.local.resuming')

type Wish = { readonly event: { readonly target: string; readonly replaces?: string } }
const noteTransfer = [
  { type: 'noteTransfer', params: ({ event }: Wish) => event },
  { type: 'tellTransferBegan', params: ({ event }: Wish) => event }
] as const
const canTransfer = and([isAttached, { type: 'canTransfer', params: ({ event }: Wish) => event }])
const begin = [
  {
    guard: and([canTransfer, 'wantsHold', isActive]),
    target: `${region}.holding`,
    actions: [...noteTransfer, 'noteHeldForTransfer', 'raiseHold']
  },
  { guard: and([canTransfer, 'wantsHold', isHolding]), target: `${region}.holding`, actions: noteTransfer },
  { guard: canTransfer, target: `${region}.referring`, actions: noteTransfer }
] as const

const dropStale = {
  guard: {
    type: 'isStale',
    params: ({ event }: { readonly event: { readonly attempt: number } }) =>
      ({ kind: 'refer', attempt: event.attempt }) as const
  },
  actions: 'countStale'
} as const

const succeeded = [
  dropStale,
  {
    target: '#call.progress.ending',
    actions: [
      { type: 'tell', params: { fact: { type: 'transfer.succeeded' } } },
      { type: 'noteEnd', params: { end: transferred } }
    ]
  }
] as const

const failed = [
  dropStale,
  {
    target: `${region}.failed`,
    actions: {
      type: 'noteTransferFailure',
      params: ({ event }: { readonly event: { readonly cause: Failure } }) => event
    }
  }
] as const

const progressed = [
  dropStale,
  {
    target: `${region}.trying.told`,
    actions: [
      { type: 'noteStatus', params: ({ event }: { readonly event: { readonly status: number } }) => event },
      {
        type: 'tell',
        params: ({ event }: { readonly event: { readonly status: number } }) => ({
          fact: { type: 'transfer.progressed', status: event.status } as const
        })
      }
    ]
  }
] as const

const late = (cause: Failure) =>
  ({ target: `${region}.failed`, actions: { type: 'noteTransferFailure', params: { cause } } }) as const

const notHeldForConsultation = (cause: Failure) =>
  ({
    target: `${region}.idle`,
    actions: [
      'forgetTransfer',
      'forgetConsultation',
      { type: 'tell', params: { fact: { type: 'consult.failed', cause } } }
    ]
  }) as const

/** Nobody took our place: where the other call was asked about this one it still may be, and if not nobody waits for it. */
const stayed = [
  { guard: 'isConsulting', target: `${region}.consulting` },
  {
    guard: and(['holdsForTransfer', not(isActive)]),
    target: `${region}.idle`,
    actions: ['forgetTransfer', 'raiseResume']
  },
  { target: `${region}.idle` }
] as const

/**
 * Giving the peer to somebody else (RFC 5589). Nothing is done before the peer has said so, and what fails leaves the
 * call as it was: held if it was held before, and the microphone as the user wants it, which nobody touches here.
 */
export const transfer = transferSetup.createStateConfig({
  description: 'Whether we give the peer to somebody else.',
  initial: 'arriving',
  on: {
    // who resumes in the middle of it has decided how the call is to go on
    resume: { guard: and(['holdsForTransfer', or([isHeld, isHolding])]), actions: 'forgetHold' },
    'consultation.ended': { guard: 'isConsulting', actions: 'forgetConsultation' }
  },
  states: {
    arriving: {
      description: 'A call that takes the place of a held one goes on being held.',
      always: [{ guard: 'succeedsHeld', target: 'idle', actions: 'raiseHold' }, { target: 'idle' }]
    },
    idle: {
      description: 'The peer is to stay ours.',
      on: {
        transfer: begin,
        consult: [
          {
            guard: and([isAttached, 'canConsult', isHeld]),
            target: 'consulting',
            actions: 'noteConsultation'
          },
          {
            guard: and([isAttached, 'canConsult', isActive]),
            target: 'consulting',
            actions: ['noteConsultation', 'noteHeldForTransfer', 'raiseHold']
          }
        ],
        'handover.began': 'handing-over'
      }
    },
    consulting: {
      description: 'Another call of ours is to be asked first; the peer waits, held.',
      initial: 'holding',
      states: {
        holding: {
          description: 'The peer is to be held before anybody else is called.',
          tags: ['waiting'],
          always: { guard: isHeld, target: 'talking' },
          after: { restoreDeadline: notHeldForConsultation(notHeld) },
          on: {
            'negotiation.failed': {
              target: `${region}.idle`,
              actions: [
                'forgetTransfer',
                'forgetConsultation',
                {
                  type: 'tell',
                  params: ({ event }) => ({ fact: { type: 'consult.failed', cause: event.cause } as const })
                }
              ]
            }
          }
        },
        talking: {
          description: 'We talk with somebody else about this call, as long as that takes.',
          entry: { type: 'tell', params: { fact: { type: 'consult.ready' } } }
        }
      },
      on: {
        transfer: begin,
        'handover.began': 'handing-over',
        'consultation.ended': [
          {
            guard: and(['holdsForTransfer', isHeld]),
            target: 'idle',
            actions: ['forgetConsultation', 'forgetTransfer', 'raiseResume']
          },
          { target: 'idle', actions: ['forgetConsultation', 'forgetTransfer'] }
        ]
      }
    },
    holding: {
      description: 'The peer is being held before it is asked; it need not agree, but has to be reachable.',
      tags: ['waiting'],
      always: { guard: and([isHeld, isAttached]), target: 'referring' },
      after: { prepareDeadline: [{ guard: isAttached, target: 'referring' }, late(notAsked)] },
      on: { 'negotiation.failed': { guard: isAttached, target: 'referring' } }
    },
    referring: {
      description: 'The peer is asked to call the target.',
      tags: ['waiting'],
      entry: [{ type: 'countAttempt', params: { kind: 'refer' } }, 'sendRefer'],
      after: { referDeadline: late(notAnswered) },
      on: {
        'leg.refer.accepted': [dropStale, { target: 'trying' }],
        'leg.refer.rejected': failed,
        // these may overtake the answer
        'leg.refer.progress': progressed,
        'leg.refer.succeeded': succeeded,
        'leg.refer.failed': failed
      }
    },
    trying: {
      description: 'The peer calls the target; only its last word says whether they talk.',
      tags: ['waiting'],
      initial: 'silent',
      after: { transferDeadline: late(notReported) },
      on: {
        'leg.refer.progress': progressed,
        'leg.refer.succeeded': succeeded,
        'leg.refer.failed': failed
      },
      states: {
        silent: {
          description: 'The peer has said that it will call, and nothing since.',
          after: { reportDeadline: late(notReported) }
        },
        told: { description: 'The peer tells how far its call has come.' }
      }
    },
    failed: {
      description: 'Decides what it takes to be where we were before.',
      always: [
        { guard: 'isConsulting', target: 'consulting', actions: ['tellTransferFailed', 'forgetTarget'] },
        { guard: and(['holdsForTransfer', not(isActive)]), target: 'restoring', actions: 'raiseResume' },
        { target: 'idle', actions: ['tellTransferFailed', 'forgetTransfer'] }
      ]
    },
    restoring: {
      description: 'The call becomes again what it was before the transfer.',
      tags: ['waiting'],
      always: { guard: isActive, target: 'idle', actions: ['tellTransferFailed', 'forgetTransfer'] },
      after: { restoreDeadline: { target: 'idle', actions: ['tellTransferFailed', 'forgetTransfer'] } },
      on: {
        'negotiation.failed': { target: 'idle', actions: ['tellTransferFailed', 'forgetTransfer'] },
        hold: { guard: isResuming, target: 'idle', actions: ['tellTransferFailed', 'forgetTransfer'] }
      }
    },
    'handing-over': {
      description: 'The peer of another call of ours is to take our place here.',
      tags: ['waiting'],
      after: { handoverDeadline: stayed },
      on: {
        'handover.succeeded': {
          target: '#call.progress.ending',
          actions: { type: 'noteEnd', params: { end: transferred } }
        },
        'handover.failed': stayed,
        // the peer hangs up the moment it has its new call
        'leg.ended': {
          target: '#call.progress.ended',
          actions: { type: 'noteEnd', params: { end: transferredByPeer } }
        }
      }
    }
  }
})
