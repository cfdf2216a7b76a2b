/**
 * Work-arounds for defects of JsSIP 3.13.8 that concern an account, one function each, named after the defect; those of a
 * single call are in `jssip-session-defects.ts`. Each has a test that shows the raw defect
 * (test/adapters/sip/jssip-defects-*.test.ts), so that it can go when JsSIP mends it. Nothing else in this folder touches
 * what JsSIP does not document.
 */
import type { Response, Session, UserAgent } from './jssip.ts'

interface Transaction {
  readonly type: 'ict' | 'nict' | 'ist' | 'nist'
  readonly request: {
    readonly method: string
    readonly ruri: { toString(): string }
    cseq: number
    readonly from: object
    readonly to: { hasParam(name: string): boolean }
    setHeader(name: string, value: string): void
    getHeader(name: string): string | undefined
    getHeaders(name: string): readonly string[]
  }
  readonly eventHandlers: { onReceiveResponse: (response: Response) => void; onTransportError: () => void }
}

interface Globals {
  window?: { RTCPeerConnection?: unknown }
  RTCPeerConnection?: unknown
  RTCSessionDescription?: unknown
}

/**
 * JsSIP takes WebRTC from globals, and looks for `window` even in Node. What is returned runs JsSIP with the connection
 * class of this account: others in the same process may have another.
 */
export function webRtcOnlyAsGlobals(connection: typeof RTCPeerConnection | undefined) {
  const globals = globalThis as Globals
  globals.RTCSessionDescription ??= PlainDescription
  globals.window ??= { RTCPeerConnection: connection ?? globals.RTCPeerConnection }
  return <T>(act: () => T): T => {
    const before = globals.RTCPeerConnection
    if (connection !== undefined) globals.RTCPeerConnection = connection
    try {
      return act()
    } finally {
      if (before === undefined) delete globals.RTCPeerConnection
      else globals.RTCPeerConnection = before
    }
  }
}

class PlainDescription {
  readonly type: string
  readonly sdp: string

  constructor({ type, sdp }: { type: string; sdp: string }) {
    this.type = type
    this.sdp = sdp
  }
}

/** Of a refreshed registration JsSIP says nothing: `registered` is emitted for the first one only. */
export function refreshIsSilent(ua: UserAgent, onSuccess: (response: Response) => void) {
  onTransaction(ua, (transaction) => {
    if (transaction.type !== 'nict' || transaction.request.method !== 'REGISTER') return
    const isGoodbye = transaction.request.getHeader('expires') === '0'
    intercept(transaction, (response, next) => {
      next(response)
      if (!isGoodbye && isAnswer(response)) onSuccess(response)
    })
  })
}

/**
 * JsSIP writes whole requests into its debug log, and with them its configuration, password and all. And once it has
 * answered a challenge it forgets the password, and cannot answer that of another realm. Here it can read the password as
 * often as it likes, and nobody who looks at the configuration sees it.
 */
export function passwordIsLoggedAndForgotten(ua: UserAgent, password: string | undefined) {
  const hidden = (value: string | null) => ({ get: () => value, set() {}, enumerable: false })
  const inside = ua as unknown as { _configuration: object }
  inside._configuration = Object.create(inside._configuration, {
    password: hidden(password ?? null),
    ha1: hidden(null)
  }) as object
}

/** All of those below that concern calls. `later` runs what has to wait for another connection. */
export function callsHaveDefects(ua: UserAgent, later: (act: () => void) => void) {
  zeroIsTakenForNone(ua)
  glareIsRepeated(ua)
  secondAnswerEndsTheCall(ua)
  answerAfterCancelIsDropped(ua)
  refusalLeavesATimer(ua)
  lostInviteRingsOn(ua, later)
}

/**
 * One INVITE in ten thousand JsSIP numbers 0, and takes that for no number at all: its ACK, or CANCEL, has one of its own,
 * and what follows in the call has another, at which the peer takes it for old and refuses it.
 */
function zeroIsTakenForNone(ua: UserAgent) {
  onTransaction(ua, ({ type, request }) => {
    if (type !== 'ict' || request.cseq !== 0) return
    request.cseq = 1
    request.setHeader('cseq', '1 INVITE')
  })
}

/** After 491 JsSIP repeats the old offer, with the old CSeq, exactly a second later, and so do both sides. */
export const glareStatus = 499

