import type { Failure, Terms } from '../../machines/index.ts'
import { videoIn } from '../webrtc/video.ts'
import type { VideoLine } from '../webrtc/video.ts'
import { gathered } from './gathering.ts'
import { glareStatus } from './jssip-defects.ts'
import { unansweredOfferLastsForEver } from './jssip-session-defects.ts'
import type { Invitation } from './jssip-session-defects.ts'
import type { Response, Session } from './jssip.ts'
import { holdIn, isHolding } from './wire.ts'

/** Milliseconds a restart may gather: what is not found by then will not be. */
const restartGathering = 2_000
/** Milliseconds an answer may take (RFC 3261 timer B); and how long the peer may take to let an offer be taken back. */
const patience = 30_000
const cancelPatience = 2_000

export type OfferOutcome =
  | { readonly type: 'accepted'; readonly answer: string; readonly peerHolds: boolean }
  | {
      readonly type: 'refused'
      readonly glare: boolean
      readonly cause: Failure
      /** Milliseconds after which the peer would have it again. */
      readonly retryAfter?: number
      /** The connection was lost: should there have been an answer, the peer waits for this. */
      readonly confirm?: () => void
    }
  /** The far end knows nothing of this call any more. */
  | { readonly type: 'gone'; readonly cause: Failure }

export interface ReofferOptions {
  readonly terms: Terms
  readonly video: VideoLine
  readonly isRestart: boolean
  /** Fires when the offer is no longer wanted. */
  readonly signal: AbortSignal
  /** The peer has taken an offer that was given up long ago: the two no longer agree. */
  readonly onLateAnswer: () => void
}

type Invited = { readonly ok: true; readonly body: string } | { readonly ok: false; readonly outcome: OfferOutcome }

/**
 * One re-INVITE of our own. JsSIP's `hold`, `unhold` and `renegotiate` hang up when they are refused; this one rolls back
 * and says so. Hold is written into the SDP alone and the transceivers stay as they are: Chromium loses audio for good when
 * an offer that narrowed a transceiver is rolled back.
 */
export async function reoffer(session: Session, options: ReofferOptions): Promise<OfferOutcome> {
  const { connection } = session
  const { terms, video, isRestart } = options
  try {
    video.prepareOffer(terms.video)
    await connection.setLocalDescription(await connection.createOffer({ iceRestart: isRestart }))
    if (isRestart) await gathered(connection, restartGathering)
  } catch (error) {
    await rollBack(connection)
    video.offerRefused()
    return failed(error)
  }
  const offer = connection.localDescription?.sdp ?? ''
  const response = await invite(session, videoIn(terms.hold ? holdIn(offer) : offer, terms), options)
  if (!response.ok) {
    await rollBack(connection)
    if (response.outcome.type !== 'refused' || !response.outcome.glare) video.offerRefused()
    return response.outcome
  }
  try {
    await connection.setRemoteDescription({ type: 'answer', sdp: response.body })
  } catch (error) {
    await rollBack(connection)
    video.offerRefused()
    return failed(error)
  }
  return { type: 'accepted', answer: response.body, peerHolds: isHolding(response.body) }
}

function invite(session: Session, body: string, options: ReofferOptions): Promise<Invited> {
  const { signal, onLateAnswer } = options
  return new Promise((resolve) => {
    if (signal.aborted || session.isEnded()) return resolve({ ok: false, outcome: unanswered })
    const timers: ReturnType<typeof setTimeout>[] = []
    let invitation: Invitation | null = null

    const settle = (outcome: Invited) => {
      timers.forEach(clearTimeout)
      signal.removeEventListener('abort', takeBack)
      resolve(outcome)
    }
    const refused = (outcome: OfferOutcome) => settle({ ok: false, outcome })
    const takeBack = () => {
      invitation?.cancel()
      timers.push(
        setTimeout(() => {
          invitation?.forget(onLateAnswer)
          refused(unanswered)
        }, cancelPatience)
      )
    }
    signal.addEventListener('abort', takeBack)
    timers.push(setTimeout(takeBack, patience))
    invitation = unansweredOfferLastsForEver(session, {
      extraHeaders: [`Contact: ${session.contact}`, 'Content-Type: application/sdp'],
      body,
      eventHandlers: {
        onSuccessResponse: (response) => settle({ ok: true, body: response.body ?? '' }),
        onErrorResponse: (response) => refused(refusal(response)),
        onTransportError: () => refused({ ...lost, confirm: () => invitation?.acknowledge() }),
        onRequestTimeout: () => refused(unanswered),
        onDialogError: (response) => refused(dialogError(response))
      }
    })
  })
}

function refusal(response: Response): OfferOutcome {
  const { status_code: code, reason_phrase: text } = response
  // RFC 3261 §14.2: 500 with a Retry-After comes from a peer that is busy with another offer, and that is glare, too
  if (code === glareStatus || (code === 500 && response.getHeader('retry-after') !== undefined)) {
    const provider = { code: code === glareStatus ? 491 : code, text }
    const cause: Failure = { code: 'negotiation.glare', text: 'Both sides offered at once', provider }
    const seconds = Number.parseInt(response.getHeader('retry-after') ?? '', 10)
    return { type: 'refused', glare: true, cause, ...(seconds > 0 ? { retryAfter: seconds * 1_000 } : {}) }
  }
  // what we have taken back
  if (code === 487) return unanswered
  const cause: Failure = { code: 'negotiation.rejected', text: 'The peer refused the offer', provider: { code, text } }
  return { type: 'refused', glare: false, cause }
}

const unanswered = {
  type: 'refused',
  glare: false,
  cause: { code: 'negotiation.timeout', text: 'The peer did not answer the offer' }
} as const
const lost = {
  type: 'refused',
  glare: false,
  cause: { code: 'connection.lost', text: 'The connection was lost with the offer under way' }
} as const

/** RFC 3261 §12.2.1.2: 481 says there is no such dialog; a 408 only that nobody answered. */
function dialogError(response: Response | undefined): OfferOutcome {
  if (response?.status_code !== 481) return unanswered
  const provider = { code: 481, text: response.reason_phrase }
  return {
    type: 'gone',
    cause: { code: 'negotiation.rejected', text: 'The far end does not know this call', provider }
  }
}

function failed(error: unknown): OfferOutcome {
  const text = error instanceof Error ? error.message : String(error)
  return { type: 'refused', glare: false, cause: { code: 'negotiation.failed', text } }
}

async function rollBack(connection: RTCPeerConnection) {
  if (connection.signalingState !== 'have-local-offer') return
  await connection.setLocalDescription({ type: 'rollback' }).catch(() => {})
}
