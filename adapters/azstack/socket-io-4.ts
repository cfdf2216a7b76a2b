/** socket.io 4, for a server of today, with `socket.io-client`: an optional peer that is loaded only when it is asked for. */
import type { Socket } from 'socket.io-client'
import type { Link, LinkEnd, LinkListener, OpenLink } from './link.ts'
import { EVENT } from './wire.ts'

export const socketIo4: OpenLink = (origin, listener) => new SocketIo4Link(origin, listener)

class SocketIo4Link implements Link {
  /** In this protocol the server asks, and the library answers and counts. */
  readonly ping = null
  #socket: Socket | null = null
  #listener: LinkListener | null

  constructor(origin: string, listener: LinkListener) {
    this.#listener = listener
    void this.#open(origin)
  }

  send(argument: unknown) {
    this.#socket?.emit(EVENT, argument)
  }

  close() {
    this.#listener = null
    this.#socket?.off()
    this.#socket?.disconnect()
  }

  async #open(origin: string) {
    const loaded = await import('socket.io-client').catch(() => null)
    if (loaded === null) return this.#end('unsupported', 'socket.io-client is not installed')
    if (this.#listener === null) return
    // the connection chart is who tries again
    const options = { transports: ['websocket'], reconnection: false, forceNew: true }
    const socket = loaded.io(origin.replace(/^ws/, 'http'), options)
    this.#socket = socket
    socket.on('connect', () => this.#listener?.opened())
    socket.on(EVENT, (argument: unknown) => this.#listener?.received(argument))
    socket.onAny((name: string) => {
      if (name !== EVENT) this.#listener?.garbage('An event of another name')
    })
    socket.on('connect_error', (error) => this.#end('unreachable', error.message))
    socket.on('disconnect', (reason) => this.#end(reason === 'ping timeout' ? 'silent' : 'lost', reason))
  }

  #end(stage: LinkEnd['stage'], reason: string) {
    const listener = this.#listener
    this.close()
    listener?.closed({ stage, reason })
  }
}
