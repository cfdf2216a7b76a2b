/** Work-arounds for defects of JsSIP 3.13.8 that concern a single call; see `jssip-defects.ts`. */
import type { Terms } from '../../machines/index.ts'
import { videoIn, withoutVideo } from '../webrtc/video.ts'
import type { Message, Request, Response, Session, UserAgent } from './jssip.ts'
import { holdIn, iceUfrag } from './wire.ts'

export interface RequestHandlers {
  onSuccessResponse?(response: Response): void
  onErrorResponse?(response: Response): void
  onTransportError?(): void
  onRequestTimeout?(): void
  onDialogError?(response?: Response): void
}

interface RequestOptions {
  readonly extraHeaders?: readonly string[]
  readonly body?: string
  readonly eventHandlers?: RequestHandlers & { onAuthenticated?(again: SentRequest): void }
}

interface SentRequest {
  readonly cseq: number
  readonly transaction?: { cancel(): void }
}

interface Internals {
  readonly _dialog?: {
    readonly _id: { readonly call_id: string; readonly local_tag: string; readonly remote_tag: string }
    readonly _remote_target: { toString(): string }
    readonly _remote_uri: { toString(): string }
    _outgoing_ack_seqnum: number
    uac_pending_reply: boolean
    terminate(): void
  }
  _receiveRefer(request: Request): void
  _receiveNotify(request: Request): void
  receiveRequest(request: Request): void
  _rtcAnswerConstraints: { readonly iceRestart: true } | null
  _setLocalMediaStatus(): void
  _handleSessionTimersInIncomingRequest(request: Message, answer: string[]): void
  _handleSessionTimersInIncomingResponse(response: Response): void
  sendRequest(method: string, options?: RequestOptions): SentRequest | undefined
}

function inside(session: Session): Internals {
  return session as unknown as Internals
}

/** Every in-dialog request that JsSIP sends of itself ends the call when it fails, be it one digit (JsSIP issue 738). */
export function requestThatMayFail(session: Session, method: string, options?: RequestOptions) {
  return inside(session).sendRequest(method, options)
}

/** Before anybody is asked JsSIP says 202 to a REFER, and what it was asked with is calls with a camera. */
export function referIsTakenUnasked(session: Session, onRefer: (request: Request) => void) {
  inside(session)._receiveRefer = onRefer
}

/** JsSIP throws at a NOTIFY that has no Event, and does not see one without a body that says that no more will come. */
export function notificationWithoutEventThrows(session: Session, onNotify: (request: Request) => void) {
  inside(session)._receiveNotify = onNotify
}

/** What a Replaces is made of; JsSIP's own has the two tags the wrong way round where we were called. */
export function replacesTagsAreSwapped(session: Session) {
  const { _dialog: dialog } = inside(session)
  if (dialog === undefined) throw new Error('There is no call whose place could be taken')
  const { call_id: callId, local_tag: localTag, remote_tag: remoteTag } = dialog._id
  return {
    callId,
    localTag,
    remoteTag,
    remoteTarget: dialog._remote_target.toString(),
    remoteUri: dialog._remote_uri.toString()
  }
}

/**
 * An INVITE that is to take the place of a call that is not answered yet JsSIP refuses with 403, where RFC 3891 §3 wants
 * 481, and one that was to replace nothing but such a call (`early-only`) it takes. And it throws when the call that was
 * replaced is over by then, which keeps the new one from ever being confirmed.
 */
export function replacesOfAnEarlyCallIsForbidden(session: Session) {
  const receiveRequest = inside(session).receiveRequest.bind(session)
  inside(session).receiveRequest = (request) => {
    const isReplacing = request.method === 'INVITE' && !request.to_tag && request.replaces !== undefined
    if (isReplacing && !session.isEstablished()) return request.reply(481)
    if (isReplacing && request.replaces?.early_only) return request.reply(486)
    receiveRequest(request)
  }
  const terminate = session.terminate.bind(session)
  session.terminate = (options) => {
    if (!session.isEnded()) terminate(options)
  }
}

export interface Invitation {
  /** Takes it back; should the peer not even answer that, it is over all the same. */
  cancel(): void
  /** From now on the peer may offer again, and an answer that comes after all is acknowledged and goes to `onLate`. */
  forget(onLate: () => void): void
  /** Acknowledges an answer that may have come and got lost. */
  acknowledge(): void
}

/**
 * A re-INVITE that is not answered lasts for ever once a proxy has said 100: JsSIP neither gives up nor can take it back,
 * and refuses every offer of the peer meanwhile. And of an answer that is repeated it acknowledges the newest offer.
 */
export function unansweredOfferLastsForEver(
  session: Session,
  { eventHandlers, ...options }: RequestOptions & { readonly eventHandlers: RequestHandlers }
): Invitation {
  let handlers = eventHandlers
  let request: SentRequest | undefined
  request = inside(session).sendRequest('INVITE', {
    ...options,
    eventHandlers: {
      onAuthenticated: (again) => {
        request = again
      },
      onSuccessResponse: (response) => {
        acknowledge(session, response)
        handlers.onSuccessResponse?.(response)
      },
      onErrorResponse: (response) => handlers.onErrorResponse?.(response),
      onTransportError: () => handlers.onTransportError?.(),
      onRequestTimeout: () => handlers.onRequestTimeout?.(),
      onDialogError: (response) => handlers.onDialogError?.(response)
    }
  })
  return {
    cancel: () => request?.transaction?.cancel(),
    acknowledge() {
      if (request !== undefined) acknowledge(session, request)
    },
    forget(onLate) {
      handlers = { onSuccessResponse: onLate }
      const dialog = inside(session)._dialog
      if (dialog !== undefined) dialog.uac_pending_reply = false
    }
  }
}

