import type { Socket } from 'jssip'

/** Any WebSocket class with the browser's interface; in Node before 22 that of the package `ws`. */
export type WebSocketClass = new (url: string, protocols: string) => WebSocketLike

export interface WebSocketLike {
  binaryType: string
  onopen: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  readonly protocol: string
  send(data: string): void
  close(code?: number, reason?: string): void
}

export interface SocketListener {
  opened(attempt: number): void
  closed(attempt: number, code: number, reason: string): void
}

/**
 * JsSIP's socket, opened and closed by the connection chart alone: JsSIP retries on timers of its own, without end and
 * without asking, so what it wants to connect is only noted.
 */
export class DrivenSocket implements Socket {
  readonly url: string
  readonly sip_uri: string
  via_transport: string
  readonly #class: WebSocketClass
  readonly #listener: SocketListener
  #socket: WebSocketLike | null = null
  #isOpen = false

  // JsSIP puts its own handlers here
  onconnect: () => void = () => {}
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => {}
  ondata: (data: unknown) => void = () => {}

  constructor(url: string, webSocket: WebSocketClass, listener: SocketListener) {
    const { host, protocol } = new URL(url)
    this.url = url
    this.sip_uri = `sip:${host};transport=ws`
    this.via_transport = protocol === 'wss:' ? 'WSS' : 'WS'
    this.#class = webSocket
    this.#listener = listener
  }

  /** Opens a connection in place of the one before, which is dropped if it still stands. */
  open(attempt: number) {
    this.close(1000, true)
    let socket: WebSocketLike
    try {
      // oxlint-disable-next-line new-cap
      socket = new this.#class(this.url, 'sip')
    } catch (error) {
      this.#listener.closed(attempt, 0, error instanceof Error ? error.message : String(error))
      return
    }
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      if (this.#socket !== socket) return
      // RFC 7118 §4.1: a server that does not speak SIP here is none
      if (socket.protocol !== 'sip') return socket.close(1000)
      this.#isOpen = true
      this.onconnect()
      this.#listener.opened(attempt)
    }
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (this.#socket === socket) this.ondata(data)
    }
    // always followed by close, which says more
    socket.onerror = () => {}
    socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) => {
      if (this.#socket !== socket) return
      this.#forget(code !== 1000, code, reason)
      this.#listener.closed(attempt, code, reason)
    }
  }

  close(code = 1000, isReplaced = false) {
    const socket = this.#socket
    if (socket === null) return
    this.#forget(isReplaced, code, '')
    socket.close(code)
  }

  #forget(error: boolean, code: number, reason: string) {
    const wasOpen = this.#isOpen
    this.#socket = null
    this.#isOpen = false
    if (wasOpen) this.ondisconnect(error, code, reason)
  }

  connect() {}

  disconnect() {
    this.close()
  }

  send(message: unknown): boolean {
    if (!this.#isOpen) return false
    this.#socket?.send(String(message))
    return true
  }

  isConnected() {
    return this.#isOpen
  }

  isConnecting() {
    return this.#socket !== null && !this.#isOpen
  }
}
