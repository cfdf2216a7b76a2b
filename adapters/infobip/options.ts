import type { BackoffPolicy, DtmfMethod } from '../../machines/index.ts'
import { isWebSocketUrl } from '../kit/index.ts'
import type { HeartbeatPolicy, Secret, WebSocketClass } from '../kit/index.ts'
import type { Dialect } from './dialect.ts'
import type { VideoCalls } from './gateway.ts'
import { gatewayUrl, isSendable, readToken } from './wire.ts'
import type { DeviceInfo } from './wire.ts'

export interface InfobipOptions {
  /**
   * What the application's own server got for this user from `POST /webrtc/1/token`, or what asks it for a fresh one before
   * every opening of a connection. Shown in no log, error or view.
   */
  readonly token: Secret
  /** The gateway, as a host or in full. Default: where the token's location says. */
  readonly url?: string
  /**
   * Which of Infobip's own clients the gateway takes us for. With `dialect261` an established call outlives the loss of
   * its connection; without it we are taken for 0.4.1, and it does not, but its media can be renegotiated.
   */
  readonly dialect?: Dialect
  /** `videoCalls`, for calls with video in dialect 0.4.1. Left out: audio only. */
  readonly video?: VideoCalls
  /** Default: ask every 5 s, and be answered within 4 s (15 s in dialect 2.6.1). */
  readonly heartbeat?: Partial<HeartbeatPolicy>
  /** How digits are sent. Default: in the audio where the peer takes it so, else by message. */
  readonly dtmf?: DtmfMethod
  /** Whatever an RTCPeerConnection takes. The gateway's own STUN and TURN servers are used unless `iceServers` says others. */
  readonly rtcConfiguration?: RTCConfiguration
  /** Where there is no global one: Node before 22 (`ws`). */
  readonly WebSocket?: WebSocketClass
  /** Where there is no global one: Node (`loadNodeWebRtc` of callchart/testing, or another). */
  readonly RTCPeerConnection?: typeof RTCPeerConnection
}

/** How Infobip wants a lost connection to be tried again; give it to the engine as `policy.backoff`. */
export const infobipBackoff: BackoffPolicy = {
  initialDelay: 50,
  factor: 2,
  maxDelay: 1_000,
  maxAttempts: 50,
  maxElapsed: Infinity,
  jitter: 'none'
}

/**
 * What suits this provider: its backoff, and no deadline of ours for ringing, because its gateway has one. Fits
 * `createEngine({ policy })`.
 */
export const infobipPolicy = {
  backoff: infobipBackoff,
  deadlines: { ringDeadline: 180_000, incomingDeadline: 180_000 }
} as const

/** Throws a TypeError for options no connection could ever be made with; it never shows the token. */
export function checkOptions({ token, url }: InfobipOptions) {
  if (typeof token !== 'function' && !isSendable(token)) throw new TypeError('The token is not one: get a fresh one')
  if (isWebSocketUrl(gatewayUrl(null, url))) return
  throw new TypeError('The url is neither a host nor a WebSocket: give one such as portunus.infobip.com')
}

/** Where the user of this token is at home. */
export function gatewayOf(token: string, { hostOf }: Dialect, url: string | undefined): string {
  const location = readToken(token)?.location ?? null
  return gatewayUrl(location, url ?? hostOf(location))
}

/** What the gateway is told of us: which of its dialects we speak, and what we run on. */
export function deviceInfo({ version: spoken }: Dialect): DeviceInfo {
  const sdk = { type: 'js', version: spoken }
  const agent = globalThis.navigator?.userAgent ?? ''
  const [, name, version] = /(Edg|Firefox|Chrome|Version|Node\.js)\/([\d.]+)/.exec(agent) ?? []
  return { sdk, ...(name && version && { device: { browser: { name, version } } }) }
}