function glareIsRepeated(ua: UserAgent) {
  onTransaction(ua, (transaction) => {
    if (transaction.type !== 'ict' || !transaction.request.to.hasParam('tag')) return
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
function secondAnswerEndsTheCall(ua: UserAgent) {
  onTransaction(ua, (transaction) => {
    if (transaction.type !== 'ict') return
    let winner: string | undefined
    const losers = new Set<string>()
    intercept(transaction, (response, next) => {
      if (isAnswer(response)) winner ??= response.to_tag
      if (!isAnswer(response) || response.to_tag === winner) return next(response)
      dismiss(ua, response, !losers.has(response.to_tag))
      losers.add(response.to_tag)
    })
  })
}

/** An answer that crosses our CANCEL is dropped by JsSIP, unacknowledged: the callee talks to nobody for half a minute. */
function answerAfterCancelIsDropped(ua: UserAgent) {
  // the From of an INVITE is the same object when the INVITE is sent once more with a password
  const sessions = new WeakMap<object, Session>()
  ua.on('newRTCSession', ({ originator, session, request }) => {
    if (originator === 'local') sessions.set(request.from, session)
  })
  onTransaction(ua, (transaction) => {
    const session = sessions.get(transaction.request.from)
    if (session === undefined || transaction.type !== 'ict') return
    let isTaken = false
    let isDismissed = false
    intercept(transaction, (response, next) => {
      if (!isAnswer(response)) return next(response)
      isTaken ||= !session.isEnded()
      if (isTaken) return next(response)
      dismiss(ua, response, !isDismissed)
      isDismissed = true
    })
  })
}

/**
 * Of a call that is placed when the connection is lost JsSIP knows nothing more, and the callee rings on. `later` runs what
 * takes it back: on another connection it is still the same transaction (RFC 3261 §9.1, §17.2.3).
 */
function lostInviteRingsOn(ua: UserAgent, later: (act: () => void) => void) {
  onTransaction(ua, (transaction) => {
    const { type, request, eventHandlers } = transaction
    if (type !== 'ict' || request.to.hasParam('tag')) return
    let isOver = false
    intercept(transaction, (response, next) => {
      isOver ||= response.status_code >= 200
      next(response)
    })
    const lost = eventHandlers.onTransportError
    eventHandlers.onTransportError = () => {
      if (!isOver) later(() => ua.transport.send(cancelling(request)))
      lost()
    }
  })
}

function cancelling(request: Transaction['request']): string {
  const header = (name: string) => request.getHeader(name) ?? ''
  return [
    `CANCEL ${request.ruri.toString()} SIP/2.0`,
    `Via: ${header('via')}`,
    ...request.getHeaders('route').map((route) => `Route: ${route}`),
    'Max-Forwards: 69',
    `From: ${header('from')}`,
    `To: ${header('to')}`,
    `Call-ID: ${header('call-id')}`,
    `CSeq: ${request.cseq} CANCEL`,
    'Content-Length: 0',
    '',
    ''
  ].join('\r\n')
}

function dismiss(ua: UserAgent, response: Response, isNew: boolean) {
  sendInto(ua, response, 'ACK', response.cseq)
  if (isNew) sendInto(ua, response, 'BYE', response.cseq + 1)
}

/** A request in the dialog that an answer has opened, of which JsSIP is to know nothing. */
function sendInto({ transport, configuration }: UserAgent, response: Response, method: string, cseq: number) {
  const contact = response.parseHeader('contact')?.uri?.toString()
  if (contact === undefined) return
  const branch = `z9hG4bK${Math.random().toString(36).slice(2)}`
  const routes = response.getHeaders('record-route').reverse()
  transport.send(
    [
      `${method} ${contact} SIP/2.0`,
      `Via: SIP/2.0/${transport.via_transport} ${configuration.via_host};branch=${branch}`,
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
}

/** A call that was refused, and whose refusal was acknowledged, leaves a timer that runs for half a minute. */
function refusalLeavesATimer(ua: UserAgent) {
  onDestroyed(ua, ({ H: timer }) => clearTimeout(timer))
}

/** JsSIP closes its socket two seconds after `stop()`, however soon everything was said. This acts as soon as it was. */
export function stopAlwaysTakesItsTime(ua: UserAgent, onQuiet: () => void) {
  const { _transactions: transactions } = ua as unknown as {
    readonly _transactions: Readonly<Record<'nict' | 'ict', Readonly<Record<string, { readonly state: number }>>>>
  }
  const [proceeding, calling] = [2, 3]
  const isQuiet = () =>
    Object.keys(transactions.nict).length === 0 &&
    Object.values(transactions.ict).every(({ state }) => state !== calling && state !== proceeding)
  const check = () => {
    if (isQuiet()) onQuiet()
  }
  onDestroyed(ua, check)
  check()
}

function isAnswer({ status_code: status }: Response): boolean {
  return status >= 200 && status < 300
}

function onTransaction(ua: UserAgent, handle: (transaction: Transaction) => void) {
  const emitter = ua as unknown as { on(name: string, listener: (event: { transaction: Transaction }) => void): void }
  emitter.on('newTransaction', ({ transaction }) => handle(transaction))
}

function onDestroyed(ua: UserAgent, handle: (transaction: { readonly H?: ReturnType<typeof setTimeout> }) => void) {
  const emitter = ua as unknown as { on(name: string, listener: (event: { transaction: object }) => void): void }
  emitter.on('transactionDestroyed', ({ transaction }) => handle(transaction))
}

function intercept(transaction: Transaction, handle: (response: Response, next: (response: Response) => void) => void) {
  const next = transaction.eventHandlers.onReceiveResponse
  transaction.eventHandlers.onReceiveResponse = (response) => handle(response, next)
}
