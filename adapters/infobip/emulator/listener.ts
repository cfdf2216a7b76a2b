/** The port, the handshake, and the connections: text frames on a WebSocket, at any path. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import { createOutbox } from '../../../src/testing/outbox.ts'
import { openPort, refuse } from '../../../src/testing/port.ts'

/** The connection of one client. */
export interface Connection {
  /** The subprotocols it offered: its token, and what it runs on. */
  readonly offered: readonly string[]
  /** Path and query of the handshake. */
  readonly path: string
  readonly open: boolean
  /** Milliseconds that what is sent is held back; the order stays. */
  delay: number
  send(text: string): void
  /** Sends bytes as they are, at once. */
  write(text: string): void
  close(code: number, reason: string): void
  terminate(): void
}

export interface Listener {
  readonly address: string
  readonly connections: ReadonlySet<Connection>
  /** Whether new connections are let in. */
  accepting: boolean
  stop(): Promise<void>
}

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  /** Milliseconds of silence after which a connection is dropped. */
  readonly silence: number
  readonly onOpen: (connection: Connection) => void
  readonly onText: (connection: Connection, text: string) => void
  readonly onSent: (connection: Connection, text: string) => void
  /** Something that is no text frame, or too much of it. */
  readonly onFault: (connection: Connection, fault: string) => void
  /** `code`: of the close frame, 1005 or 1006 when there was none. */
  readonly onClose: (connection: Connection, code: number) => void
}

const MOST_CONNECTIONS = 500
const LARGEST_FRAME = 262_144

export async function listen(options: ListenerOptions): Promise<Listener> {
  const connections = new Set<Connection>()
  const port = await openPort(options)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_FRAME,
    perMessageDeflate: false,
    // A browser gives up when none is selected; which of the two is all the same to it.
    handleProtocols: (offered) => [...offered][0] ?? false
  })

  port.http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined)
    if (!listener.accepting || connections.size >= MOST_CONNECTIONS) return refuse(socket, '503 Service Unavailable')
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? []
    if (offered.length === 0) return refuse(socket, '401 Unauthorized')
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = createConnection(webSocket, { offered, path: request.url ?? '/' }, options)
      connections.add(connection)
      webSocket.on('close', (code) => {
        connections.delete(connection)
        options.onClose(connection, code)
      })
      options.onOpen(connection)
    })
  })

  const listener: Listener = {
    address: port.address,
    connections,
    accepting: true,
    async stop() {
      listener.accepting = false
      connections.forEach((connection) => connection.terminate())
      await port.close()
    }
  }
  return listener
}

function createConnection(
  socket: WebSocket,
  handshake: Pick<Connection, 'offered' | 'path'>,
  options: ListenerOptions
): Connection {
  const outbox = createOutbox((text) => connection.write(text))
  const connection: Connection = {
    ...handshake,
    get delay() {
      return outbox.delay
    },
    set delay(milliseconds) {
      outbox.delay = milliseconds
    },
    get open() {
      return socket.readyState === socket.OPEN
    },
    send: (text) => outbox.send(text),
    write(text) {
      if (!connection.open) return
      options.onSent(connection, text)
      socket.send(text)
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate()
  }

  // A client whose heartbeat found no answer opens another connection and leaves this one open (§2.4).
  const silence = setTimeout(() => {
    options.onFault(connection, 'silent for too long')
    socket.terminate()
  }, options.silence)

  socket.on('message', (data: RawData, isBinary: boolean) => {
    silence.refresh()
    if (isBinary) options.onFault(connection, 'not text')
    else options.onText(connection, (data as Buffer).toString())
  })
  socket.on('error', (error) => options.onFault(connection, `invalid frame: ${error.message}`))
  socket.on('close', () => {
    clearTimeout(silence)
    outbox.clear()
  })
  return connection
}
