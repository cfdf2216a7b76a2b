import type { Failure, Terms } from '../../machines/index.ts'
import { gathered } from './gathering.ts'
import { requestThatMayFail, glareStatus } from './jssip-defects.ts'
import type { Response, Session } from './jssip.ts'
import { holdIn, isHolding } from './wire.ts'

/** Milliseconds a restart may gather: what is not found by then will not be. */
const restartGathering = 2_000

export type OfferOutcome =
  | { readonly type: 'accepted'; readonly answer: string; readonly peerHolds: boolean }
  | { readonly type: 'refused'; readonly glare: boolean; readonly cause: Failure }
  /** The far end knows nothing of this call any more. */
  | { readonly type: 'gone'; readonly cause: Failure }

type Invited = { readonly ok: true; readonly body: string } | { readonly ok: false; readonly outcome: OfferOutcome }

/**
 * One re-INVITE of our own. JsSIP's `hold`, `unhold` and `renegotiate` hang up when they are refused; this one rolls back
 * and says so. Hold is written into the SDP alone and the transceivers stay as they are: Chromium loses audio for good when
 * an offer that narrowed a transceiver is rolled back.
 */
export async function reoffer(session: Session, terms: Terms, isRestart: boolean): Promise<OfferOutcome> {
  const { connection } = session
  try {
    await connection.setLocalDescription(await connection.createOffer({ iceRestart: isRestart }))
    if (isRestart) await gathered(connection, restartGathering)
  } catch (error) {
    await rollBack(connection)
    return failed(error)
  }
  const offer = connection.localDescription?.sdp ?? ''
  const response = await invite(session, terms.hold ? holdIn(offer) : offer)
  if (!response.ok) {
    await rollBack(connection)
    return response.outcome
  }
  try {
    await connection.setRemoteDescription({ type: 'answer', sdp: response.body })
  } catch (error) {
    await rollBack(connection)
    return failed(error)
  }
  return { type: 'accepted', answer: response.body, peerHolds: isHolding(response.body) }
}

function invite(session: Session, body: string): Promise<Invited> {
  return new Promise((resolve) => {
    const refused = (outcome: OfferOutcome) => resolve({ ok: false, outcome })
    requestThatMayFail(session, 'INVITE', {
      extraHeaders: [`Contact: ${session.contact}`, 'Content-Type: application/sdp'],
      body,
      eventHandlers: {
        onSuccessResponse: (response) => {
          requestThatMayFail(session, 'ACK')
          resolve({ ok: true, body: response.body ?? '' })
        },
        onErrorResponse: (response) => refused(refusal(response)),
        onTransportError: () => refused(unheard('connection.lost', 'The connection was lost with the offer under way')),
        onRequestTimeout: () => refused(unheard('negotiation.timeout', 'The peer did not answer the offer')),
        onDialogError: (response) => refused(dialogError(response))
      }
    })
  })
}

function refusal({ status_code: code, reason_phrase: text }: Response): OfferOutcome {
  if (code === glareStatus) {
    const cause: Failure = {
      code: 'negotiation.glare',
      text: 'Both sides offered at once',
      provider: { code: 491, text }
    }
    return { type: 'refused', glare: true, cause }
  }
  const cause: Failure = { code: 'negotiation.rejected', text: 'The peer refused the offer', provider: { code, text } }
  return { type: 'refused', glare: false, cause }
}

function unheard(code: 'connection.lost' | 'negotiation.timeout', text: string): OfferOutcome {
  return { type: 'refused', glare: false, cause: { code, text } }
}

/** RFC 3261 §12.2.1.2: 481 says there is no such dialog; a 408 only that nobody answered. */
function dialogError(response: Response | undefined): OfferOutcome {
  if (response?.status_code !== 481) return unheard('negotiation.timeout', 'The peer did not answer the offer')
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
