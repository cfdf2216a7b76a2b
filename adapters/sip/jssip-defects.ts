/**
 * Work-arounds for defects of JsSIP 3.13.8, one function each, named after the defect. Each has a test that shows the raw
 * defect (test/adapters/sip/jssip-defects.test.ts), so that it can go when JsSIP mends it. Nothing else in this folder
 * touches what JsSIP does not document.
 */
import type { Response, Session, UserAgent } from './jssip.ts'
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
  readonly eventHandlers?: RequestHandlers
}

interface Transaction {
  readonly type: 'ict' | 'nict' | 'ist' | 'nist'
  readonly request: { readonly method: string }
  readonly eventHandlers: { onReceiveResponse(response: Response): void }
}

interface Internals {
  sendRequest(method: string, options?: RequestOptions): void
  _rtcAnswerConstraints: { readonly iceRestart: true } | null
  _setLocalMediaStatus(): void
}

/** JsSIP takes WebRTC from globals, and looks for `window` even in Node. */
export function webRtcOnlyAsGlobals(connection: typeof RTCPeerConnection | undefined) {
  const globals = globalThis as { window?: unknown; RTCPeerConnection?: unknown; RTCSessionDescription?: unknown }
  if (connection !== undefined) globals.RTCPeerConnection ??= connection
  globals.RTCSessionDescription ??= PlainDescription
  globals.window ??= { RTCPeerConnection: globals.RTCPeerConnection }
}

class PlainDescription {
  readonly type: string
  readonly sdp: string

  constructor({ type, sdp }: { type: string; sdp: string }) {
    this.type = type
    this.sdp = sdp
  }
}

/** Every in-dialog request that JsSIP sends of itself ends the call when it fails, be it one digit (JsSIP issue 738). */
export function requestThatMayFail(session: Session, method: string, options?: RequestOptions) {
  return (session as unknown as Internals).sendRequest(method, options)
}

/** Of a refreshed registration JsSIP says nothing: `registered` is emitted for the first one only. */
export function refreshIsSilent(ua: UserAgent, onSuccess: (response: Response) => void) {
  onTransaction(ua, (transaction) => {
    if (transaction.type !== 'nict' || transaction.request.method !== 'REGISTER') return
    intercept(transaction, (response, next) => {
      next(response)
      if (response.status_code >= 200 && response.status_code < 300) onSuccess(response)
    })
  })
}

/** After 491 JsSIP repeats the old offer, with the old CSeq, exactly a second later, and so do both sides. */
export const glareStatus = 499

export function glareIsRepeated(ua: UserAgent) {
  onTransaction(ua, (transaction) => {
    if (transaction.type !== 'ict') return
    intercept(transaction, (response, next) => {
      if (response.status_code === 491) response.status_code = glareStatus
      next(response)
    })
  })
}

/**
 * When two devices answer at once JsSIP sends the ACK and the BYE for the second answer into the first dialog, which hangs
 * up the good call. Here the second answer never reaches it, and its sender gets an ACK and a BYE of its own.
 */
export function secondAnswerEndsTheCall(ua: UserAgent) {
  onTransaction(ua, (transaction) => {
    if (transaction.type !== 'ict') return
    let winner: string | undefined
    const losers = new Set<string>()
    intercept(transaction, (response, next) => {
      const isAnswer = response.status_code >= 200 && response.status_code < 300
      if (isAnswer) winner ??= response.to_tag
      if (!isAnswer || response.to_tag === winner) return next(response)
      dismiss(ua, response, !losers.has(response.to_tag))
      losers.add(response.to_tag)
    })
  })
}

function dismiss(ua: UserAgent, response: Response, isNew: boolean) {
  const { transport, configuration } = ua
  const contact = response.parseHeader('contact')?.uri?.toString()
  if (contact === undefined) return
  const routes = response.getHeaders('record-route').toReversed()
  const send = (method: string, cseq: number) =>
    transport.send(
      [
        `${method} ${contact} SIP/2.0`,
        `Via: SIP/2.0/${transport.via_transport} ${configuration.via_host};branch=z9hG4bK${Math.random().toString(36).slice(2)}`,
        ...routes.map((route) => `Route: ${route}`),
        'Max-Forwards: 69',
        `From: ${response.getHeader('from')}`,
        `To: ${response.getHeader('to')}`,
        `Call-ID: ${response.call_id}`,
        `CSeq: ${cseq} ${method}`,
        'Content-Length: 0',
        '',
        ''
      ].join('\r\n')
    )
  send('ACK', response.cseq)
  if (isNew) send('BYE', response.cseq + 1)
}

/** While we hold, JsSIP answers the peer's offers `sendrecv`. */
export function holdLeaksThroughAnswers(session: Session, isHolding: () => boolean) {
  session.on('sdp', (event) => {
    if (event.originator === 'local' && event.type === 'answer' && isHolding()) event.sdp = holdIn(event.sdp)
  })
}

/**
 * When the peer ends its hold JsSIP switches our tracks on, whatever we hold or have muted ourselves: it only knows of the
 * holds and mutes it made. What may be heard is for the owner of the stream to say.
 */
export function peerOpensOurMicrophone(session: Session) {
  ;(session as unknown as Internals)._setLocalMediaStatus = () => {}
}

/** JsSIP answers an ICE restart at once, before there are candidates to tell of. */
export function restartIsAnsweredWithoutCandidates(session: Session) {
  let ufrag: string | null = null
  session.on('sdp', ({ originator, type, sdp }) => {
    if (originator !== 'remote') return
    const now = iceUfrag(sdp)
    const isRestart = ufrag !== null && now !== ufrag
    if (type === 'offer')
      (session as unknown as Internals)._rtcAnswerConstraints = isRestart ? { iceRestart: true } : null
    ufrag = now
  })
  return (sdp: string) => {
    ufrag = iceUfrag(sdp)
  }
}

/** JsSIP hangs up the moment ICE fails; whether the call can still be saved is for the path chart to say. */
export function failedIceEndsTheCall(connection: RTCPeerConnection) {
  const stop = (event: Event) => {
    if (connection.iceConnectionState === 'failed') event.stopImmediatePropagation?.()
  }
  connection.addEventListener('iceconnectionstatechange', stop, { capture: true })
}

function onTransaction(ua: UserAgent, handle: (transaction: Transaction) => void) {
  const emitter = ua as unknown as { on(name: string, listener: (event: { transaction: Transaction }) => void): void }
  emitter.on('newTransaction', ({ transaction }) => handle(transaction))
}

function intercept(transaction: Transaction, handle: (response: Response, next: (response: Response) => void) => void) {
  const next = transaction.eventHandlers.onReceiveResponse
  transaction.eventHandlers.onReceiveResponse = (response) => handle(response, next)
}
