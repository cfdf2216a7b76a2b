import type { Secret } from '../kit/index.ts'
import type { GatheringPolicy } from '../webrtc/gathering.ts'
import type { CallLogs } from './call-logs.ts'
import type { CallKind } from './line.ts'
import type { OpenLink } from './link.ts'

export interface AzstackOptions {
  /** The id of the application at AZStack. */
  readonly appId: string
  /** The application's RSA public key: base64 of its SPKI, or PEM. */
  readonly publicKey: string
  /** Who the user is in the application. */
  readonly azStackUserId: string
  /**
   * What the application's own server knows the user by, or what is asked for it before every opening of a connection; it
   * leaves encrypted only.
   */
  readonly userCredentials?: Secret
  /** The name others see. */
  readonly fullname: string
  readonly namespace?: string
  /** Where the service is. Default: `https://www.azhub.xyz:9199`. */
  readonly url?: string
  /** How the service is spoken to: `engineIo3()`, as it speaks itself, or `socketIo4(io)`. */
  readonly link: OpenLink
  /** `freeCalls`, to call other users and be called by them. Left out: telephones only. */
  readonly freeCalls?: CallKind
  /** `callLogs`, to hear of bills. Left out: they are passed over. */
  readonly callLogs?: CallLogs
  /** Milliseconds between the application's own pings. Default 60 000. */
  readonly pingInterval?: number
  /** Added to what the service gives: its STUN and TURN servers come with every connection. */
  readonly rtcConfiguration?: RTCConfiguration
  /** Default: paid calls wait for all candidates, 2 s at the most. Free calls never wait. */
  readonly gathering?: Partial<GatheringPolicy>
  /** Where there is no global one: Node (`loadNodeWebRtc` of callchart/testing, or another). */
  readonly RTCPeerConnection?: typeof RTCPeerConnection
}

/** What the options come to. */
export type Settings = ReturnType<typeof resolve>

export const defaultUrl = 'https://www.azhub.xyz:9199'

/** Throws a TypeError for options no connection could ever be made with. */
export function resolve(options: AzstackOptions) {
  const { userCredentials = '', namespace = '', url = defaultUrl, pingInterval = 60_000 } = options
  const user = { ...options, userCredentials, namespace }
  for (const name of ['appId', 'publicKey', 'azStackUserId', 'fullname'] as const)
    if (!isText(user[name]) || user[name].trim() === '') throw new TypeError(`${name} has to be given`)
  if (!isText(userCredentials) && typeof userCredentials !== 'function')
    throw new TypeError('userCredentials has to be a string, or give one')
  if (!isText(namespace)) throw new TypeError('namespace has to be a string')
  if (!(pingInterval > 0)) throw new TypeError('pingInterval has to be a number of milliseconds')
  if (typeof options.link !== 'function') throw new TypeError('link has to be given: engineIo3() or socketIo4(io)')
  return {
    ...options,
    user,
    url: originOf(url),
    pingInterval: Math.min(pingInterval, 2 ** 31 - 1),
    // a paid call cannot be renegotiated: what the peer is not told now it never learns
    gathering: { until: 'all', deadline: 2_000, ...options.gathering } as GatheringPolicy
  }
}

/** Any text is one. */
export function isText(given: unknown): given is string {
  return typeof given === 'string'
}

function originOf(url: string): string {
  const [, protocol, host] = /^(https?|wss?):\/\/([^/?#@\s]+)/.exec(url) ?? []
  if (protocol === undefined) throw new TypeError(`The url is no address: give one such as ${defaultUrl}`)
  return `${protocol.replace('ws', 'http')}://${host}`
}

/** An application of theirs knows nothing of calls that are steered together. */
export const unsteered = { autoHold: false, meetCalls: false } as const
