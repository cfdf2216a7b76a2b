/** A service that is nothing but its answers to being connected to, and says at once what a test wants it to. */
import { azstackTransport, callLogs, engineIo3, freeCalls } from '../../../../adapters/azstack/index.ts'
import type { AzstackTransport, WebSocketLike } from '../../../../adapters/azstack/index.ts'
import { startAzstackEmulator } from '../../../../adapters/azstack/emulator.ts'

interface Envelope {
  readonly service: number
  readonly body: string
}

export interface Wire {
  readonly transport: AzstackTransport
  /** What was sent, decoded. */
  readonly sent: { service: number; body: Record<string, unknown> }[]
  readonly tell: (service: number, body: unknown) => void
}

const { publicKey } = await startAzstackEmulator().then(async (server) => {
  const credentials = server.credentials('alice')
  await server.stop()
  return credentials
})

export async function openWire(): Promise<Wire> {
  const sent: Wire['sent'] = []
  const sockets: Socket[] = []

  class Socket implements WebSocketLike {
    onopen: (() => void) | null = null
    onclose: WebSocketLike['onclose'] = null
    onerror: WebSocketLike['onerror'] = null
    onmessage: ((event: { data: string }) => void) | null = null

    constructor() {
      sockets.push(this)
      queueMicrotask(() => {
        this.onopen?.()
        this.onmessage?.({ data: '0{"pingInterval":100000,"pingTimeout":100000}' })
        this.onmessage?.({ data: '40' })
      })
    }

    send(frame: string) {
      if (!frame.startsWith('42')) return
      const [, { service, body }] = JSON.parse(frame.slice(2)) as [string, Envelope]
      sent.push({ service, body: JSON.parse(body) as Record<string, unknown> })
      const answer = answers[service]
      if (answer !== undefined) queueMicrotask(() => tell(...answer))
    }

    close() {}
  }
  const answers: Readonly<Record<number, [number, unknown]>> = {
    29: [29, { ip: '10.0.0.1', port: 9 }],
    179: [162, { userId: 7, username: 'alice', fullname: 'Alice', ice_server: [] }]
  }
  const tell = (service: number, body: unknown) =>
    sockets.at(-1)?.onmessage?.({ data: `42${JSON.stringify(['WebPacket', { service, body: JSON.stringify(body) }])}` })

  const transport = azstackTransport({
    appId: 'app',
    publicKey,
    azStackUserId: 'alice',
    fullname: 'Alice',
    url: 'http://service.test',
    link: engineIo3(Socket),
    freeCalls,
    callLogs,
    RTCPeerConnection: Connection as unknown as typeof RTCPeerConnection
  })
  const opened = new Promise<void>((resolve, reject) => {
    transport.events.subscribe((event) => {
      if (event.type === 'transport.opened') resolve()
      if (event.type === 'transport.closed') reject(new Error(event.cause.text))
    })
  })
  transport.send({ type: 'connect', attempt: 1 })
  await opened
  return { transport, sent, tell }
}

/** A peer connection that agrees to everything but what says it is broken. */
class Connection extends EventTarget {
  signalingState = 'stable'
  iceGatheringState = 'complete'
  connectionState = 'new'
  localDescription: { sdp: string } | null = null
  remoteDescription: { sdp: string } | null = null

  addTrack() {}
  addTransceiver() {}
  getTransceivers() {
    return []
  }
  createOffer() {
    return Promise.resolve({ type: 'offer', sdp: 'v=0' })
  }
  createAnswer() {
    return Promise.resolve({ type: 'answer', sdp: 'v=0' })
  }
  setLocalDescription(description: { sdp: string }) {
    this.localDescription = description
    return Promise.resolve()
  }
  setRemoteDescription(description: { sdp: string }) {
    if (description.sdp === 'broken') return Promise.reject(new Error('broken'))
    this.remoteDescription = description
    return Promise.resolve()
  }
  addIceCandidate() {
    return Promise.resolve()
  }
  close() {
    this.signalingState = 'closed'
  }
}
