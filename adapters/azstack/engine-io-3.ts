/* oxlint-disable unicorn/prefer-add-event-listener -- every WebSocket has these, also one that is no EventTarget */
/**
 * Engine.IO 3 under socket.io 1 and 2, which the real service speaks: a handful of text frames, too few to be worth the
 * client library of that time. https://github.com/socketio/engine.io-protocol/tree/v3
 */
import * as v from 'valibot'
import type { Link, LinkEnd, LinkListener, OpenLink, WebSocketClass, WebSocketLike } from './link.ts'
import { EVENT } from './wire.ts'

const handshake = v.object({
  pingInterval: v.pipe(v.number(), v.minValue(1)),
  pingTimeout: v.pipe(v.number(), v.minValue(1))
})
const event = v.tuple([v.string(), v.unknown()])

/** Milliseconds a server has to say goodbye. */
const goodbye = 2_000

/** Opens links over this kind of WebSocket. */
export function engineIo3(webSocket: WebSocketClass): OpenLink {
  return (origin, listener) => new EngineIo3Link(webSocket, origin, listener)
}

class EngineIo3Link implements Link {
  readonly #listener: LinkListener
  #socket: WebSocketLike | null
  #stage: LinkEnd['stage'] = 'unreachable'
  #fault = ''
  #pinging: ReturnType<typeof setInterval> | undefined
  /** Runs while the server owes us a pong. */
  #owed: ReturnType<typeof setTimeout> | undefined
  #pingTimeout = 5_000

  constructor(webSocket: WebSocketClass, origin: string, listener: LinkListener) {
    this.#listener = listener
    this.#socket = this.#open(webSocket, `${origin.replace(/^http/, 'ws')}/socket.io/?EIO=3&transport=websocket`)
  }

  send(argument: unknown) {
    this.#write(`42${JSON.stringify([EVENT, argument])}`)
  }

  readonly ping = () => {
    this.#write('2')
    this.#owed ??= setTimeout(() => this.#end('silent', 'ping timeout'), this.#pingTimeout)
  }

  close() {
    this.#write('41')
    this.#release()
  }

  #open(webSocket: WebSocketClass, url: string): WebSocketLike | null {
    let socket: WebSocketLike
    try {
      // oxlint-disable-next-line new-cap
      socket = new webSocket(url)
    } catch (error) {
      // a page may be forbidden to; whoever opens a link does not expect its end before it has it
      const reason = error instanceof Error ? error.name : 'forbidden'
      queueMicrotask(() => this.#listener.closed({ stage: 'unreachable', reason }))
      return null
    }
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (this.#socket === socket) this.#received(data)
    }
    // always followed by close; only outside browsers does it say what is wrong
    socket.onerror = ({ message }: { readonly message?: unknown }) => {
      if (typeof message === 'string') this.#fault = message
    }
    socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) =>
      this.#end(this.#stage, reason || this.#fault || `closed with ${code}`)
    return socket
  }

  /** Nothing that comes in may throw: it would end the program, or at least the turn of whoever is served next. */
  #received(data: unknown) {
    try {
      if (typeof data !== 'string') return this.#listener.garbage('A frame that is no text')
      this.#read(data)
    } catch (error) {
      this.#listener.garbage(`A frame could not be read: ${error instanceof Error ? error.name : 'unknown'}`)
    }
  }

  #read(frame: string) {
    switch (frame.charAt(0)) {
      case '0':
        return this.#start(v.parse(handshake, JSON.parse(frame.slice(1))))
      case '1':
        return this.#end('lost', 'the server closed')
      case '2':
        return this.#write(`3${frame.slice(1)}`)
      case '3':
        clearTimeout(this.#owed)
        this.#owed = undefined
        return this.#listener.alive()
      case '4':
        return this.#readMessage(frame.slice(1))
      case '6':
        return
      default:
        this.#listener.garbage('A frame of no known kind')
    }
  }

  /** https://github.com/socketio/socket.io-protocol/tree/v4 */
  #readMessage(packet: string) {
    switch (packet.charAt(0)) {
      case '0':
        if (this.#stage === 'lost') return
        this.#stage = 'lost'
        return this.#listener.opened()
      case '1':
        return this.#end('lost', 'io server disconnect')
      case '2': {
        const [name, argument] = v.parse(event, JSON.parse(packet.slice(1).replace(/^\d+/, '')))
        if (name !== EVENT) return this.#listener.garbage('An event of another name')
        return this.#listener.received(argument)
      }
      case '4':
        return this.#end('lost', 'the server reported an error')
      default:
        this.#listener.garbage('A packet of no known kind')
    }
  }

  #start({ pingInterval, pingTimeout }: v.InferOutput<typeof handshake>) {
    clearInterval(this.#pinging)
    this.#pingTimeout = Math.min(pingTimeout, 2 ** 31 - 1)
    this.#pinging = setInterval(() => this.ping(), Math.min(pingInterval, 2 ** 31 - 1))
  }

  #write(frame: string) {
    try {
      this.#socket?.send(frame)
    } catch {
      // not open yet, or no more: the latter is told by `onclose`
    }
  }

  #end(stage: LinkEnd['stage'], reason: string) {
    if (this.#socket === null) return
    this.#release()
    this.#listener.closed({ stage, reason })
  }

  #release() {
    const socket = this.#socket
    this.#socket = null
    clearInterval(this.#pinging)
    clearTimeout(this.#owed)
    if (socket === null) return
    const timer = setTimeout(() => socket.terminate?.(), goodbye)
    socket.onmessage = null
    socket.onerror = () => {}
    socket.onclose = () => clearTimeout(timer)
    socket.close()
  }
}
