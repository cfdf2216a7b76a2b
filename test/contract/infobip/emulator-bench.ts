/** The contract's bench on Infobip's emulator: its far ends are the emulator's own scripted parties. */
import { filter, firstValueFrom } from 'rxjs'
import { WebSocket } from 'ws'
import { startInfobipEmulator } from '../../../adapters/infobip/emulator.ts'
import type {
  InfobipEmulatedCall,
  InfobipEmulator,
  InfobipEmulatorOptions,
  TokenOptions
} from '../../../adapters/infobip/emulator.ts'
import { infobipTransport } from '../../../adapters/infobip/index.ts'
import type { InfobipOptions, InfobipTransport } from '../../../adapters/infobip/index.ts'
import { loadNodeWebRtc } from '../../../src/testing/webrtc.ts'
import type { NodeWebRtc } from '../../../src/testing/webrtc.ts'
import type { Account, AccountOptions, Bench, BenchPlan, FarCall } from '../bench.ts'
import { startCutProxy } from '../../support/cut-proxy.ts'

export interface InfobipBench extends Bench {
  readonly server: InfobipEmulator
  account(options?: InfobipAccountOptions): Promise<InfobipAccount>
}

export interface InfobipAccountOptions extends AccountOptions {
  readonly token?: TokenOptions
  readonly changes?: Partial<InfobipOptions>
}

export interface InfobipAccount extends Account {
  readonly transport: InfobipTransport
  /** The addresses it went to, and the subprotocols it offered there. */
  readonly handshakes: readonly (readonly [url: string, protocols: readonly string[]])[]
}

/** The contract's bench, and what cannot be asked of this provider. */
export function infobipBench(changes: Partial<InfobipOptions> = {}): BenchPlan {
  const outlives = changes.dialect !== undefined
  return {
    cannot: outlives
      ? cannot
      : { ...cannot, 'outlive-connections': 'the gateway ends a call whose connection is lost' },
    // the tokens of a server that was restarted are as good as before
    start: () => startInfobipBench({ secret: 'kept' }, changes)
  }
}

const cannot: BenchPlan['cannot'] = {
  registration: 'the token goes with the connection',
  'forget-nobody': 'the far end is a part of the server, and goes with it',
  'several-calls': 'the provider lets a client have one call at a time',
  'several-devices': 'how the provider treats them is not known',
  'signalled-hold': 'the protocol has no hold',
  transfer: 'the protocol has no transfer',
  'receive-digits': 'the protocol has no message that brings digits'
}

export async function startInfobipBench(
  options: InfobipEmulatorOptions = {},
  changes: Partial<InfobipOptions> = {}
): Promise<InfobipBench> {
  let server = await startInfobipEmulator(options)
  const webRtc = await loadNodeWebRtc()
  let count = 0

  return {
    webRtc,
    nobody: 'nobody-1',
    get server() {
      return server
    },
    account: ({ user = `user-${++count}`, ...more } = {}) =>
      openDevice(server, webRtc, { ...more, user, changes: { ...changes, ...more.changes } }),
    far() {
      const party = `party-${++count}`
      server.party(party)
      return Promise.resolve({
        address: party,
        next: async () => asFarCall(await firstValueFrom(server.calls$.pipe(filter((call) => call.party === party)))),
        call: async ({ user }: Account) => asFarCall(await server.call(user, { from: party })),
        release: () => Promise.resolve()
      })
    },
    async restart() {
      const port = Number(new URL(server.url).port)
      await server.stop()
      server = await startInfobipEmulator({ ...options, port })
    },
    stop: () => server.stop()
  }
}

async function openDevice(
  server: InfobipEmulator,
  webRtc: NodeWebRtc,
  { user, password, unreachable = false, token: claims, changes }: InfobipAccountOptions & { readonly user: string }
): Promise<InfobipAccount> {
  const credentials = server.credentials(user, claims)
  const relay = await startCutProxy(server.url)
  const sent: string[] = []
  const handshakes: [string, string[]][] = []
  const sockets: WebSocket[] = []
  const connections: RTCPeerConnection[] = []
  if (unreachable) relay.refuse()

  class WatchedSocket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols)
      handshakes.push([address, protocols])
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
  const transport = infobipTransport({
    url: relay.url,
    token: password ?? credentials.token,
    WebSocket: WatchedSocket,
    RTCPeerConnection: WatchedConnection,
    ...changes
  })

  return {
    user,
    address: user,
    transport,
    sent,
    handshakes,
    get logins() {
      return sockets.length
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
    inject: (bytes) => void sockets.at(-1)?.emit('message', Buffer.from(bytes), false),
    release: () => relay.stop()
  }
}

function asFarCall(call: InfobipEmulatedCall): FarCall {
  return {
    get state() {
      return call.state
    },
    get held() {
      return call.held
    },
    get digits() {
      return call.digits
    },
    get muted() {
      return call.muted
    },
    reaches: (state) => call.reaches(state),
    ring: (options) => call.ring(options),
    answer: () => call.answer(),
    reject: (reason) => call.reject(reason),
    hangup: () => call.hangup(),
    hold: () => call.hold(),
    resume: () => call.resume(),
    sendDigits: (digits) => call.sendDigits(digits),
    heard: async () => (await call.media()).loud,
    offers(policy) {
      if (policy === 'accept') call.acceptOffers()
      else call.silentOffers()
    }
  }
}
