/* oxlint-disable unicorn/prefer-add-event-listener -- every WebSocket has these, also one that is no EventTarget */

/** Any WebSocket class with the browser's interface; in Node before 22 that of the package `ws`. */
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike

export interface WebSocketLike {
  onopen: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  send(data: string): void
  close(code?: number, reason?: string): void
  /** Ends a connection that does not answer; only outside browsers, which do so by themselves. */
  terminate?(): void
}

/** Nobody closes what is idle, and nobody tells of what is lost: we ask, and the other side has to answer. */
export interface HeartbeatPolicy {
  /** Milliseconds between two questions. */
  readonly period: number
  /** Milliseconds without an answer until the connection is doubted. */
  readonly deadline: number
}

export interface SocketListener {
  opened?(): void
  heard(text: string): void
  /** Asks the other side for a sign of life. */
  beat(): void
  /** None came within the deadline. */
  silent(): void
  closed(end: SocketEnd): void
}

export interface SocketEnd {
  readonly wasOpen: boolean
  readonly code: number
  readonly reason: string
  /** What went wrong, where the runtime says so. It may quote the address and the subprotocols. */
  readonly fault: string
}

/** Milliseconds the other side has to close a connection that we have closed. */
const goodbye = 2_000

/** This one, or the global one; throws a TypeError where there is neither. */
export function webSocketOf(given: WebSocketClass | undefined): WebSocketClass {
  const webSocket = given ?? (globalThis as { readonly WebSocket?: WebSocketClass }).WebSocket
  if (webSocket === undefined) throw new TypeError('There is no WebSocket here: give one')
  return webSocket
}

/** Whether a WebSocket could be opened there. */
export function isWebSocketUrl(url: string): boolean {
  try {
    const { protocol, pathname } = new URL(url)
    // another scheme stands where the host should
    return /^wss?:$/.test(protocol) && !pathname.startsWith('//')
  } catch {
    return false
  }
}

/** One connection at a time: opening another drops the one before, of which nothing is heard any more. */
export class TextSocket {
  readonly #class: WebSocketClass
  readonly #listener: SocketListener
  #socket: WebSocketLike | null = null
  #isOpen = false
  #deadline = 0
  #beating: ReturnType<typeof setInterval> | undefined
  /** Runs while the other side owes us an answer. */
  #owed: ReturnType<typeof setTimeout> | undefined

  constructor(webSocket: WebSocketClass, listener: SocketListener) {
    this.#class = webSocket
    this.#listener = listener
  }

  open(url: string, protocols: string[] = []) {
    this.close()
    const socket = this.#create(url, protocols)
    let fault = ''
    this.#socket = socket
    socket.onopen = () => {
      this.#isOpen = true
      this.#listener.opened?.()
    }
    // a binary frame is read as what it says when printed, which is no message
    socket.onmessage = ({ data }: { readonly data: unknown }) => this.#listener.heard(String(data))
    // always followed by close; only outside browsers does it say what is wrong
    socket.onerror = ({ message = '' }: { readonly message?: string }) => {
      fault = message
    }
    socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) => {
      const wasOpen = this.#isOpen
      this.#forget()
      this.#listener.closed({ wasOpen, code, reason, fault })
    }
  }

  /** Asks for a sign of life over and over, as long as this connection stands. */
  keepAsking({ period, deadline }: HeartbeatPolicy) {
    clearInterval(this.#beating)
    this.#deadline = deadline
    this.#beating = setInterval(() => this.ask(), period)
  }

  /** Asks for one now. */
  ask() {
    this.#owed ??= setTimeout(() => {
      this.#owed = undefined
      this.#listener.silent()
    }, this.#deadline)
    this.#listener.beat()
  }

  /** There was one. */
  answered() {
    clearTimeout(this.#owed)
    this.#owed = undefined
  }

  /** False when there is no connection to say it on. */
  say(text: string): boolean {
    if (!this.#isOpen) return false
    this.#socket?.send(text)
    return true
  }

  close(code?: number, reason?: string) {
    const socket = this.#socket
    this.#forget()
    if (socket === null) return
    // in a dead network nobody ever says goodbye
    const timer = setTimeout(() => socket.terminate?.(), goodbye)
    socket.onopen = socket.onmessage = null
    socket.onerror = () => {}
    socket.onclose = () => clearTimeout(timer)
    // a WebSocket takes no reason without a code, and `undefined` is not "none" to every class of it
    if (code === undefined) socket.close()
    else socket.close(code, reason)
  }

  #create(url: string, protocols: string[]): WebSocketLike {
    try {
      // oxlint-disable-next-line new-cap
      return new this.#class(url, protocols)
    } catch (error) {
      // a page may be forbidden to; whoever opens does not expect the end before it has begun
      return stillborn(String(error))
    }
  }

  #forget() {
    this.#socket = null
    this.#isOpen = false
    clearInterval(this.#beating)
    this.answered()
  }
}

/** A socket of which no more is heard than that it is closed. */
function stillborn(message: string): WebSocketLike {
  const socket: WebSocketLike = { onopen: null, onclose: null, onerror: null, onmessage: null, send() {}, close() {} }
  queueMicrotask(() => {
    socket.onerror?.({ message } as never)
    socket.onclose?.({ code: 0, reason: 'The WebSocket cannot be opened like this' } as never)
  })
  return socket
}
