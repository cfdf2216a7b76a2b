/** The contract's bench on the embedded AZStack: its far ends are the telephones of scripted parties. */
import { filter, firstValueFrom } from 'rxjs'
import { WebSocket } from 'ws'
import { azstackTransport, engineIo3, freeCalls } from '../../../adapters/azstack/index.ts'
import { startAzstackEmulator } from '../../../adapters/azstack/emulator.ts'
import type { AzstackEmulatedCall } from '../../../adapters/azstack/emulator.ts'
import { loadNodeWebRtc } from '../../../src/testing/webrtc.ts'
import { startCutProxy } from '../../support/cut-proxy.ts'
import type { Account, AccountOptions, Bench, BenchPlan, FarCall } from '../bench.ts'

const authenticates = /"service":179,/

export const azstackBench: BenchPlan = {
  cannot: {
    registration: 'who is connected is authenticated',
    'signalled-hold': 'AZStack has no hold',
    'signalled-mute': 'AZStack has no word for it',
    transfer: 'AZStack has no transfer',
    'offers-in-calls': 'AZStack has no offers in a call',
    'send-digits': 'AZStack has no digits',
    'receive-digits': 'AZStack has no digits',
    'early-media': 'AZStack has none',
    'script-offers': 'AZStack has no offers in a call',
    'forget-nobody': 'the far end is a part of the server, and goes with it',
    'know-everybody': 'a number nobody has is an invalid one',
    'know-who-is-there': 'who calls a user who is not there hears nothing'
  },
  start: startAzstackBench
}

async function startAzstackBench(): Promise<Bench> {
  let server = await startAzstackEmulator()
  const webRtc = await loadNodeWebRtc()
  let count = 0

  return {
    webRtc,
    nobody: '84000000000',
    async account({ user = `user-${++count}`, password, unreachable = false }: AccountOptions = {}): Promise<Account> {
      const known = server.credentials(user)
      const relay = await startCutProxy(known.url)
      const sent: string[] = []
      const sockets: WebSocket[] = []
      const connections: RTCPeerConnection[] = []
      if (unreachable) relay.refuse()

      class WatchedSocket extends WebSocket {
        constructor(url: string) {
          super(url)
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
      return {
        user,
        address: `user:${server.userId(user)}`,
        transport: azstackTransport({
          ...known,
          url: relay.url.replace('ws', 'http'),
          ...(password === undefined ? {} : { userCredentials: password }),
          link: engineIo3(WatchedSocket),
          freeCalls,
          RTCPeerConnection: WatchedConnection
        }),
        sent,
        get logins() {
          return sent.filter((text) => authenticates.test(text)).length
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
          sockets.at(-1)?.emit('message', Buffer.from(bytes), false)
        },
        release: () => relay.stop()
      }
    },
    far() {
      const address = `8490${String(++count).padStart(7, '0')}`
      server.party(address)
      return Promise.resolve({
        address,
        next: async () => asFarCall(await firstValueFrom(server.calls$.pipe(filter(({ party }) => party === address)))),
        call: async ({ user }: Account) => asFarCall(await server.call(user, { from: address })),
        release: () => Promise.resolve()
      })
    },
    async restart() {
      const port = Number(new URL(server.url).port)
      await server.stop()
      server = await startAzstackEmulator({ port })
    },
    stop: () => server.stop()
  }
}

function asFarCall(call: AzstackEmulatedCall): FarCall {
  return {
    get state() {
      return call.state
    },
    held: false,
    digits: '',
    muted: false,
    reaches: (state) => call.reaches(state),
    ring: (options) => call.ring(options),
    answer: () => call.answer(),
    reject: (reason) => call.reject(reason),
    hangup: () => call.hangup(),
    hold: () => call.hold(),
    resume: () => call.resume(),
    sendDigits: (digits) => call.sendDigits(digits),
    heard: async () => (await call.media()).loud,
    offers: () => {}
  }
}
