/* oxlint-disable unicorn/prefer-add-event-listener -- every WebSocket has these, also one that is no EventTarget */
/**
 * Engine.IO 3 under socket.io 1 and 2, which the real service speaks: a handful of text frames, too few to be worth the
 * client library of that time. https://github.com/socketio/engine.io-protocol/tree/v3
 */
import * as v from 'valibot'
import type { Link, LinkEnd, LinkListener, OpenLink } from './link.ts'
import { EVENT } from './wire.ts'

/** Any WebSocket class with the browser's interface; in Node before 22 that of the package `ws`. */
export type WebSocketClass = new (url: string) => WebSocketLike

export interface WebSocketLike {
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  send(data: string): void
  close(code?: number): void
  /** Ends a connection that does not answer; only outside browsers, which do so by themselves. */
  terminate?(): void
}

const milliseconds = v.pipe(
  v.number(),
  v.minValue(1),
  v.transform((given) => Math.min(given, 2 ** 31 - 1))
)
const handshake = v.object({ pingInterval: milliseconds, pingTimeout: milliseconds })

/** Milliseconds a server has to say goodbye. */
const goodbye = 2_000

/** Opens links over this kind of WebSocket; the global one when left out, and a TypeError where there is none. */
export function engineIo3(webSocket = (globalThis as { readonly WebSocket?: WebSocketClass }).WebSocket): OpenLink {
  if (webSocket === undefined) throw new TypeError('There is no WebSocket here: give one')
  return (origin, listener) => new EngineIo3Link(webSocket, origin, listener)
}

class EngineIo3Link implements Link {
  readonly #listener: LinkListener
  #socket: WebSocketLike | null = null
  #stage: LinkEnd['stage'] = 'unreachable'
  #fault = ''
  #pinging: ReturnType<typeof setInterval> | undefined
  /** Runs while the server owes us a pong. */
  #owed: ReturnType<typeof setTimeout> | undefined
  #pingTimeout = 5_000

  constructor(webSocket: WebSocketClass, origin: string, listener: LinkListener) {
    this.#listener = listener
    try {
      this.#listen(new webSocket(`${origin.replace('http', 'ws')}/socket.io/?EIO=3&transport=websocket`))
    } catch (error) {
      // a page may be forbidden to; whoever opens a link does not expect its end before it has it
      queueMicrotask(() => listener.closed({ stage: 'unreachable', reason: String(error) }))
    }
  }

  send(argument: unknown) {
    this.#write(`42${JSON.stringify([EVENT, argument])}`)
  }

  readonly ping = () => {
    this.#write('2')
    this.#owed ??= setTimeout(() => this.#end('ping timeout', 'silent'), this.#pingTimeout)
  }

  close() {
    this.#write('41')
    this.#release()
  }

  #listen(socket: WebSocketLike) {
    this.#socket = socket
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      // nothing that comes in may throw: it would end the program, or at least the turn of whoever is served next
      try {
        this.#read(typeof data === 'string' ? data : '')
      } catch {
        this.#garbage()
      }
    }
    // always followed by close; only outside browsers does it say what is wrong
    socket.onerror = ({ message }: { readonly message?: string }) => {
      this.#fault = message ?? ''
    }
    socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) =>
      this.#end(reason || this.#fault || `closed with ${code}`)
  }

  /** Engine.IO's kind of packet; 4 is a message, of socket.io: https://github.com/socketio/socket.io-protocol/tree/v4 */
  #read(frame: string) {
    const [, kind = '', content = ''] = /^(4\d|.)(.*)$/s.exec(frame) ?? []
    switch (kind) {
      case '0':
        return this.#start(v.parse(handshake, JSON.parse(content)))
      case '2':
        return this.#write(`3${content}`)
      case '3':
        clearTimeout(this.#owed)
        this.#owed = undefined
        return this.#listener.alive()
      case '6':
        return
      case '40':
        if (this.#stage === 'lost') return
        this.#stage = 'lost'
        return this.#listener.opened()
      case '1':
      case '41':
        return this.#end('io server disconnect', 'lost')
      case '44':
        return this.#end('the server reported an error', 'lost')
      case '42': {
        const [name, argument] = JSON.parse(content.replace(/^\d+/, '')) as unknown[]
        if (name === EVENT) return this.#listener.received(argument)
      }
    }
    this.#garbage()
  }

  #start({ pingInterval, pingTimeout }: v.InferOutput<typeof handshake>) {
    clearInterval(this.#pinging)
    this.#pingTimeout = pingTimeout
    this.#pinging = setInterval(this.ping, pingInterval)
  }

  #garbage() {
    this.#listener.garbage('A frame that cannot be read')
  }

  #write(frame: string) {
    try {
      this.#socket?.send(frame)
    } catch {
      // not open yet, or no more: the latter is told by `onclose`
    }
  }

  #end(reason: string, stage = this.#stage) {
    this.#release()
    this.#listener.closed({ stage, reason })
  }

  #release() {
    clearInterval(this.#pinging)
    clearTimeout(this.#owed)
    const socket = this.#socket
    this.#socket = null
    if (socket === null) return
    const timer = setTimeout(() => socket.terminate?.(), goodbye)
    socket.onmessage = null
    socket.onerror = () => {}
    socket.onclose = () => clearTimeout(timer)
    socket.close()
  }
}
