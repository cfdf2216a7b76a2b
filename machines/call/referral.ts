import { not, stateIn } from 'xstate'
import { transferred, transferredByPeer, transferSetup } from './transfer-setup.ts'

const toldElsewhere = {
  target: '#call.progress.ended',
  actions: { type: 'noteEnd', params: { end: transferredByPeer } }
} as const

const isAttached = stateIn('#call.progress.established.signalling.attached')

const declined = {
  target: 'reporting',
  actions: [
    { type: 'noteOutcome', params: { status: 603 } },
    { type: 'tell', params: { fact: { type: 'transfer.declined' } } }
  ]
} as const

/** Asked on a connection that is lost by now: it cannot be answered, and the peer will have to ask again. */
const unanswerable = { guard: not(isAttached), actions: [] } as const

const another = [
  unanswerable,
  {
    actions: {
      type: 'sendDeclineOfAnother',
      params: ({ event }: { readonly event: { readonly refer: string } }) => event
    }
  }
] as const

/**
 * Being given to somebody else (RFC 3515): the peer wants us to call another. That call is one of its own, which the
 * engine places; here the peer is told of it, for as long as it is there to be told. The last word waits for a lost
 * connection to come back, the words before it do not.
 */
export const referral = transferSetup.createStateConfig({
  description: 'Whether the peer gives us to somebody else.',
  initial: 'idle',
  states: {
    idle: {
      description: 'The peer wants nothing.',
      on: {
        'leg.refer.received': [
          unanswerable,
          {
            guard: 'acceptsTransfers',
            target: 'following',
            actions: { type: 'noteReferral', params: ({ event }) => event }
          },
          {
            guard: 'asksAboutTransfers',
            target: 'asked',
            actions: [{ type: 'noteReferral', params: ({ event }) => event }, 'tellTransferAsked']
          },
          ...another
        ]
      }
    },
    asked: {
      description: 'The peer wants us to call somebody; the user has not said yet what we do.',
      tags: ['waiting'],
      after: { referralDeadline: declined },
      on: {
        acceptTransfer: { guard: isAttached, target: 'following' },
        declineTransfer: declined,
        'leg.refer.received': another
      }
    },
    following: {
      description: 'We call whom the peer wanted us to call.',
      tags: ['waiting'],
      entry: [{ type: 'sendReport', params: { status: 100 } }, 'tellTransferFollowed'],
      after: {
        followDeadline: { target: 'reporting', actions: { type: 'noteOutcome', params: { status: 408 } } }
      },
      on: {
        'referral.progressed': {
          guard: isAttached,
          actions: { type: 'sendReport', params: ({ event }) => event }
        },
        'referral.failed': {
          target: 'reporting',
          actions: { type: 'noteOutcome', params: ({ event }) => event }
        },
        'referral.succeeded': { target: 'leaving', actions: { type: 'noteOutcome', params: { status: 200 } } },
        'leg.refer.received': another,
        'leg.ended': toldElsewhere
      }
    },
    reporting: {
      description: 'What came of it is yet to be told, as soon as the peer can be.',
      always: { guard: isAttached, target: 'idle', actions: ['sendOutcome', 'forgetReferral'] },
      on: { 'leg.refer.received': another }
    },
    leaving: {
      description: 'We talk with whom the peer wanted; it is for the peer to hang up, and soon for us.',
      tags: ['waiting'],
      after: {
        leaveDeadline: {
          target: '#call.progress.ending',
          actions: { type: 'noteEnd', params: { end: transferred } }
        }
      },
      on: { 'leg.refer.received': another, 'leg.ended': toldElsewhere },
      initial: 'unreported',
      states: {
        unreported: {
          description: 'The peer does not know yet.',
          always: { guard: isAttached, target: 'reported', actions: 'sendOutcome' }
        },
        reported: { description: 'The peer knows.' }
      }
    }
  }
})