function acknowledge(session: Session, { cseq }: { readonly cseq: number }) {
  const { _dialog: dialog } = inside(session)
  if (dialog === undefined) return
  const newest = dialog._outgoing_ack_seqnum
  dialog._outgoing_ack_seqnum = cseq
  requestThatMayFail(session, 'ACK')
  dialog._outgoing_ack_seqnum = newest
}

/**
 * JsSIP knows nothing of what we have agreed to: while we hold it answers the peer's offers `sendrecv`, and it offers that
 * when the peer asks for an offer.
 */
export function termsLeakThroughDescriptions(session: Session, terms: () => Pick<Terms, 'hold' | 'video'>) {
  session.on('sdp', (event) => {
    if (event.originator !== 'local') return
    const { hold } = terms()
    if (hold) event.sdp = holdIn(event.sdp)
    // an answer says it by itself; an offer leaves what could be open
    if (event.type === 'offer') event.sdp = videoIn(event.sdp, terms())
    else if (terms().video === 'off') event.sdp = withoutVideo(event.sdp)
  })
}

/**
 * When the peer ends its hold JsSIP switches our tracks on, whatever we hold or have muted ourselves: it only knows of the
 * holds and mutes it made. What may be heard is for the owner of the stream to say.
 */
export function peerOpensOurMicrophone(session: Session) {
  inside(session)._setLocalMediaStatus = () => {}
}

/** JsSIP answers an ICE restart at once, before there are candidates to tell of. */
export function restartIsAnsweredWithoutCandidates(session: Session) {
  let ufrag: string | null = null
  session.on('sdp', ({ originator, type, sdp }) => {
    if (originator !== 'remote') return
    const now = iceUfrag(sdp)
    const isRestart = ufrag !== null && now !== ufrag
    if (type === 'offer') inside(session)._rtcAnswerConstraints = isRestart ? { iceRestart: true } : null
    ufrag = now
  })
  return (sdp: string) => {
    ufrag = iceUfrag(sdp)
  }
}

/** JsSIP hangs up the moment ICE fails; whether the call can still be saved is for the path chart to say. */
export function failedIceEndsTheCall(connection: RTCPeerConnection) {
  const prototype = Object.getPrototypeOf(connection) as RTCPeerConnection
  Object.defineProperty(connection, 'iceConnectionState', {
    configurable: true,
    get() {
      const state = Reflect.get(prototype, 'iceConnectionState', connection)
      return state === 'failed' ? 'disconnected' : state
    }
  })
}

/** A call that fails because of a broken answer is over, but its connection and its dialog are not. */
export function brokenAnswerLeavesTheCallOpen(ua: UserAgent, session: Session) {
  session.on('failed', () => {
    session.connection?.close()
    inside(session)._dialog?.terminate()
    ua.destroyRTCSession(session)
  })
}

/** An offer of the peer's that could not be answered is reported as answered, and what there is of it stays. */
export function refusedOfferCountsAsAnswered(session: Session, onFailure: (error: Error) => void) {
  const failed = (error: Error) => {
    const { connection } = session
    if (connection.signalingState === 'have-remote-offer') {
      connection.setRemoteDescription({ type: 'rollback', sdp: '' }).catch(() => {})
    }
    onFailure(error)
  }
  session.on('peerconnection:setremotedescriptionfailed', failed)
  session.on('peerconnection:createanswerfailed', failed)
  session.on('peerconnection:setlocaldescriptionfailed', failed)
}

export interface Refreshed {
  /** What our requests in the call say about its timer. */
  readonly headers: readonly string[]
  /** Gives what our answer to this request says about it. */
  asked(request: Message): readonly string[]
  answered(response: Response): void
}

/**
 * JsSIP's own session timer (RFC 4028) hangs up when a refresh falls into a lost connection, forgets one for good that falls
 * on an offer, and does not know of the re-INVITEs that are not its own. Here another one hears of every request that refreshes the call.
 */
export function lostRefreshEndsTheCall(session: Session, timer: Refreshed) {
  const internals = inside(session)
  internals._handleSessionTimersInIncomingRequest = (request, answer) => void answer.push(...timer.asked(request))
  internals._handleSessionTimersInIncomingResponse = (response) => timer.answered(response)
  const send = internals.sendRequest.bind(session)
  internals.sendRequest = (method, options = {}) => {
    if (method !== 'INVITE' && method !== 'UPDATE') return send(method, options)
    const { extraHeaders = [], eventHandlers = {} } = options
    return send(method, {
      ...options,
      extraHeaders: [...extraHeaders, ...timer.headers],
      eventHandlers: {
        ...eventHandlers,
        onSuccessResponse: (response) => {
          timer.answered(response)
          eventHandlers.onSuccessResponse?.(response)
        }
      }
    })
  }
}
