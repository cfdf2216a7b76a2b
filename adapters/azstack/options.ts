import { engineIo3 } from './engine-io-3.ts'
import type { OpenLink, WebSocketClass } from './link.ts'
import { defaultGathering } from './media.ts'
import type { GatheringPolicy, MediaOptions } from './media.ts'
import { socketIo4 } from './socket-io-4.ts'

export interface AzstackOptions {
  /** The id of the application at AZStack. */
  readonly appId: string
  /** The application's RSA public key: base64 of its SPKI, or PEM. */
  readonly publicKey: string
  /** Who the user is in the application. */
  readonly azStackUserId: string
  /** What the application's own server knows the user by; it leaves encrypted only. */
  readonly userCredentials?: string
  /** The name others see. */
  readonly fullname: string
  readonly namespace?: string
  /** Where the service is. Default: `https://www.azhub.xyz:9199`. */
  readonly url?: string
  /** `engine.io-3` is what the service speaks (default); `socket.io-4` needs the optional peer `socket.io-client`. */
  readonly protocol?: 'engine.io-3' | 'socket.io-4'
  /** Milliseconds between the application's own pings. Default 60 000. */
  readonly pingInterval?: number
  /** Added to what the service gives: its STUN and TURN servers come with every connection. */
  readonly rtcConfiguration?: RTCConfiguration
  /** Default: paid calls wait for all candidates, 2 s at the most. Free calls never wait. */
  readonly gathering?: Partial<GatheringPolicy>
  /** Where there is no global one: Node before 22 (`ws`). */
  readonly WebSocket?: WebSocketClass
  /** Where there is no global one: Node (`loadNodeWebRtc` of callchart/testing, or another). */
  readonly RTCPeerConnection?: typeof RTCPeerConnection
}

/** What the options come to. */
export interface Settings {
  readonly user: Required<
    Pick<AzstackOptions, 'appId' | 'publicKey' | 'azStackUserId' | 'userCredentials' | 'fullname' | 'namespace'>
  >
  readonly url: string
  readonly open: OpenLink
  readonly pingInterval: number
  readonly media: Omit<MediaOptions, 'RTCPeerConnection'>
  /** Null where there is none. */
  readonly RTCPeerConnection: typeof RTCPeerConnection | null
}

export const defaultUrl = 'https://www.azhub.xyz:9199'

/** Throws a TypeError for options no connection could ever be made with. */
export function resolve(options: AzstackOptions): Settings {
  for (const name of ['appId', 'publicKey', 'azStackUserId', 'fullname'] as const)
    if (typeof options[name] !== 'string' || options[name].trim() === '') throw new TypeError(`${name} has to be given`)
  for (const name of ['userCredentials', 'namespace'] as const)
    if (!['string', 'undefined'].includes(typeof options[name])) throw new TypeError(`${name} has to be a string`)
  const { appId, publicKey, azStackUserId, userCredentials = '', fullname, namespace = '' } = options
  const { url = defaultUrl, pingInterval = 60_000, rtcConfiguration, gathering } = options
  if (!(pingInterval > 0)) throw new TypeError('pingInterval has to be a number of milliseconds')
  const web = globalThis as { readonly RTCPeerConnection?: typeof RTCPeerConnection }
  return {
    user: { appId, publicKey, azStackUserId, userCredentials, fullname, namespace },
    url: originOf(url),
    open: openLink(options),
    pingInterval: Math.min(pingInterval, 2 ** 31 - 1),
    media: {
      configuration: { ...rtcConfiguration },
      gathering: { ...defaultGathering, ...gathering }
    },
    RTCPeerConnection: options.RTCPeerConnection ?? web.RTCPeerConnection ?? null
  }
}

function openLink({ protocol = 'engine.io-3', WebSocket }: AzstackOptions): OpenLink {
  if (protocol === 'socket.io-4') return socketIo4
  if (protocol !== 'engine.io-3') throw new TypeError('protocol is engine.io-3 or socket.io-4')
  const webSocket = WebSocket ?? (globalThis as { readonly WebSocket?: WebSocketClass }).WebSocket
  if (webSocket === undefined) throw new TypeError('There is no WebSocket here: give one in the options')
  return engineIo3(webSocket)
}

function originOf(url: string): string {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw new TypeError(`The url is not a URL: give one such as ${defaultUrl}`)
  }
  if (!/^(https?|wss?):$/.test(parsed.protocol)) throw new TypeError('The url has to begin with https: or http:')
  return `${parsed.protocol.replace('ws', 'http')}//${parsed.host}`
}

/** An application of theirs knows nothing of calls that are steered together. */
export const unsteered = { autoHold: false, meetCalls: false } as const
