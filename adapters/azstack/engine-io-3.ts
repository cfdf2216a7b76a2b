/**
 * Engine.IO 3 under socket.io 1 and 2, which the real service speaks: a handful of text frames, too few to be worth the
 * client library of that time. https://github.com/socketio/engine.io-protocol/tree/v3
 */
import * as v from 'valibot'
import { TextSocket, webSocketOf } from '../kit/index.ts'
import type { WebSocketClass } from '../kit/index.ts'
import type { Link, LinkEnd, LinkListener, OpenLink } from './link.ts'
import { EVENT } from './wire.ts'

const milliseconds = v.pipe(
  v.number(),
  v.minValue(1),
  v.transform((given) => Math.min(given, 2 ** 31 - 1))
)
const handshake = v.object({ pingInterval: milliseconds, pingTimeout: milliseconds })

/** Opens links over this kind of WebSocket; the global one when left out, and a TypeError where there is none. */
export function engineIo3(webSocket?: WebSocketClass): OpenLink {
  const known = webSocketOf(webSocket)
  return (origin, listener) => new EngineIo3Link(known, origin, listener)
}

class EngineIo3Link implements Link {
  readonly #listener: LinkListener
  readonly #socket: TextSocket
  #stage: LinkEnd['stage'] = 'unreachable'

  constructor(webSocket: WebSocketClass, origin: string, listener: LinkListener) {
    this.#listener = listener
    this.#socket = new TextSocket(webSocket, {
      heard: (frame) => this.#heard(frame),
      beat: () => void this.#socket.say('2'),
      silent: () => this.#end('ping timeout', 'silent'),
      closed: ({ fault, reason, code }) => this.#end(fault || reason || `closed with ${code}`)
    })
    this.#socket.open(`${origin.replace('http', 'ws')}/socket.io/?EIO=3&transport=websocket`)
  }

  send(argument: unknown) {
    this.#socket.say(`42${JSON.stringify([EVENT, argument])}`)
  }

  readonly ping = () => this.#socket.ask()

  close() {
    this.#socket.say('41')
    this.#socket.close()
  }

  /** Nothing that comes in may throw: it would end the program, or at least the turn of whoever is served next. */
  #heard(frame: string) {
    try {
      this.#read(frame)
    } catch {
      this.#garbage()
    }
  }

  /** Engine.IO's kind of packet; 4 is a message, of socket.io: https://github.com/socketio/socket.io-protocol/tree/v4 */
  #read(frame: string) {
    const [, kind = '', content = ''] = /^(4\d|.)(.*)$/s.exec(frame) ?? []
    switch (kind) {
      case '0': {
        const { pingInterval, pingTimeout } = v.parse(handshake, JSON.parse(content))
        return this.#socket.keepAsking({ period: pingInterval, deadline: pingTimeout })
      }
      case '2':
        return void this.#socket.say(`3${content}`)
      case '3':
        this.#socket.answered()
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

  #garbage() {
    this.#listener.garbage('A frame that cannot be read')
  }

  #end(reason: string, stage = this.#stage) {
    this.#socket.close()
    this.#listener.closed({ stage, reason })
  }
}
