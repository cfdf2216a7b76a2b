import { transferred, transferredByPeer, transferSetup } from './transfer-setup.ts'

const toldElsewhere = {
  target: '#call.progress.ended',
  actions: { type: 'noteEnd', params: { end: transferredByPeer } }
} as const

const declined = {
  target: 'idle',
  actions: [
    { type: 'sendReport', params: { status: 603 } },
    'forgetReferral',
    { type: 'tell', params: { fact: { type: 'transfer.declined' } } }
  ]
} as const

const another = {
  actions: {
    type: 'sendDeclineOfAnother',
    params: ({ event }: { readonly event: { readonly refer: string } }) => event
  }
} as const

/**
 * Being given to somebody else (RFC 3515): the peer wants us to call another. That call is one of its own, which the
 * engine places; here the peer is told of it, for as long as it is there to be told.
 */
export const referral = transferSetup.createStateConfig({
  description: 'Whether the peer gives us to somebody else.',
  initial: 'idle',
  states: {
    idle: {
      description: 'The peer wants nothing.',
      on: {
        'leg.refer.received': [
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
          another
        ]
      }
    },
    asked: {
      description: 'The peer wants us to call somebody; the user has not said yet what we do.',
      tags: ['waiting'],
      after: { referralDeadline: declined },
      on: { acceptTransfer: 'following', declineTransfer: declined, 'leg.refer.received': another }
    },
    following: {
      description: 'We call whom the peer wanted us to call.',
      tags: ['waiting'],
      entry: [{ type: 'sendReport', params: { status: 100 } }, 'tellTransferFollowed'],
      after: {
        followDeadline: {
          target: 'idle',
          actions: [{ type: 'sendReport', params: { status: 408 } }, 'forgetReferral']
        }
      },
      on: {
        'referral.progressed': { actions: { type: 'sendReport', params: ({ event }) => event } },
        'referral.failed': {
          target: 'idle',
          actions: [{ type: 'sendReport', params: ({ event }) => event }, 'forgetReferral']
        },
        'referral.succeeded': { target: 'leaving', actions: { type: 'sendReport', params: { status: 200 } } },
        'leg.refer.received': another,
        'leg.ended': toldElsewhere
      }
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
      on: { 'leg.refer.received': another, 'leg.ended': toldElsewhere }
    }
  }
})
