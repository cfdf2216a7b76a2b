/** People with engines at an emulated AZStack, watched for what they leave open. */
import { firstValueFrom } from 'rxjs'
import { io } from 'socket.io-client'
import { onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { azstackTransport, callLogs, engineIo3, freeCalls, socketIo4 } from '../../../../adapters/azstack/index.ts'
import type { AzstackOptions, AzstackTransport } from '../../../../adapters/azstack/index.ts'
import { startAzstackEmulator } from '../../../../adapters/azstack/emulator.ts'
import type {
  AzstackEmulatedCall,
  AzstackEmulator,
  AzstackEmulatorOptions
} from '../../../../adapters/azstack/emulator.ts'
import type { Call, Engine, EngineEvent, MediaDevicesLike, Policy } from '../../../../src/index.ts'
import { createEngine } from '../../../../src/index.ts'
import { loadNodeWebRtc, meter } from '../../../../src/testing/webrtc.ts'
import { until } from '../../../support/until.ts'

// sockets and media are real, and the machine may be busy
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })

export const webRtc = await loadNodeWebRtc()

export async function startServer(options: AzstackEmulatorOptions = {}): Promise<AzstackEmulator> {
  const server = await startAzstackEmulator(options)
  onTestFinished(() => server.stop())
  return server
}

/** Sockets and peer connections that are open, of whoever uses these classes. */
export function watchOpen() {
  const sockets: WebSocket[] = []
  const connections = new Set<RTCPeerConnection>()
  let begun = 0
  class WatchedSocket extends WebSocket {
    constructor(url: string) {
      super(url)
      sockets.push(this)
    }
  }
  class WatchedConnection extends webRtc.RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      connections.add(this)
      begun += 1
    }

    // not by its state: werift, closed while it applies a description, says afterwards that it has one
    override close() {
      connections.delete(this)
      super.close()
    }
  }
  return {
    WebSocket: WatchedSocket,
    RTCPeerConnection: WatchedConnection,
    get sockets() {
      return sockets.filter(({ readyState }) => readyState !== WebSocket.CLOSED).length
    },
    get connections() {
      return connections.size
    },
    /** How many media connections there ever were. */
    get begun() {
      return begun
    },
    /** How often a connection was begun. */
    get openings() {
      return sockets.length
    }
  }
}

/** Both generations of the protocol, with what a phone needs to speak it. */
export const links: readonly [name: string, options: Partial<AzstackOptions>][] = [
  ['Engine.IO 3', {}],
  ['socket.io 4', { link: socketIo4(io) }]
]

export interface Phone {
  readonly engine: Engine
  readonly transport: AzstackTransport
  readonly open: ReturnType<typeof watchOpen>
  readonly told: EngineEvent['event'][]
  readonly microphones: MediaStreamTrack[]
}

export interface PhoneOptions {
  readonly user?: string
  readonly options?: Partial<AzstackOptions>
  readonly policy?: Policy
  readonly mediaDevices?: MediaDevicesLike
}

export function phone(
  server: AzstackEmulator,
  { user = 'alice', options, policy, mediaDevices }: PhoneOptions = {}
): Phone {
  const open = watchOpen()
  const { WebSocket, RTCPeerConnection } = open
  const transport = azstackTransport({
    ...server.credentials(user),
    link: engineIo3(WebSocket),
    freeCalls,
    callLogs,
    RTCPeerConnection,
    ...options
  })
  const microphones: MediaStreamTrack[] = []
  const devices = mediaDevices ?? webRtc.mediaDevices
  const engine = createEngine({
    transport,
    policy: { backoff: { initialDelay: 20, maxDelay: 200 }, ...policy },
    media: {
      mediaDevices: {
        async getUserMedia(constraints) {
          const stream = await devices.getUserMedia(constraints)
          microphones.push(...stream.getTracks())
          return stream
        }
      }
    }
  })
  const told: EngineEvent['event'][] = []
  engine.events$.subscribe(({ event }) => told.push(event))
  onTestFinished(async () => {
    engine.dispose()
    await until(() => open.sockets === 0 && open.connections === 0, { what: 'everything closes' })
    await until(() => microphones.every(({ readyState }) => readyState === 'ended'), { what: 'the microphone closes' })
  })
  return { engine, transport, open, told, microphones }
}

export async function onlinePhone(server: AzstackEmulator, options?: PhoneOptions): Promise<Phone> {
  const made = phone(server, options)
  await made.engine.connect()
  return made
}

export const number = '84901234567'

/** A telephone that waits to be steered is dialled. */
export async function dialled(server: AzstackEmulator, { engine }: Phone, target = number) {
  server.party(target)
  const next = firstValueFrom(server.calls$)
  const call = await engine.dial(target)
  return { call, there: await next }
}

/** The same, and both talk. */
export async function talking(server: AzstackEmulator, from: Phone) {
  const { call, there } = await dialled(server, from)
  await until(() => there.state === 'offered', { what: 'the offer' })
  await there.ring()
  await there.answer()
  await call.established()
  await connected(call)
  return { call, there }
}

/** A telephone calls, and it rings here. */
export async function called(server: AzstackEmulator, { engine }: Phone, user = 'alice') {
  const incoming = firstValueFrom(engine.incoming$)
  const there = await server.call(user, { from: '84911111111' })
  return { call: await incoming, there }
}

export const connected = (call: Call) => until(() => call.state.path === 'connected', { what: 'media' })

/** Each hears the other, from now on. */
export async function hearEachOther(call: Call, there: AzstackEmulatedCall) {
  const [track] = call.remoteStream$.value?.getAudioTracks() ?? []
  if (track === undefined) throw new Error('There is nothing to hear')
  const here = meter(track)
  const before = (await there.media()).loud
  await until(() => here.loud > 5, { what: 'we hear them' })
  await until(async () => (await there.media()).loud > before + 5, { what: 'they hear us' })
}

/** Packets of this service that clients have sent. */
export const sentTo = (server: AzstackEmulator, service: number) =>
  server.trace.filter(({ text, direction }) => direction === 'in' && text.includes(`"service":${service},`))
