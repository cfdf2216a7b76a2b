import { assign, emit, sendTo, setup } from 'xstate'
import type { CallEnd, Failure } from './failure.ts'
import {
  attentionOf,
  callFrom,
  callMeeting,
  callOf,
  isOursToRemain,
  mustYield,
  newCall,
  nextCall
} from './switchboard-model.ts'
import type {
  BoardCall,
  Coming,
  Named,
  SwitchboardCommand,
  SwitchboardContext,
  SwitchboardEmitted,
  SwitchboardEvent,
  SwitchboardPolicy
} from './switchboard-model.ts'
import { unprovided } from './unprovided.ts'

type Adopted = Extract<SwitchboardEvent, { type: 'adopt' }>

/** Everything the regions of the switchboard name. */
export const switchboardSetup = setup({
  types: {
    context: {} as SwitchboardContext,
    events: {} as SwitchboardEvent,
    emitted: {} as SwitchboardEmitted,
    input: {} as { readonly policy: SwitchboardPolicy },
    tags: {} as 'waiting' | 'closed'
  },
  actors: { calls: unprovided<SwitchboardCommand>('calls') },
  guards: {
    isKnown: ({ context }, { call }: Named) => callOf(context, call) !== undefined || context.meeting?.theirs === call,
    isCall: ({ context }, { call }: Named) => callOf(context, call) !== undefined,
    isNoCall: ({ context }, { call }: Named) => callOf(context, call) === undefined,
    isCurrent: ({ context }, { call }: Named) => context.current === call,
    isClaimed: ({ context }, { call }: Named) => context.claim?.call === call,
    mustYield: ({ context }, { call }: Named) => mustYield(context, call),
    /** Nobody else is, or is about to be, the one the user is on. */
    isAlone: ({ context }) => context.current === null && context.claim === null,
    /** It was made to take the place of the call the user is on. */
    takesPlace: ({ context }, { call }: Named) =>
      context.claim === null && context.current !== null && callOf(context, call)?.insteadOf === context.current,
    mustBeHeld: ({ context }, { call }: Named) => context.policy.autoHold && context.current !== call,
    silenceSuffices: ({ context }) => context.policy.whenHoldFails === 'silence',
    isSilencedInstead: ({ context }, { call }: Named) =>
      context.current === call && context.policy.whenHoldFails === 'silence',
    /** The current call, after which another is to go on. */
    endsTheCurrent: ({ context }, { call }: Named) =>
      context.current === call && context.policy.resumeNext && nextCall(context) !== undefined,
    /** A call that waits for its turn to be placed counts; one that is to take its turn does not. */
    isFull: ({ context: { calls, claim, policy } }) =>
      calls.length + (claim !== null && claim.target !== null ? 1 : 0) >= policy.maxCalls,
    isFullWithoutClaim: ({ context }) => context.calls.length >= context.policy.maxCalls,
    // two who call each other
    callsUs: ({ context }, { target }: { target: string }) => callFrom(context, target) !== undefined,
    meetsOurs: ({ context }, coming: Coming) => callMeeting(context, coming) !== undefined,
    ourCallRemains: ({ context }, coming: Coming) =>
      callMeeting(context, coming) !== undefined && isOursToRemain(coming),
    theirCallRemains: ({ context }, coming: Coming) =>
      callMeeting(context, coming) !== undefined && !isOursToRemain(coming),
    isOurs: ({ context }, { call }: Named) => context.meeting?.ours === call,
    isTheirs: ({ context }, { call }: Named) => context.meeting?.theirs === call,
    isOursGivenUp: ({ context }, { call, end }: Named & { end: CallEnd }) =>
      context.meeting?.ours === call && end.by === 'local'
  },
  actions: {
    // what is true of the calls
    noteCall: assign({
      calls: ({ context }, { call, from }: Coming) => [...context.calls, newCall(call, 'incoming', from.address)]
    }),
    noteAdopted: assign({
      calls: ({ context }, { call, direction, address, insteadOf }: Adopted) => [
        ...context.calls,
        { ...newCall(call, direction, address), insteadOf }
      ]
    }),
    noteTheirs: assign({
      calls: ({ context: { calls, meeting } }) =>
        meeting === null ? calls : [...calls, newCall(meeting.theirs, 'incoming', meeting.from.address)]
    }),
    noteEstablished: assign({
      calls: ({ context }, { call }: Named) => changed(context, call, { isEstablished: true })
    }),
    noteHeld: assign({ calls: ({ context }, { call }: Named) => changed(context, call, { isHeld: true }) }),
    noteResumed: assign({ calls: ({ context }, { call }: Named) => changed(context, call, { isHeld: false }) }),
    noteEnded: assign({
      calls: ({ context }, { call }: Named) => context.calls.filter(({ id }) => id !== call),
      current: ({ context }, { call }: Named) => (context.current === call ? null : context.current)
    }),
    noteCurrent: assign({ current: (_, { call }: Named) => call }),

    // whose turn it is
    noteClaim: assign({
      claim: (_, { call, target }: Named & { target?: string }) => ({ call, target: target ?? null })
    }),
    noteTurn: assign({
      current: ({ context: { claim, current } }) => claim?.call ?? current,
      calls: ({ context: { claim, calls } }) =>
        claim === null || claim.target === null ? calls : [...calls, newCall(claim.call, 'outgoing', claim.target)]
    }),
    dropClaim: assign({ claim: null }),
    grant: sendTo('calls', ({ context }): SwitchboardCommand => ({ type: 'grant', call: context.claim?.call ?? '' })),
    join: sendTo('calls', ({ context }, { call, target }: Named & { target: string }): SwitchboardCommand => ({
      type: 'join',
      call,
      ringing: callFrom(context, target)?.id ?? ''
    })),
    withdraw: sendTo('calls', (_, { call, cause }: Named & { cause: Failure }): SwitchboardCommand => ({
      type: 'withdraw',
      call,
      cause
    })),
    withdrawClaim: sendTo('calls', ({ context }, { cause }: { cause: Failure }): SwitchboardCommand => ({
      type: 'withdraw',
      call: context.claim?.call ?? '',
      cause
    })),
    arrange: sendTo('calls', ({ context }): SwitchboardCommand => ({
      type: 'arrange',
      attention: Object.fromEntries(context.calls.map((call) => [call.id, attentionOf(context, call)]))
    })),
    holdCurrent: sendTo('calls', ({ context }): SwitchboardCommand => ({ type: 'hold', call: context.current ?? '' })),
    hold: sendTo('calls', (_, { call }: Named): SwitchboardCommand => ({ type: 'hold', call })),
    resumeNext: sendTo('calls', ({ context }): SwitchboardCommand => ({
      type: 'resume',
      call: nextCall(context)?.id ?? ''
    })),

    // calls that reach us
    ring: sendTo('calls', (_, { call, from }: Coming): SwitchboardCommand => ({ type: 'ring', call, from })),
    refuse: sendTo('calls', (_, { call, from }: Coming): SwitchboardCommand => ({ type: 'refuse', call, from })),

    // two who call each other
    noteMeeting: assign({
      meeting: ({ context }, coming: Coming) => ({
        ours: callMeeting(context, coming)?.id ?? '',
        theirs: coming.call,
        from: coming.from
      })
    }),
    forgetMeeting: assign({ meeting: null }),
    keepTheirs: sendTo('calls', (_, { call, from }: Coming): SwitchboardCommand => ({ type: 'keep', call, from })),
    showTheirs: sendTo('calls', ({ context }): SwitchboardCommand => ({
      type: 'show',
      call: context.meeting?.theirs ?? ''
    })),
    ringTheirs: sendTo('calls', ({ context: { meeting } }): SwitchboardCommand => ({
      type: 'ring',
      call: meeting?.theirs ?? '',
      from: meeting?.from ?? { address: '' }
    })),
    answerTheirs: sendTo('calls', ({ context }): SwitchboardCommand => ({
      type: 'answer',
      call: context.meeting?.theirs ?? '',
      like: context.meeting?.ours ?? ''
    })),
    dropTheirs: sendTo('calls', ({ context }): SwitchboardCommand => ({
      type: 'drop',
      call: context.meeting?.theirs ?? ''
    })),
    replaceOurs: sendTo('calls', ({ context }): SwitchboardCommand => ({
      type: 'replace',
      call: context.meeting?.ours ?? ''
    })),

    // to whoever listens
    tellRefused: emit(
      (_, { call, from, reason }: Coming & { reason: 'limit' | 'do-not-disturb' }) =>
        ({ type: 'switchboard.refused', call, from, reason }) as const
    ),
    tellHoldFailed: emit(
      ({ context }, { cause }: { cause: Failure }) =>
        ({ type: 'switchboard.hold-failed', call: context.current ?? '', cause }) as const
    ),
    tellMet: emit(
      ({ context: { meeting } }, { remains }: { remains: 'ours' | 'theirs' }) =>
        ({ type: 'switchboard.met', ours: meeting?.ours ?? '', theirs: meeting?.theirs ?? '', remains }) as const
    )
  },
  delays: {
    /** A user who takes another call does not wait longer for a peer to agree to be held. */
    yieldDeadline: 5_000,
    /** A peer that steers its calls as we do takes ours at once; a telephone may never. */
    meetingDeadline: 3_000,
    /** The microphone’s deadline and the answer’s together. */
    meetingAnswerDeadline: 92_000
  }
})

function changed({ calls }: SwitchboardContext, id: string, now: Partial<BoardCall>): readonly BoardCall[] {
  return calls.map((call) => (call.id === id ? { ...call, ...now } : call))
}
