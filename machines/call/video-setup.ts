import { and, assign, emit, not, or, sendTo, stateIn } from 'xstate'
import type { Failure } from '../failure.ts'
import type { Video } from '../transport.ts'
import type { CallContext, MediaCommand, VideoSource } from './model.ts'
import { callSetup, noAnswer } from './setup.ts'
import { flows } from './terms.ts'

export interface Wanted {
  readonly video?: VideoSource | 'receive'
}

function canHaveVideo({ capabilities }: CallContext): boolean {
  return capabilities.video && capabilities.renegotiate
}

/** What `video` and `camera` name on top of what all regions do. */
export const videoSetup = callSetup.extend({
  guards: {
    asksForTheirs: ({ context }, params: Wanted) => canHaveVideo(context) && params.video === 'receive',
    asksForOurs: ({ context }, params: Wanted) => canHaveVideo(context) && params.video !== 'receive',
    isVideoDue: ({ context: { desired, agreed } }) => flows(desired.video) && desired.video !== agreed.video,
    isVideoOn: ({ context }) => context.agreed.video === 'on',
    isVideoReceived: ({ context }) => context.agreed.video === 'receive',
    isVideoFlowing: ({ context }) => flows(context.agreed.video),
    /** Somebody has to be asked there. */
    isAnswerPending: ({ context: { agreed, asked } }) => agreed.video === 'inactive' && flows(asked),
    isVideoWelcome: ({ context: { agreed, wish, videoPolicy } }) =>
      videoPolicy.onWish === 'accept' && agreed.video === 'receive' && wish === 'on',
    isPeerVideo: ({ context }) => context.peerVideo,
    isWished: ({ context: { agreed, wish } }) => agreed.video === 'inactive' && flows(wish),
    wasCamera: ({ context }) => context.camera !== null
  },
  actions: {
    desireVideo: assign({
      desired: ({ context }, params: { video: Video }) => ({ ...context.desired, video: params.video }),
      asked: 'off' as const
    }),
    /** A shared screen is in place of the camera there was; of any other source there is nothing to go back to. */
    noteSource: assign(({ context }, params: Wanted) => {
      const { video: source = true } = params
      if (source === 'receive') return {}
      const { source: before, camera } = context
      const isSending = context.agreed.video === 'on'
      const back = before === 'screen' ? camera : isSending ? before : null
      return { source, camera: source === 'screen' ? back : null }
    }),
    goBackToCamera: assign(({ context }) => ({ source: context.camera ?? true, camera: null })),

    openCamera: sendTo('media', ({ context }) => openCamera(context, context.videoPolicy.withoutCamera)),
    /** What is sent goes on until there is something to take its place. */
    replaceCamera: sendTo('media', ({ context }) => openCamera(context, 'fail')),
    closeCamera: sendTo('media', { type: 'close-camera' } satisfies MediaCommand),
    muteCamera: sendTo('media', { type: 'mute-camera', on: true } satisfies MediaCommand),
    unmuteCamera: sendTo('media', { type: 'mute-camera', on: false } satisfies MediaCommand),

    tellVideoFailed: emit(({ context }) => ({ type: 'video.failed', cause: context.cause ?? noAnswer }) as const),
    tellWish: emit(({ context }) => ({ type: 'video.wished', video: context.wish }) as const)
  },
  delays: {
    /** A person there has to be asked; longer than `wishDeadline`, so that it is their answer that counts. */
    askDeadline: 45_000,
    wishDeadline: 30_000,
    videoDeadline: 60_000
  }
})

function openCamera({ attempts, source }: CallContext, withoutCamera: 'receive' | 'fail'): MediaCommand {
  return { type: 'open-camera', attempt: attempts.camera, source, withoutCamera }
}

export const noVideo: Failure = { code: 'negotiation.rejected', text: 'The peer does not want video' }
export const noReply: Failure = { code: 'negotiation.timeout', text: 'Nobody there said yes to video' }
export const noCamera: Failure = { code: 'media.failed', text: 'The camera did not open in time' }

/** Nothing is asked of the peer, and nothing needs to be. */
export const atRest = and([stateIn('#call.progress.established.negotiation.stable'), not('isOfferDue')])
/** The answer may change what is agreed at any moment. */
export const beingNegotiated = or([
  stateIn('#call.progress.established.negotiation.offering'),
  stateIn('#call.progress.established.negotiation.answering')
])
