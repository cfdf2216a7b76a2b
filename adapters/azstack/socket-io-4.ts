/** socket.io 4, for a server of today, with the application's own `socket.io-client`. */
import type { Link, LinkEnd, LinkListener, OpenLink } from './link.ts'
import { EVENT } from './wire.ts'

/** `io` of the package `socket.io-client`, as far as it is used. */
export type SocketIo = (origin: string, options: SocketIoOptions) => SocketIoSocket

export interface SocketIoOptions {
  readonly transports: string[]
  readonly reconnection: boolean
  readonly forceNew: boolean
}

export interface SocketIoSocket {
  on(event: string, listener: (argument: never) => void): unknown
  onAny(listener: (event: string) => void): unknown
  off(): unknown
  emit(event: string, argument: unknown): unknown
  disconnect(): unknown
}

/** Opens links with this `io`: `import { io } from 'socket.io-client'`. */
export function socketIo4(io: SocketIo): OpenLink {
  return (origin, listener) => new SocketIo4Link(io, origin, listener)
}

class SocketIo4Link implements Link {
  /** In this protocol the server asks, and the library answers and counts. */
  readonly ping = null
  readonly #socket: SocketIoSocket
  #listener: LinkListener | null

  constructor(io: SocketIo, origin: string, listener: LinkListener) {
    this.#listener = listener
    // the connection chart is who tries again
    const socket = io(origin, { transports: ['websocket'], reconnection: false, forceNew: true })
    this.#socket = socket
    socket.on('connect', () => this.#listener?.opened())
    socket.on(EVENT, (argument: unknown) => this.#listener?.received(argument))
    socket.onAny((name) => {
      if (name !== EVENT) this.#listener?.garbage('An event of another name')
    })
    socket.on('connect_error', ({ message }: Error) => this.#end('unreachable', message))
    socket.on('disconnect', (reason: string) => this.#end(reason === 'ping timeout' ? 'silent' : 'lost', reason))
  }

  send(argument: unknown) {
    this.#socket.emit(EVENT, argument)
  }

  close() {
    this.#listener = null
    this.#socket.off()
    this.#socket.disconnect()
  }

  #end(stage: LinkEnd['stage'], reason: string) {
    const listener = this.#listener
    this.close()
    listener?.closed({ stage, reason })
  }
}
