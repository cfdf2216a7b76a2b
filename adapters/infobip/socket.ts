/** Any WebSocket class with the browser's interface; in Node before 22 that of the package `ws`. */
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike

export interface WebSocketLike {
  addEventListener(type: 'open' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void
  send(data: string): void
  close(code?: number, reason?: string): void
  /** Where there is one (`ws`): closes without waiting for the other side. */
  terminate?(): void
}

/** The gateway closes nothing that is idle, and tells nothing of what it lost: we ask, and it has to answer. */
export interface HeartbeatPolicy {
  /** Milliseconds between two questions. */
  readonly period: number
  /** Milliseconds without a word after a question, until the connection is doubted. */
  readonly deadline: number
}

export interface SocketListener {
  /** Asks the gateway for a sign of life. */
  beat(): void
  /** Nothing came within the deadline. */
  silent(): void
  heard(text: string): void
  closed(end: SocketEnd): void
}

export interface SocketEnd {
  readonly wasOpen: boolean
  readonly code: number
  readonly reason: string
}

/** Milliseconds the other side has to close a connection that we have closed. */
const goodbye = 2_000

/** One connection at a time: opening another drops the one before, of which nothing is heard any more. */
export class GatewaySocket {
  readonly #class: WebSocketClass
  readonly #heartbeat: HeartbeatPolicy
  readonly #listener: SocketListener
  #socket: WebSocketLike | null = null
  #isOpen = false
  #beating: ReturnType<typeof setInterval> | undefined
  #doubting: ReturnType<typeof setTimeout> | undefined

  constructor(webSocket: WebSocketClass, heartbeat: HeartbeatPolicy, listener: SocketListener) {
    this.#class = webSocket
    this.#heartbeat = heartbeat
    this.#listener = listener
  }

  open(url: string, protocols: string[]) {
    this.close()
    let socket: WebSocketLike
    try {
      // oxlint-disable-next-line new-cap
      socket = new this.#class(url, protocols)
    } catch {
      // what is thrown here may quote the subprotocols, and the first of them is the token
      return this.#listener.closed({ wasOpen: false, code: 0, reason: 'The WebSocket cannot be opened like this' })
    }
    this.#socket = socket
    socket.addEventListener('open', () => {
      if (this.#socket !== socket) return
      this.#isOpen = true
      this.#beating = setInterval(() => this.beat(), this.#heartbeat.period)
    })
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket !== socket) return
      clearTimeout(this.#doubting)
      this.#doubting = undefined
      // a binary frame is read as what it says when printed, which is no message
      this.#listener.heard(String(data))
    })
    // always followed by close, which says more
    socket.addEventListener('error', () => {})
    socket.addEventListener('close', ({ code, reason }) => {
      if (this.#socket !== socket) return
      const wasOpen = this.#isOpen
      this.#forget()
      this.#listener.closed({ wasOpen, code, reason })
    })
  }

  /** Asks for a sign of life now. */
  beat() {
    this.#doubting ??= setTimeout(() => {
      this.#doubting = undefined
      this.#listener.silent()
    }, this.#heartbeat.deadline)
    this.#listener.beat()
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
    socket.addEventListener('close', () => clearTimeout(timer))
    // a WebSocket takes no reason without a code, and `undefined` is not "none" to every class of it
    if (code === undefined) socket.close()
    else socket.close(code, reason)
  }

  #forget() {
    this.#socket = null
    this.#isOpen = false
    clearInterval(this.#beating)
    clearTimeout(this.#doubting)
    this.#doubting = undefined
  }
}
