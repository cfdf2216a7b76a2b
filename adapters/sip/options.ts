import type { Capabilities, DtmfMethod } from '../../machines/index.ts'
import type { GatheringPolicy } from './gathering.ts'
import { createUserAgent } from './jssip.ts'
import type { UserAgent } from './jssip.ts'
import type { RecordingMethod } from './recording.ts'
import { shortestSession } from './session-timer.ts'
import type { DrivenSocket, WebSocketClass } from './socket.ts'

export const capabilities: Capabilities = {
  registration: true,
  hold: true,
  renegotiate: true,
  video: true,
  dtmf: ['rtp', 'info'],
  recording: [],
  blindTransfer: true,
  attendedTransfer: true
}

export interface SipOptions {
  /** The server's WebSocket (RFC 7118): `wss://sip.example.com`. */
  readonly url: string
  /** Our address of record: `sip:alice@example.com`. */
  readonly uri: string
  readonly password?: string
  /** The name to authenticate with, when it is not the user of `uri`. */
  readonly authorizationUser?: string
  readonly displayName?: string
  /** Seconds the registrar is asked to keep us. Default 600. */
  readonly expires?: number
  /** The device's UUID (RFC 5626); keep it and an established call finds us again after a reload. Default: a random one. */
  readonly instanceId?: string
  readonly userAgent?: string
  /** STUN and TURN servers, and whatever else an RTCPeerConnection takes. */
  readonly rtcConfiguration?: RTCConfiguration
  /** Default: leave with the first usable candidates, 500 ms at the latest. */
  readonly gathering?: Partial<GatheringPolicy>
  /**
   * Milliseconds without a word from the server after which it is asked whether it is still there; that also keeps the
   * connection open in whatever stands between. Default 30 000.
   */
  readonly silence?: number
  /**
   * Seconds, at least 90, after which a call is over that neither side has said still stands (RFC 4028); `false` leaves
   * that to the peer. Default 1800.
   */
  readonly sessionExpires?: number | false
  /** How digits are sent. Default: in the audio where the peer takes it so, else by INFO. */
  readonly dtmf?: DtmfMethod
  /** How the server is asked to record a call; left out where it cannot. */
  readonly recording?: RecordingMethod
  /** Where there is no global one: Node before 22 (`ws`). */
  readonly WebSocket?: WebSocketClass
  /** Where there is no global one: Node (`loadNodeWebRtc` of callchart/testing, or another). */
  readonly RTCPeerConnection?: typeof RTCPeerConnection
}

export function userAgent(options: SipOptions, socket: DrivenSocket): UserAgent {
  try {
    return createUserAgent({
      sockets: [socket],
      uri: options.uri,
      register: false,
      register_expires: options.expires ?? 600,
      // it tells of them; what comes of it is `SessionTimer`'s
      session_timers: options.sessionExpires !== false,
      // the call chart has a deadline of its own
      no_answer_timeout: 3_600,
      ...(options.authorizationUser === undefined ? {} : { authorization_user: options.authorizationUser }),
      ...(options.displayName === undefined ? {} : { display_name: options.displayName }),
      ...(options.instanceId === undefined ? {} : { instance_id: options.instanceId }),
      ...(options.userAgent === undefined ? {} : { user_agent: options.userAgent })
    })
  } catch (error) {
    const parameter = (error as { parameter?: unknown }).parameter
    throw new TypeError(`Not a valid SIP account: ${typeof parameter === 'string' ? parameter : 'its options'}`, {
      cause: error
    })
  }
}

/** Seconds; null when no timer is wanted. */
export function sessionExpiresOf({ sessionExpires = 1_800 }: SipOptions): number | null {
  if (sessionExpires === false) return null
  if (Number.isInteger(sessionExpires) && sessionExpires >= shortestSession) return sessionExpires
  throw new TypeError(`sessionExpires is a whole number of seconds, at least ${shortestSession} (RFC 4028), or false`)
}

export function checkUrl(url: string) {
  let protocol: string
  try {
    protocol = new URL(url).protocol
  } catch {
    throw new TypeError('The url is not a URL: give one such as wss://sip.example.com')
  }
  if (!/^wss?:$/.test(protocol)) throw new TypeError('The url has to begin with ws: or wss:')
}
