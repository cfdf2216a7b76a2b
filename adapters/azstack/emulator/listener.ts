/** The way to clients: a socket.io server for both generations of clients, whose frames are read by hand, strictly. */
import type { IncomingMessage } from 'node:http'
import { Server } from 'socket.io'
import type { Socket } from 'socket.io'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import { openPort } from '../../../src/testing/port.ts'
import { EVENT } from '../wire.ts'
import type { Envelope } from '../wire.ts'
import { readFrame } from './frames.ts'

/** The connection of one client, master or slave. */
export interface Connection {
  /** Who the client has proved to be. */
  user: string | null
  /** It asked for a slave, and so is not one. */
  isMaster: boolean
  readonly open: boolean
  send(packet: Envelope): void
  /** Sends bytes as they are. */
  write(bytes: string): void
  /** Closes without a goodbye, */
  terminate(): void
  /** with one, */
  dismiss(): void
  /** or leaves everything where it is, in both directions. */
  freeze(): void
}

export interface Listener {
  readonly url: string
  readonly connections: ReadonlySet<Connection>
  /** Whether new connections are let in. */
  accepting: boolean
  stop(): Promise<void>
}

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  readonly pingInterval: number
  readonly pingTimeout: number
  /** `text` is the frame. */
  readonly onPacket: (connection: Connection, argument: unknown, text: string) => void
  readonly onSent: (connection: Connection, text: string) => void
  readonly onFault: (connection: Connection, text: string, fault: string) => void
  readonly onClose: (connection: Connection) => void
}

const MOST_CONNECTIONS = 500
const LARGEST_FRAME = 65_535

export async function listen(options: ListenerOptions): Promise<Listener> {
  const { pingInterval, pingTimeout } = options
  const connections = new Set<Connection>()
  const opened = new WeakMap<IncomingMessage, (socket: Socket) => void>()

  /** Shows us each WebSocket before socket.io has it. */
  class Tap extends WebSocketServer {
    override handleUpgrade(...[request, socket, head, done]: Parameters<WebSocketServer['handleUpgrade']>): void {
      super.handleUpgrade(request, socket, head, (webSocket, ...rest) => {
        const { connection, attach } = createConnection(webSocket, request, options)
        connections.add(connection)
        opened.set(request, attach)
        webSocket.on('close', () => {
          connections.delete(connection)
          options.onClose(connection)
        })
        done(webSocket, ...rest)
      })
    }
  }

  const port = await openPort(options)
  const server = new Server(port.http, {
    allowEIO3: true,
    transports: ['websocket'],
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: LARGEST_FRAME,
    pingInterval,
    pingTimeout,
    wsEngine: Tap,
    allowRequest: (_, decide) => decide(null, listener.accepting && connections.size < MOST_CONNECTIONS)
  })
  server.on('connection', (socket) => opened.get(socket.request)?.(socket))
  // What socket.io would let through at another path has nobody to answer it.
  port.http.on('upgrade', ({ url }, socket) => {
    if (!url?.startsWith('/socket.io/')) socket.destroy()
  })

  const listener: Listener = {
    url: `http://${port.address}`,
    connections,
    accepting: true,
    async stop() {
      listener.accepting = false
      connections.forEach((connection) => connection.terminate())
      await Promise.all([server.close(), port.close()])
    }
  }
  return listener
}

function createConnection(webSocket: WebSocket, { socket: wire }: IncomingMessage, options: ListenerOptions) {
  let socket: Socket | null = null

  const connection: Connection = {
    user: null,
    isMaster: false,
    get open() {
      return webSocket.readyState === webSocket.OPEN && socket?.connected !== false
    },
    send(packet) {
      if (!socket?.connected) return
      options.onSent(connection, `42${JSON.stringify([EVENT, packet])}`)
      socket.emit(EVENT, packet)
    },
    write(bytes) {
      if (!connection.open) return
      options.onSent(connection, bytes)
      webSocket.send(bytes)
    },
    terminate: () => webSocket.terminate(),
    dismiss: () => void socket?.disconnect(true),
    freeze() {
      wire.pause()
      wire.cork()
    }
  }

  webSocket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary) return options.onFault(connection, '', 'Binary Frame')
    const text = (data as Buffer).toString()
    const frame = readFrame(text)
    if (frame.kind === 'fault') options.onFault(connection, text, frame.fault)
    if (frame.kind !== 'packet') return
    if (socket?.connected) options.onPacket(connection, frame.argument, text)
    else options.onFault(connection, text, 'Not Connected')
  })
  webSocket.on('error', ({ message }) => options.onFault(connection, '', `Invalid Frame: ${message}`))

  return {
    connection,
    attach: (opened: Socket): void => {
      socket = opened
      // `41` leaves the WebSocket to the client, which may take its time.
      opened.on('disconnect', () => options.onClose(connection))
    }
  }
}
