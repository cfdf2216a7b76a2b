/** A server that says exactly what a test wants it to say: SIP without a network, and without waiting. */
import type { Socket } from 'jssip'
import type { WebSocketClass, WebSocketLike } from '../../../adapters/sip/index.ts'

export interface Line {
  /** Everything the client has said, oldest first. */
  readonly sent: readonly string[]
  /** How many connections were opened. */
  readonly openings: number
  /** For JsSIP as it is. */
  readonly socket: Socket
  /** For the adapter. */
  readonly WebSocket: WebSocketClass
  readonly receive: (text: string) => void
  /** The first message, said already or yet to come, that was not taken before and fits. */
  next(fits: RegExp): Promise<string>
  has(fits: RegExp): boolean
  readonly drop: () => void
  readonly isOpen: boolean
}

export function openLine(): Line {
  const sent: string[] = []
  const taken = new Set<number>()
  const waiting = new Set<() => void>()
  let current: WebSocketLike | null = null
  let isRawOpen = false
  let openings = 0

  const say = (text: string) => {
    sent.push(text)
    waiting.forEach((check) => check())
  }
  const socket: Socket = {
    url: 'ws://line.test',
    sip_uri: 'sip:line.test;transport=ws',
    via_transport: 'WS',
    connect() {
      openings += 1
      isRawOpen = true
      queueMicrotask(() => socket.onconnect())
    },
    disconnect() {
      isRawOpen = false
    },
    send(message) {
      if (isRawOpen) say(message as string)
      return isRawOpen
    },
    isConnected: () => isRawOpen,
    isConnecting: () => false,
    onconnect() {},
    ondisconnect() {},
    ondata() {}
  }

  class LineSocket implements WebSocketLike {
    binaryType = ''
    readonly protocol = 'sip'
    onopen: WebSocketLike['onopen'] = null
    onclose: WebSocketLike['onclose'] = null
    onerror: WebSocketLike['onerror'] = null
    onmessage: WebSocketLike['onmessage'] = null

    constructor() {
      openings += 1
      // oxlint-disable-next-line typescript/no-this-alias -- the newest one is the line
      current = this
      queueMicrotask(() => this.onopen?.({} as never))
    }

    send(text: string) {
      say(text)
    }

    close(code = 1000) {
      if (current === this) current = null
      queueMicrotask(() => this.onclose?.({ code, reason: '' } as never))
    }
  }

  return {
    sent,
    socket,
    WebSocket: LineSocket,
    get openings() {
      return openings
    },
    get isOpen() {
      return isRawOpen || current !== null
    },
    receive(text) {
      if (isRawOpen) socket.ondata(text)
      current?.onmessage?.({ data: text } as never)
    },
    has: (fits) => sent.some((text, index) => !taken.has(index) && fits.test(text)),
    next: (fits) =>
      new Promise((resolve) => {
        const check = () => {
          const index = sent.findIndex((text, i) => !taken.has(i) && fits.test(text))
          if (index < 0) return
          taken.add(index)
          waiting.delete(check)
          resolve(sent[index] ?? '')
        }
        waiting.add(check)
        check()
      }),
    drop() {
      if (isRawOpen) {
        isRawOpen = false
        socket.ondisconnect(true, 1006, '')
      }
      const dropped = current
      current = null
      dropped?.onclose?.({ code: 1006, reason: '' } as never)
    }
  }
}

export interface Reply {
  readonly tag?: string
  readonly headers?: readonly string[]
  readonly body?: string
}

/** A response, with what it has to copy from its request. */
export function reply(to: string, status: number | string, { tag = 'far', headers = [], body = '' }: Reply = {}) {
  const copied = to.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq|Record-Route):/.test(line))
  const tagged = copied.map((line) => (line.startsWith('To:') && !line.includes(';tag=') ? `${line};tag=${tag}` : line))
  const contact = `Contact: <sip:far@${tag}.test;transport=ws>`
  const phrase = typeof status === 'number' ? `${status} Whatever` : status
  return [`SIP/2.0 ${phrase}`, ...tagged, contact, ...headers, ...bodyOf(body)].join('\r\n')
}

export interface Asked extends Reply {
  readonly cseq?: number
  readonly branch?: string
}

/** A request of the far end's in the dialog that this message of ours belongs to. */
export function ask(method: string, ours: string, { tag = 'far', headers = [], body = '', ...rest }: Asked = {}) {
  const { cseq = 1, branch = `z9hG4bK${Math.random().toString(36).slice(2)}` } = rest
  const isResponse = ours.startsWith('SIP/2.0')
  const [us, them] = isResponse ? [field(ours, 'To'), field(ours, 'From')] : [field(ours, 'From'), field(ours, 'To')]
  return [
    `${method} ${/<([^>]+)>/.exec(field(ours, 'Contact'))?.[1] ?? 'sip:alice@example.test'} SIP/2.0`,
    `Via: SIP/2.0/WS far.test;branch=${branch}`,
    'Max-Forwards: 69',
    `From: ${them.includes(';tag=') ? them : `${them};tag=${tag}`}`,
    `To: ${us}`,
    `Call-ID: ${field(ours, 'Call-ID')}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:far@${tag}.test;transport=ws>`,
    ...headers,
    ...bodyOf(body)
  ].join('\r\n')
}

/** A call that comes in. */
export function invitation(to: string, { body = description('far'), headers = [] }: Reply = {}) {
  const id = Math.random().toString(36).slice(2)
  return [
    `INVITE ${to} SIP/2.0`,
    `Via: SIP/2.0/WS far.test;branch=z9hG4bK${id}`,
    'Max-Forwards: 69',
    'From: "Bob" <sip:bob@example.test>;tag=far',
    `To: <${to}>`,
    `Call-ID: ${id}`,
    'CSeq: 1 INVITE',
    'Contact: <sip:bob@far.test;transport=ws>',
    ...headers,
    ...bodyOf(body)
  ].join('\r\n')
}

export function field(message: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1]?.trim() ?? ''
}

export function bodyIn(message: string): string {
  return message.slice(message.indexOf('\r\n\r\n') + 4)
}

/** The least that passes for a session description here. */
export function description(ufrag: string, direction = 'sendrecv'): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'm=audio 9 UDP/TLS/RTP/SAVPF 0',
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${ufrag}`,
    `a=${direction}`,
    ''
  ].join('\r\n')
}

export const broken = 'v=0\r\nbroken\r\n'

function bodyOf(body: string): string[] {
  const type = body === '' ? [] : ['Content-Type: application/sdp']
  return [...type, `Content-Length: ${Buffer.byteLength(body)}`, '', body]
}
