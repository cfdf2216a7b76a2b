import { assign, emit, sendTo, setup } from 'xstate'
import type { CallEnd, Failure } from './failure.ts'
import {
  attentionOf,
  callFrom,
  callMeeting,
  callOf,
  fellowsOf,
  isLastToYield,
  isOn,
  isOursToRemain,
  mustYield,
  newCall,
  nextCall,
  talking
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
    isOn: ({ context }, { call }: Named) => isOn(context, call),
    isEstablished: ({ context }, { call }: Named) => callOf(context, call)?.isEstablished === true,
    /** Also one that is about to take the place of one that is joined. */
    mayJoin: ({ context }, { call }: Named) => {
      const { isEstablished = false, insteadOf = null } = callOf(context, call) ?? {}
      return isEstablished || (insteadOf !== null && context.joined.includes(insteadOf))
    },
    isClaimed: ({ context }, { call }: Named) => context.claim?.call === call,
    mustYield: ({ context }, { call }: Named) => mustYield(context, call),
    /** Nobody else is, or is about to be, the one the user is on. */
    isAlone: ({ context }) => context.current === null && context.claim === null,
    /** It was made to take the place of the call the user is on. */
    takesPlace: ({ context }, { call }: Named) =>
      context.claim === null && context.current !== null && callOf(context, call)?.insteadOf === context.current,
    mustBeHeld: ({ context }, { call }: Named) => context.policy.autoHold && !isOn(context, call),
    isLeftToBeHeld: ({ context }, { call }: Named) => {
      const left = without(context, call)
      return context.policy.autoHold && isOn(context, call) && left.current !== null && !isOn(left, call)
    },
    isLastToYield: ({ context }, { call }: Named) => isLastToYield(context, call),
    silenceSuffices: ({ context }) => context.policy.whenHoldFails === 'silence',
    isSilencedInstead: ({ context }, { call }: Named) =>
      isLastToYield(context, call) && context.policy.whenHoldFails === 'silence',
    isSilencedBesides: ({ context }, { call }: Named) =>
      isOn(context, call) && context.policy.whenHoldFails === 'silence',
    /** The current call, after which another is to go on. */
    endsTheCurrent: ({ context }, { call }: Named) =>
      context.current === call &&
      fellowsOf(context, call).length === 0 &&
      context.policy.resumeNext &&
      nextCall(context) !== undefined,
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
    noteEnded: assign(({ context }, { call }: Named) => ({
      ...without(context, call),
      calls: context.calls.filter(({ id }) => id !== call),
      ...(fellowsOf(context, call).length === 0 && context.current === call ? { current: null } : {})
    })),
    noteJoined: assign({
      joined: ({ context: { joined } }, { call }: Named) => (joined.includes(call) ? joined : [...joined, call])
    }),
    noteParted: assign(({ context }, { call }: Named) => without(context, call)),
    noteCurrent: assign({ current: (_, { call }: Named) => call }),

    // whose turn it is
    noteClaim: assign({
      claim: ({ context }, { call, target }: Named & { target?: string }) => ({
        call,
        target: target ?? null,
        yielding: [...new Set([...(context.claim?.yielding ?? []), ...talking(context)])],
        silenced: context.claim?.silenced ?? []
      })
    }),
    noteTurn: assign({
      current: ({ context: { claim, current } }) => claim?.call ?? current,
      calls: ({ context }) => {
        const { claim, calls } = context
        if (claim === null) return calls
        if (claim.target !== null) return [...calls, newCall(claim.call, 'outgoing', claim.target)]
        return changed(context, claim.call, { isTaken: true })
      }
    }),
    /** Who was held together is heard together again. */
    resumeFellows: sendTo('calls', ({ context }): SwitchboardCommand => ({
      type: 'resume',
      calls: context.claim === null ? [] : fellowsOf(context, context.claim.call)
    })),
    grantAtOnce: sendTo('calls', (_, { call }: Named): SwitchboardCommand => ({ type: 'grant', call })),
    noteSilenced: assign({
      claim: ({ context: { claim } }, { call }: Named) =>
        claim === null ? null : { ...claim, silenced: [...claim.silenced, call] }
    }),
    /** Nobody takes their place: whoever was held for that goes on. */
    resumeWhoYielded: sendTo('calls', ({ context }): SwitchboardCommand => ({
      type: 'resume',
      calls: context.claim?.yielding.filter((call) => isOn(context, call)) ?? []
    })),
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
    holdWhoTalks: sendTo('calls', ({ context }): SwitchboardCommand => ({ type: 'hold', calls: talking(context) })),
    hold: sendTo('calls', (_, { call }: Named): SwitchboardCommand => ({ type: 'hold', calls: [call] })),
    resumeNext: sendTo('calls', ({ context }): SwitchboardCommand => ({
      type: 'resume',
      calls: [nextCall(context)?.id ?? '']
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
      ({ context }, { call, cause }: { call?: string; cause: Failure }) =>
        ({ type: 'switchboard.hold-failed', call: call ?? talking(context)[0] ?? '', cause }) as const
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

/** As it is when this call is joined with nobody: who was joined with the current one remains on the others. */
function without(
  context: SwitchboardContext,
  id: string
): Pick<SwitchboardContext, 'joined' | 'current'> & SwitchboardContext {
  const fellows = fellowsOf(context, id)
  const current = context.current === id ? (fellows.at(-1) ?? id) : context.current
  return { ...context, current, joined: context.joined.filter((other) => other !== id) }
}

function changed({ calls }: SwitchboardContext, id: string, now: Partial<BoardCall>): readonly BoardCall[] {
  return calls.map((call) => (call.id === id ? { ...call, ...now } : call))
}
