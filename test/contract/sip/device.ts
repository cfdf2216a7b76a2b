/** A SIP device that can be watched: every message, socket and media connection of it, on a line that can be cut. */
import { WebSocket } from 'ws'
import { sipTransport } from '../../../adapters/sip/index.ts'
import type { SipOptions } from '../../../adapters/sip/index.ts'
import type { NodeWebRtc } from '../../../src/testing/webrtc.ts'
import { startCutProxy } from '../../support/cut-proxy.ts'
import type { Account } from '../bench.ts'

export interface DeviceOptions {
  readonly user: string
  readonly uri: string
  readonly password: string
  readonly url: string
  readonly webRtc: NodeWebRtc
  readonly unreachable?: boolean
  readonly changes?: Partial<SipOptions>
}

export async function openDevice(options: DeviceOptions): Promise<Account> {
  const { user, uri, password, url, webRtc, unreachable = false } = options
  const relay = await startCutProxy(url)
  const sent: string[] = []
  const sockets: WebSocket[] = []
  const connections: RTCPeerConnection[] = []
  if (unreachable) relay.refuse()

  class WatchedSocket extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols)
      sockets.push(this)
    }

    override send(data: string) {
      sent.push(data)
      super.send(data)
    }
  }

  class WatchedConnection extends webRtc.RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      connections.push(this)
    }
  }
  const transport = sipTransport({
    url: relay.url,
    uri,
    password,
    WebSocket: WatchedSocket,
    RTCPeerConnection: WatchedConnection,
    ...options.changes
  })

  return {
    user,
    address: uri,
    transport,
    sent,
    get logins() {
      return sent.filter((text) => text.startsWith('REGISTER') && !/expires[:=] ?0\b/i.test(text)).length
    },
    get open() {
      return [
        ...sockets.filter(({ readyState }) => readyState !== WebSocket.CLOSED).map(() => 'a socket'),
        ...connections.filter(({ signalingState }) => signalingState !== 'closed').map(() => 'a media connection')
      ]
    },
    cut: () => relay.cut(),
    refuse: () => relay.refuse(),
    accept: () => relay.restore(),
    blackhole: () => relay.blackhole(),
    inject(bytes) {
      const current = sockets.at(-1)
      current?.emit('message', Buffer.from(bytes), false)
    },
    release: () => relay.stop()
  }
}
