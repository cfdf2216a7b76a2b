/**
 * JsSIP as this adapter uses it. Its own typings leave out much that it documents (`sendOptions`, `normalizeTarget`,
 * `registrator().register`) and nearly all of its messages, so what is used is written down here, once.
 */
import JsSIP from 'jssip'

export interface Message {
  readonly body?: string
  readonly call_id: string
  readonly cseq: number
  readonly to_tag: string
  /** RFC 4028; seconds. */
  readonly session_expires?: number
  readonly session_expires_refresher?: 'uac' | 'uas'
  getHeader(name: string): string | undefined
  getHeaders(name: string): string[]
  parseHeader(name: string): { readonly uri?: { toString(): string } } | undefined
}

export interface Response extends Message {
  status_code: number
  readonly reason_phrase: string
}

interface Uri {
  readonly scheme: string
  getParam(name: string): string | null | undefined
  deleteParam(name: string): void
  getHeader(name: string): { toString(): string } | undefined
  clearHeaders(): void
  clone(): Uri
  toString(): string
}

export interface Request extends Message {
  readonly method: string
  /** Read already; undefined when missing or broken. */
  readonly refer_to?: { readonly uri: Uri }
  readonly event?: { readonly event: string; readonly params?: Readonly<Record<string, string>> }
  readonly replaces?: { readonly early_only?: boolean }
  reply(status: number, phrase?: string | null, extraHeaders?: readonly string[]): void
  readonly from: NameAddress
  readonly to: NameAddress
}

export interface NameAddress {
  readonly uri: { toString(): string }
  readonly display_name: string
}

export type Originator = 'local' | 'remote' | 'system'

export interface EndEvent {
  readonly originator: Originator
  /** A string when something inside failed: what it said. */
  readonly message: Request | Response | string | null
  /** One of JsSIP.C.causes. */
  readonly cause: string
}

/** An offer of the peer's in the call; JsSIP answers it when the handlers are done, unless one has rejected it. */
export interface OfferEvent {
  readonly request: Request
  /** Called when the answer has been sent. */
  callback?: () => void
  reject(options: { readonly status_code: number; readonly extraHeaders?: readonly string[] }): void
}

export interface DescriptionEvent {
  readonly originator: Originator
  readonly type: 'offer' | 'answer'
  /** What is written here is what is used. */
  sdp: string
}

interface SessionEvents {
  peerconnection: { readonly peerconnection: RTCPeerConnection }
  progress: { readonly originator: Originator; readonly response: Response | null }
  accepted: unknown
  confirmed: unknown
  failed: EndEvent
  ended: EndEvent
  reinvite: OfferEvent
  update: OfferEvent
  sdp: DescriptionEvent
  icecandidate: { readonly candidate: RTCIceCandidate; readonly ready: () => void }
  replaces: { readonly accept: () => void }
  'peerconnection:setremotedescriptionfailed': Error
  'peerconnection:createanswerfailed': Error
  'peerconnection:setlocaldescriptionfailed': Error
  newDTMF: { readonly originator: Originator; readonly dtmf: { readonly tone: string; readonly duration: number } }
}

export interface SessionOptions {
  readonly mediaStream?: MediaStream
  readonly mediaConstraints?: MediaStreamConstraints
  readonly pcConfig?: RTCConfiguration
  readonly rtcOfferConstraints?: { readonly offerToReceiveAudio?: boolean; readonly offerToReceiveVideo?: boolean }
  readonly extraHeaders?: readonly string[]
  readonly fromDisplayName?: string
  /** Seconds. */
  readonly sessionTimersExpires?: number
  readonly eventHandlers?: { readonly peerconnection: (event: SessionEvents['peerconnection']) => void }
}

export interface Session {
  readonly id: string
  readonly direction: 'outgoing' | 'incoming'
  readonly connection: RTCPeerConnection
  /** The Contact this side gave; a GRUU where the registrar granted one (RFC 5627). */
  readonly contact: string
  answer(options: SessionOptions): void
  terminate(options?: { readonly status_code?: number }): void
  isEnded(): boolean
  isEstablished(): boolean
  on<E extends keyof SessionEvents>(name: E, listener: (event: SessionEvents[E]) => void): void
}

interface UserAgentEvents {
  registrationFailed: { readonly response: Response | null; readonly cause: string }
  unregistered: unknown
  registrationExpiring: unknown
  newRTCSession: { readonly originator: Originator; readonly session: Session; readonly request: Request }
}

export interface UserAgent {
  readonly configuration: {
    readonly uri: { readonly host: string; toString(): string }
    readonly instance_id: string
    readonly via_host: string
  }
  readonly transport: {
    readonly via_transport: string
    send(message: string): boolean
    connect(): void
    disconnect(): void
  }
  start(): void
  terminateSessions(): void
  destroyRTCSession(session: Session): void
  call(target: string, options: SessionOptions): Session
  isRegistered(): boolean
  registrator(): { register(): void; unregister(options?: object): void; close(): void }
  normalizeTarget(target: string): { toString(): string } | undefined
  sendOptions(target: SipUri, body: undefined, options: { readonly eventHandlers: OptionsHandlers }): void
  on<E extends keyof UserAgentEvents>(name: E, listener: (event: UserAgentEvents[E]) => void): void
}

interface SipUri {
  toString(): string
}

interface OptionsHandlers {
  succeeded(): void
  failed(event: { readonly originator: Originator }): void
}

export type UserAgentOptions = Omit<ConstructorParameters<typeof JsSIP.UA>[0], 'sockets'> & {
  readonly sockets: readonly unknown[]
}

export function createUserAgent(options: UserAgentOptions): UserAgent {
  return new JsSIP.UA(options as never) as unknown as UserAgent
}

/** The server of an account: a URI without a user, which `normalizeTarget` would make one up for. */
export function serverOf({ configuration }: UserAgent): SipUri {
  return new JsSIP.URI('sip', '', configuration.uri.host)
}
