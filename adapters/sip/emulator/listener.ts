/** SIP over WebSocket (RFC 7118): the port, the handshake, and one flow per connection. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import { createOutbox } from '../../../src/testing/outbox.ts'
import { openPort, refuse } from '../../../src/testing/port.ts'
import type { Flow } from './transactions.ts'

/** The connection of one client. */
export interface Connection extends Flow {
  /** Who the client has proved to be. */
  user: string | null
  /** Contacts it goes by, as `user@host`. */
  readonly contacts: Set<string>
  /** Milliseconds that what is sent is held back; the order stays. */
  delay: number
  /** The next message goes out cut in half. */
  halve: boolean
  /** Sends bytes as they are. */
  write(text: string): void
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
  readonly onText: (connection: Connection, text: string) => void
  readonly onSent: (connection: Connection, text: string) => void
  /** Something that is no text at all, or too much of it. */
  readonly onFault: (connection: Connection, fault: string) => void
  readonly onOpen: (connection: Connection) => void
  readonly onClose: (connection: Connection) => void
}

const SUBPROTOCOL = 'sip'
const MOST_CONNECTIONS = 500
const LARGEST_FRAME = 65_535

export async function listen(options: ListenerOptions): Promise<Listener> {
  const connections = new Set<Connection>()
  const port = await openPort(options)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_FRAME,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL
  })
  let count = 0

  port.http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined)
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? []
    if (!listener.accepting || connections.size >= MOST_CONNECTIONS) return refuse(socket, '503 Service Unavailable')
    if (!offered.includes(SUBPROTOCOL)) return refuse(socket, '400 Bad Request')
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      count += 1
      const connection = createConnection(`connection ${count}`, webSocket, options)
      connections.add(connection)
      webSocket.on('close', () => {
        connections.delete(connection)
        options.onClose(connection)
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

function createConnection(id: string, socket: WebSocket, options: ListenerOptions): Connection {
  const outbox = createOutbox((text) => connection.write(text))
  const connection: Connection = {
    id,
    user: null,
    contacts: new Set(),
    get delay() {
      return outbox.delay
    },
    set delay(milliseconds) {
      outbox.delay = milliseconds
    },
    halve: false,
    get open() {
      return socket.readyState === socket.OPEN
    },
    send: (text) => outbox.send(text),
    write(text) {
      if (!connection.open) return
      const sent = connection.halve ? text.slice(0, text.length / 2) : text
      connection.halve = false
      options.onSent(connection, sent)
      socket.send(sent)
    },
    terminate: () => socket.terminate()
  }

  socket.on('message', (data: RawData) => {
    const text = decode(data as Buffer)
    if (text === null) options.onFault(connection, 'Not UTF-8')
    else if (text === '\r\n\r\n') socket.send('\r\n') // RFC 5626 §4.4.1: a ping is answered with a pong
    else if (text !== '\r\n') options.onText(connection, text)
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const isTooLarge = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
    options.onFault(connection, isTooLarge ? 'Frame Too Large' : `Invalid WebSocket Frame: ${error.message}`)
  })
  socket.on('close', () => outbox.clear())
  return connection
}

function decode(data: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data)
  } catch {
    return null
  }
}
