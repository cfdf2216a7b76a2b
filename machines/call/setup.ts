import { assign, emit, enqueueActions, raise, sendTo, setup } from 'xstate'
import type { CallEnd, Failure } from '../failure.ts'
import type { DtmfMethod, LegCommand, RejectReason, Terms, Video } from '../transport.ts'
import { unprovided } from '../unprovided.ts'
import { answeredVideo, atMost, desiredAfterAnswer, flows, reconcile, rolledBack, sameTerms } from './terms.ts'
import type {
  CallContext,
  CallEmitted,
  CallEvent,
  CallInput,
  InternalEvent,
  MediaCommand,
  MediaRequest,
  QueuedDigit
} from './model.ts'

const longestRing = 60_000

type AttemptKind = keyof CallContext['attempts']

/** Everything the regions of a call name: its guards, actions and deadlines. The regions themselves are files of their own. */
export const callSetup = setup({
  types: {
    context: {} as CallContext,
    events: {} as CallEvent,
    emitted: {} as CallEmitted,
    input: {} as CallInput,
    output: {} as CallEnd | null,
    tags: {} as 'waiting'
  },
  actors: {
    leg: unprovided<LegCommand, { call: string }>('leg'),
    media: unprovided<MediaCommand, { call: string }>('media')
  },
  guards: {
    isOutgoing: ({ context }) => context.direction === 'outgoing',
    isStale: ({ context }, params: { kind: AttemptKind; attempt: number }) =>
      params.attempt !== context.attempts[params.kind],
    isBusy: (_, params: { reason?: RejectReason }) => params.reason === 'busy',
    isAnsweredElsewhere: (_, params: { answeredElsewhere: boolean }) => params.answeredElsewhere,
    // negotiation
    isOfferDue: ({ context }) => context.isInDoubt || !sameTerms(context.desired, context.agreed),
    mayOfferAgain: ({ context }, params: { glare: boolean }) => params.glare && context.collisions < 5,
    canRenegotiate: ({ context }) => context.capabilities.renegotiate,
    canSignalHold: ({ context }) => context.capabilities.hold,
    isHoldAgreed: ({ context }) => context.agreed.hold,
    isHoldDesired: ({ context }) => context.desired.hold,
    isPeerHolding: ({ context }) => context.peerHolds,
    // path
    isPathUp: ({ context }) => context.pathIsUp,
    /** Silence says something about the path only where the peer should be heard. */
    isPeerSending: ({ context }) => !context.peerHolds && !context.agreed.hold && !context.desired.hold,
    /** No caller and no callee waits that long. */
    hasSleptLong: (_, params: { slept: number }) => params.slept >= longestRing,
    // digits
    canSendDigits: ({ context }) => context.capabilities.dtmf.length > 0,
    hasDigits: ({ context }) => context.digits.length > 0,
    isLastOfCommand: ({ context: { digits } }) => digits[0]?.command !== digits[1]?.command
  },
  actions: {
    noteEnd: assign({ end: ({ context }, params: { end: CallEnd }) => context.end ?? params.end }),
    noteCause: assign({ cause: (_, params: { cause: Failure }) => params.cause }),
    noteEarlyMedia: assign({ earlyMedia: (_, params: { earlyMedia: boolean }) => params.earlyMedia }),
    notePath: assign({ pathIsUp: (_, params: { isUp: boolean }) => params.isUp }),
    notePeer: assign((_, params: { peerHolds: boolean; peerVideo?: boolean }) => ({
      peerHolds: params.peerHolds,
      peerVideo: params.peerVideo ?? false
    })),
    /** One that merely stays pending is as it was. */
    noteWish: assign(({ context }, params: { video?: Video }) => {
      const { video = 'off' } = params
      return video === 'inactive' && context.agreed.video === 'inactive' ? {} : { wish: video }
    }),
    noteRequest: assign({
      media: ({ context }, params: { media?: MediaRequest }) => params.media ?? context.media
    }),
    /** What has been opened is what we want to send, and what our first offer or answer says. */
    noteCaptured: assign(({ context }, params: { video?: Video }) => {
      const video = context.capabilities.video ? (params.video ?? 'off') : 'off'
      const { video: source } = context.media
      return {
        desired: { ...context.desired, video },
        ...(source === undefined || typeof source === 'boolean' || source === 'receive' ? {} : { source })
      }
    }),
    /**
     * The call is answered. What was offered and not taken is no longer desired; what the caller left no room for is
     * offered next.
     */
    noteFirstAnswer: assign(({ context }, params: { video?: Video; peerVideo?: boolean }) => {
      const video = params.video ?? 'off'
      const hadRoom = context.direction === 'outgoing' || context.wish !== 'off' || !context.capabilities.renegotiate
      return {
        agreed: { ...context.agreed, video },
        desired: hadRoom ? { ...context.desired, video } : context.desired,
        asked: context.direction === 'outgoing' && video === 'inactive' ? context.desired.video : 'off',
        wish: 'off' as const,
        peerVideo: params.peerVideo ?? false
      }
    }),
    countStale: assign({ stale: ({ context }) => context.stale + 1 }),
    countAttempt: assign({
      attempts: ({ context: { attempts } }, params: { kind: AttemptKind }) => ({
        ...attempts,
        [params.kind]: attempts[params.kind] + 1
      })
    }),

    // terms
    desireHold: assign({
      desired: ({ context }, params: { hold: boolean }) => ({ ...context.desired, hold: params.hold })
    }),
    desireRestart: assign({
      desired: ({ context }) => ({ ...context.desired, restarts: context.agreed.restarts + 1 })
    }),
    desireWhatIsAgreed: assign({ desired: ({ context }) => ({ ...context.desired, hold: context.agreed.hold }) }),
    noteOffered: assign({ offered: ({ context }) => context.desired }),
    /** An answer to the peer's offer says how we hold and how much video we take, but restarts nothing of ours. */
    noteAnswered: assign({
      wanted: ({ context }) => context.desired.video,
      offered: ({ context }, params: { video?: Video }) => ({
        hold: context.desired.hold,
        video: answeredVideo(context, params.video ?? 'off'),
        restarts: context.agreed.restarts
      })
    }),
    noteGranted: assign(({ context }, params: { granted: Terms }) => {
      const { desired, offered, wish } = context
      const granted = atMost(params.granted, offered)
      const isPending = granted.video === 'inactive'
      return {
        agreed: granted,
        desired: reconcile(desired, offered, granted),
        asked: isPending && flows(offered.video) ? offered.video : isPending ? context.asked : 'off',
        wish: isPending && offered.video === 'inactive' ? wish : 'off',
        isInDoubt: false,
        collisions: 0,
        retryAfter: 0
      }
    }),
    noteAccepted: assign(({ context }, params: { video?: Video }) => {
      const { offered } = context
      const video = params.video ?? 'off'
      const desired = desiredAfterAnswer(context, video)
      return {
        agreed: { ...offered, video },
        desired,
        asked: video === 'inactive' ? context.asked : 'off',
        isInDoubt: false,
        collisions: sameTerms(desired, { ...offered, video }) ? 0 : context.collisions
      }
    }),
    /** Said again once, not for ever: an offer of what is agreed changes nothing, whether it was taken or not. */
    noteDoubt: assign({
      isInDoubt: ({ context }, params: { cause: Failure }) =>
        params.cause.code === noAnswer.code && !sameTerms(context.offered, context.agreed)
    }),
    noteLostAnswer: assign({ isInDoubt: true }),
    rollBack: assign(({ context }) => ({
      agreed: rolledBack(context),
      desired: reconcile(context.desired, context.offered, rolledBack(context)),
      collisions: 0,
      retryAfter: 0
    })),
    noteRetryAfter: assign({ retryAfter: (_, params: { retryAfter?: number }) => params.retryAfter ?? 0 }),
    countCollision: assign({ collisions: ({ context }) => context.collisions + 1 }),

    // the leg
    sendDial: sendTo('leg', ({ context }): LegCommand => ({
      type: 'dial',
      target: context.remote.address,
      ...wanted(context),
      ...context.dial
    })),
    sendAnswer: sendTo('leg', ({ context }): LegCommand => ({ type: 'answer', ...wanted(context) })),
    sendReject: sendTo('leg', (_, params: { reason: RejectReason }): LegCommand => ({
      type: 'reject',
      reason: params.reason
    })),
    sendHangup: sendTo('leg', { type: 'hangup' } satisfies LegCommand),
    sendOffer: sendTo('leg', ({ context }): LegCommand => ({
      type: 'offer',
      attempt: context.attempts.offer,
      terms: context.offered
    })),
    sendAbandon: sendTo('leg', ({ context }): LegCommand => ({ type: 'abandon', attempt: context.attempts.offer })),
    sendAccept: sendTo('leg', ({ context: { offered } }): LegCommand => ({
      type: 'accept',
      hold: offered.hold,
      video: offered.video
    })),
    sendRefusal: sendTo('leg', { type: 'refuse' } satisfies LegCommand),
    sendVerify: sendTo('leg', ({ context }): LegCommand => ({ type: 'verify', attempt: context.attempts.verify })),
    sendMicrophone: sendTo('leg', (_, params: { live: boolean }): LegCommand => ({ type: 'microphone', ...params })),
    sendDigit: sendTo('leg', ({ context }): LegCommand => digitCommand(context)),

    // the microphone
    acquireMedia: sendTo('media', ({ context }): MediaCommand => ({
      type: 'acquire',
      attempt: context.attempts.media,
      request: context.capabilities.video ? context.media : { audio: context.media.audio },
      withoutCamera: context.videoPolicy.withoutCamera
    })),
    muteMicrophone: sendTo('media', { type: 'mute', on: true } satisfies MediaCommand),
    unmuteMicrophone: sendTo('media', { type: 'mute', on: false } satisfies MediaCommand),
    silence: sendTo('media', { type: 'hold', on: true } satisfies MediaCommand),
    unsilence: sendTo('media', { type: 'hold', on: false } satisfies MediaCommand),

    // digits
    queueDigits: assign({
      digits: ({ context }, params: { digits: readonly QueuedDigit[] }) => [...context.digits, ...params.digits]
    }),
    dequeueDigit: assign({ digits: ({ context }) => context.digits.slice(1) }),
    dropCommand: assign({
      digits: ({ context: { digits } }) => digits.filter((digit) => digit.command !== digits[0]?.command)
    }),

    // from region to region
    raiseSettled: raise({ type: 'negotiation.settled' } satisfies InternalEvent),
    raiseFailed: raise(({ context }): InternalEvent => ({
      type: 'negotiation.failed',
      cause: context.cause ?? noAnswer
    })),
    raiseAttached: raise({ type: 'signalling.attached' } satisfies InternalEvent),
    raiseDead: raise({ type: 'network.dead' } satisfies InternalEvent),
    raiseOver: raise({ type: 'call.over' } satisfies InternalEvent),

    // to whoever listens
    tell: emit((_, params: { fact: CallEmitted }) => params.fact),
    tellEnd: emit(({ context }) => ({ type: 'call.ended', end: context.end ?? unexplained }) as const),
    tellAnswerFailed: emit(
      ({ context }) => ({ type: 'call.answer-failed', cause: context.cause ?? noAnswer }) as const
    ),
    tellHoldFailed: emit(({ context }) => ({ type: 'hold.failed', cause: context.cause ?? noAnswer }) as const),
    tellResumeFailed: emit(({ context }) => ({ type: 'resume.failed', cause: context.cause ?? noAnswer }) as const),
    tellDigitsSent: emit(({ context }) => ({ type: 'dtmf.sent', command: context.digits[0]?.command ?? '' }) as const),
    tellDigitsFailed: emit(
      ({ context }) =>
        ({ type: 'dtmf.failed', command: context.digits[0]?.command ?? '', cause: context.cause ?? noAnswer }) as const
    ),
    tellUnsentDigits: enqueueActions(({ context, enqueue }) => {
      if (context.digits.length === 0) return
      enqueue.emit({ type: 'dtmf.unsent', digits: context.digits.map((digit) => digit.tone).join('') })
    })
  },
  delays: {
    /** A person may have to find the browser's question first. */
    acquireDeadline: 60_000,
    /** RFC 3261 timer B: 64 × T1. */
    connectDeadline: 32_000,
    /** How long a call whose connection was lost before it was placed waits for another one. */
    reconnectGrace: 10_000,
    ringDeadline: 60_000,
    incomingDeadline: 120_000,
    answerDeadline: 32_000,
    /** For a confirmation that has to find us on another connection. */
    confirmGrace: 10_000,
    endDeadline: 5_000,
    offerDeadline: 32_000,
    acceptDeadline: 32_000,
    /**
     * RFC 3261 §14.1, in steps of 10 ms: who owns the Call-ID waits longer, so that the two do not meet again. A peer that
     * names a time gets it (§14.2), within reason.
     */
    glareDelay: ({ context: { direction, retryAfter } }) => {
      const steps = Math.floor(Math.random() * (direction === 'outgoing' ? 191 : 201))
      return Math.max((direction === 'outgoing' ? 2_100 : 0) + 10 * steps, Math.min(retryAfter, 10_000))
    },
    holdDeadline: 60_000,
    restartDelay: 2_500,
    restartDeadline: 8_000,
    /** Longer than Chromium takes to notice that nothing answers any more (5.5 s). */
    doubtDeadline: 8_000,
    mediaGrace: 30_000,
    signallingGrace: 60_000,
    verifyDeadline: 10_000,
    digitDeadline: 5_000,
    digitGap: ({ context }) => (context.digits[0]?.duration ?? 0) + (context.digits[0]?.gap ?? 0)
  }
})

export const noAnswer: Failure = { code: 'negotiation.timeout', text: 'The peer did not answer the offer in time' }
const unexplained: CallEnd = { by: 'system', reason: 'error' }

function wanted({ desired: { video } }: CallContext): { video?: Video } {
  return video === 'off' ? {} : { video }
}

function digitCommand({ digits, attempts }: CallContext): LegCommand {
  const digit = digits[0]
  const method: { method?: DtmfMethod } = digit?.method === undefined ? {} : { method: digit.method }
  return { type: 'dtmf', attempt: attempts.dtmf, tone: digit?.tone ?? '', duration: digit?.duration ?? 0, ...method }
}
