/* oxlint-disable unicorn/prefer-add-event-listener -- every WebSocket has these, also one that is no EventTarget */
import type { Socket } from 'jssip'
import { isMessage } from './wire.ts'

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
  /** Ends a connection that does not answer; only outside browsers, which do so by themselves. */
  terminate?(): void
}

export interface SocketListener {
  opened(attempt: number): void
  /** `isSpoken`: whether the server spoke SIP. */
  closed(attempt: number, end: SocketEnd): void
  garbage(text: string): void
  /** Nothing came in for so long. */
  silent(): void
}

export interface SocketEnd {
  readonly code: number
  readonly reason: string
  readonly stage: 'unreachable' | 'not-sip' | 'lost'
}

export interface SocketOptions {
  readonly url: string
  readonly webSocket: WebSocketClass
  /** Milliseconds. */
  readonly silence: number
}

/** Milliseconds a server has to say goodbye. */
const goodbye = 2_000

/**
 * JsSIP's socket, opened and closed by the connection chart alone: JsSIP retries on timers of its own, without end and
 * without asking, so what it wants to connect is only noted.
 */
export class DrivenSocket implements Socket {
  readonly url: string
  readonly sip_uri: string
  via_transport: string
  readonly #options: SocketOptions
  readonly #listener: SocketListener
  #socket: WebSocketLike | null = null
  #isOpen = false
  #silence: ReturnType<typeof setTimeout> | undefined

  // JsSIP puts its own handlers here
  onconnect: () => void = () => {}
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => {}
  ondata: (data: unknown) => void = () => {}

  constructor(options: SocketOptions, listener: SocketListener) {
    const { host, protocol } = new URL(options.url)
    this.url = options.url
    this.sip_uri = `sip:${host};transport=ws`
    this.via_transport = protocol === 'wss:' ? 'WSS' : 'WS'
    this.#options = options
    this.#listener = listener
  }

  /** Opens a connection in place of the one before, which is dropped if it still stands. */
  open(attempt: number) {
    this.close()
    let socket: WebSocketLike
    try {
      // oxlint-disable-next-line new-cap
      socket = new this.#options.webSocket(this.url, 'sip')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#listener.closed(attempt, { code: 0, reason, stage: 'unreachable' })
      return
    }
    let stage: SocketEnd['stage'] = 'unreachable'
    let fault = ''
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      if (this.#socket !== socket) return
      // RFC 7118 §4.1: a server that does not speak SIP here is none
      stage = socket.protocol === 'sip' ? 'lost' : 'not-sip'
      if (stage === 'not-sip') return socket.close(1000)
      this.#isOpen = true
      this.#heard()
      this.onconnect()
      this.#listener.opened(attempt)
    }
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (this.#socket === socket) this.#received(data)
    }
    // always followed by close; only outside browsers does it say what is wrong
    socket.onerror = (event: { readonly message?: unknown }) => {
      if (typeof event.message === 'string') fault = event.message
    }
    socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) => {
      if (this.#socket !== socket) return
      this.#forget()
      this.#listener.closed(attempt, { code, reason: reason || fault, stage })
    }
  }

  close(code = 1000) {
    const socket = this.#socket
    if (socket === null) return
    this.#forget()
    const timer = setTimeout(() => socket.terminate?.(), goodbye)
    socket.onopen = () => socket.close(code)
    socket.onmessage = null
    socket.onerror = () => {}
    socket.onclose = () => clearTimeout(timer)
    socket.close(code)
  }

  #forget() {
    clearTimeout(this.#silence)
    this.#socket = null
    this.#isOpen = false
  }

  /** Nothing that comes in may throw: it would end the program, or at least the turn of whoever is served next. */
  #received(data: unknown) {
    this.#heard()
    try {
      const text = typeof data === 'string' ? data : new TextDecoder().decode(data as ArrayBuffer)
      if (!isMessage(text)) return this.#listener.garbage('Something came in that is no SIP message')
      this.ondata(text)
    } catch (error) {
      this.#listener.garbage(`A message could not be read: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #heard() {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      this.#listener.silent()
      this.#heard()
    }, this.#options.silence)
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
