import { assign, emit, enqueueActions, raise, sendTo } from 'xstate'
import type { CallEnd, Failure } from '../failure.ts'
import type { LegCommand } from '../transport.ts'
import type { CallCommand, CallEmitted, MediaCommand } from './model.ts'
import { videoSetup } from './video-setup.ts'
import type { ReceivedRefer, TransferContext } from './transfer-model.ts'

const unsaid: Failure = { code: 'transfer.failed', text: 'The transfer did not come about' }

/** What the two regions of a transfer name: the one in which we ask for it, and the one in which it is asked of us. */
export const transferSetup = videoSetup.extend({
  guards: {
    canTransfer: ({ context: { capabilities } }, params: { replaces?: string }) =>
      params.replaces === undefined ? capabilities.blindTransfer : capabilities.attendedTransfer,
    canConsult: ({ context }) => context.capabilities.attendedTransfer,
    wantsHold: ({ context }) => context.transfer.policy.hold,
    holdsForTransfer: ({ context }) => context.transfer.holds,
    isConsulting: ({ context }) => context.transfer.consults,
    asksAboutTransfers: ({ context }) => context.transfer.policy.incoming === 'ask',
    acceptsTransfers: ({ context }) => context.transfer.policy.incoming === 'accept',
    succeeds: ({ context }) => context.succession !== null,
    succeedsHeld: ({ context }) => context.succession?.held === true
  },
  actions: {
    // what we ask for
    noteTransfer: assign({
      transfer: ({ context }, { target, replaces }: { target: string; replaces?: string }) =>
        changed(context.transfer, { target, replaces: replaces ?? null, status: null, failure: null })
    }),
    noteConsultation: assign({ transfer: ({ context }) => changed(context.transfer, { consults: true }) }),
    forgetConsultation: assign({ transfer: ({ context }) => changed(context.transfer, { consults: false }) }),
    noteHeldForTransfer: assign({ transfer: ({ context }) => changed(context.transfer, { holds: true }) }),
    forgetHold: assign({ transfer: ({ context }) => changed(context.transfer, { holds: false }) }),
    noteStatus: assign({
      transfer: ({ context }, params: { status: number }) => changed(context.transfer, { status: params.status })
    }),
    noteTransferFailure: assign({
      transfer: ({ context }, params: { cause: Failure }) => changed(context.transfer, { failure: params.cause })
    }),
    forgetTransfer: assign({
      transfer: ({ context }) =>
        changed(context.transfer, { target: null, replaces: null, status: null, holds: false, failure: null })
    }),
    /** Back to the consultation: for its sake we go on holding. */
    forgetTarget: assign({
      transfer: ({ context }) =>
        changed(context.transfer, { target: null, replaces: null, status: null, failure: null })
    }),
    sendRefer: sendTo('leg', ({ context: { attempts, transfer } }): LegCommand => ({
      type: 'refer',
      attempt: attempts.refer,
      target: transfer.target ?? '',
      ...(transfer.replaces === null ? {} : { replaces: transfer.replaces })
    })),
    raiseHold: raise({ type: 'hold' } satisfies CallCommand),
    raiseResume: raise({ type: 'resume' } satisfies CallCommand),
    /** As silent as the call before, from the first packet on. */
    takeOver: enqueueActions(({ context: { succession }, enqueue }) => {
      if (succession?.muted === true) enqueue.raise({ type: 'mute' } satisfies CallCommand)
      if (succession?.held === true) enqueue.sendTo('media', { type: 'hold', on: true } satisfies MediaCommand)
    }),
    tellTransferBegan: emit((_, { target, replaces }: { target: string; replaces?: string }): CallEmitted => ({
      type: 'transfer.began',
      target,
      ...(replaces === undefined ? {} : { replaces })
    })),
    tellTransferFailed: emit(({ context }): CallEmitted => ({
      type: 'transfer.failed',
      cause: context.transfer.failure ?? unsaid
    })),

    // what is asked of us
    noteReferral: assign({
      transfer: ({ context }, { refer, target, replaces, referredBy }: ReceivedRefer) =>
        changed(context.transfer, {
          received: {
            refer,
            target,
            ...(replaces === undefined ? {} : { replaces }),
            ...(referredBy === undefined ? {} : { referredBy })
          }
        })
    }),
    forgetReferral: assign({ transfer: ({ context }) => changed(context.transfer, { received: null, outcome: null }) }),
    /** One wish at a time; nobody asks us about a second. */
    sendDeclineOfAnother: sendTo('leg', (_, params: { refer: string }): LegCommand => ({
      type: 'report',
      refer: params.refer,
      status: 603
    })),
    sendReport: sendTo('leg', ({ context }, params: { status: number }): LegCommand => ({
      type: 'report',
      refer: referOf(context),
      status: params.status
    })),
    noteOutcome: assign({
      transfer: ({ context }, params: { status: number }) => changed(context.transfer, { outcome: params.status })
    }),
    sendOutcome: sendTo('leg', ({ context }): LegCommand => ({
      type: 'report',
      refer: referOf(context),
      status: context.transfer.outcome ?? 487
    })),
    tellTransferAsked: emit(({ context }): CallEmitted => {
      const { target = '', referredBy } = context.transfer.received ?? {}
      return { type: 'transfer.asked', target, ...(referredBy === undefined ? {} : { referredBy }) }
    }),
    tellTransferFollowed: emit(({ context }): CallEmitted => ({
      type: 'transfer.followed',
      ...(context.transfer.received ?? { refer: '', target: '' })
    }))
  },
  delays: {
    /** A peer that will not be held is asked all the same. */
    prepareDeadline: 5_000,
    /** RFC 3261 timer F: nobody has answered the REFER. */
    referDeadline: 32_000,
    /** RFC 3515 §2.4.4: the first NOTIFY comes at once. */
    reportDeadline: 32_000,
    /** The target may ring as long as anybody lets it ring (RFC 3261 timer C). */
    transferDeadline: 180_000,
    restoreDeadline: 60_000,
    /** Longer than a transfer can take from the first request to its end. */
    handoverDeadline: 300_000,
    /** How long we think about what the peer wants. */
    referralDeadline: 30_000,
    /** Longer than the call we place can take to be answered or given up. */
    followDeadline: 240_000,
    /** How long a peer that has got what it wanted may take to hang up. */
    leaveDeadline: 5_000
  }
})

export const transferred: CallEnd = { by: 'local', reason: 'transferred' }
export const transferredByPeer: CallEnd = { by: 'remote', reason: 'transferred' }

function changed(transfer: TransferContext, change: Partial<TransferContext>): TransferContext {
  return { ...transfer, ...change }
}

function referOf({ transfer }: { readonly transfer: TransferContext }): string {
  return transfer.received?.refer ?? ''
}
