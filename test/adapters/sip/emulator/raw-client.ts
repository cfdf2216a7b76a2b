/** A client that writes SIP by hand: nothing between the test and the wire. */
import { createHash, randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import type { SipCredentials } from '../../../../adapters/sip/emulator.ts'

export interface RawClient {
  readonly received: readonly string[]
  readonly closed: Promise<number>
  send(text: string | Buffer): void
  /** The first message, received already or yet to come, that was not taken before and fits. */
  next(fits: RegExp): Promise<string>
  close(): void
}

export interface Parts {
  readonly method?: string
  readonly uri?: string
  readonly from?: string
  readonly to?: string
  readonly callId?: string
  readonly cseq?: number
  readonly branch?: string
  readonly headers?: readonly string[]
  readonly body?: string
}

export function random(): string {
  return randomBytes(6).toString('hex')
}

export async function connectRaw(url: string, protocols: string[] = ['sip']): Promise<RawClient> {
  const socket = new WebSocket(url, protocols)
  const received: string[] = []
  const taken = new Set<number>()
  const waiting = new Set<() => void>()
  const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)))
  socket.on('message', (data: Buffer) => {
    received.push(data.toString())
    waiting.forEach((check) => check())
  })
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })

  return {
    received,
    closed,
    send: (text) => socket.send(text),
    next: (fits) =>
      new Promise((resolve) => {
        const check = () => {
          const index = received.findIndex((text, i) => !taken.has(i) && fits.test(text))
          if (index < 0) return
          taken.add(index)
          waiting.delete(check)
          resolve(received[index] ?? '')
        }
        waiting.add(check)
        check()
      }),
    close: () => socket.terminate()
  }
}

/** A valid request; every part can be replaced. */
export function request(parts: Parts = {}): string {
  const { method = 'OPTIONS', uri = 'sip:example.test', from = 'alice', to = 'alice', cseq = 1, body = '' } = parts
  const { callId = random(), branch = `z9hG4bK${random()}`, headers = [] } = parts
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/WS client.invalid;branch=${branch}`,
    'Max-Forwards: 70',
    from.includes(':') ? `From: ${from}` : `From: <sip:${from}@example.test>;tag=${random()}`,
    to.includes(':') ? `To: ${to}` : `To: <sip:${to}@example.test>`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body
  ].join('\r\n')
}

/** A response to a request that was received, with what it has to copy. */
export function response(
  to: string,
  status: string,
  headers: readonly string[] = [],
  tag = 'callee',
  body = ''
): string {
  const copied = to.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq|Record-Route):/.test(line))
  const tagged = copied.map((line) => (line.startsWith('To:') && !line.includes(';tag=') ? `${line};tag=${tag}` : line))
  return [`SIP/2.0 ${status}`, ...tagged, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join(
    '\r\n'
  )
}

export function field(message: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1]?.trim() ?? ''
}

/** RFC 2617 written out, so that the server's own arithmetic is not checked with itself. */
export function authorization(challenge: string, user: string, password: string, method: string, uri: string): string {
  const nonce = /nonce="([^"]*)"/.exec(challenge)?.[1] ?? ''
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const ha1 = md5(`${user}:example.test:${password}`)
  const result = md5(`${ha1}:${nonce}:00000001:abc:auth:${md5(`${method}:${uri}`)}`)
  return `Digest username="${user}", realm="example.test", nonce="${nonce}", uri="${uri}", response="${result}", algorithm=MD5, qop=auth, nc=00000001, cnonce="abc"`
}

export interface Registration extends Parts {
  readonly user?: string
  readonly password?: string
  readonly contact?: string
}

/** Sends REGISTER and, challenged, sends it once more with an answer; resolves with the last response. */
export async function register(client: RawClient, parts: Registration = {}): Promise<string> {
  const {
    user = 'alice',
    password = `pw-${user}`,
    contact = `<sip:${user}@${user}-device.invalid>`,
    callId = random()
  } = parts
  const headers = [...(contact ? [`Contact: ${contact}`] : []), 'Supported: gruu, outbound', ...(parts.headers ?? [])]
  const shared = { method: 'REGISTER', from: user, to: user, uri: 'sip:example.test', ...parts, callId }
  const cseq = parts.cseq ?? 1
  client.send(request({ ...shared, cseq, headers }))
  const first = await client.next(new RegExp(`^SIP/2\\.0[^]*Call-ID: ${callId}\r\n[^]*CSeq: ${cseq} REGISTER`))
  if (!first.startsWith('SIP/2.0 401')) return first
  const proof = authorization(field(first, 'WWW-Authenticate'), user, password, 'REGISTER', shared.uri)
  client.send(request({ ...shared, cseq: cseq + 1, headers: [...headers, `Authorization: ${proof}`] }))
  return client.next(new RegExp(`^SIP/2\\.0[^]*Call-ID: ${callId}\r\n[^]*CSeq: ${cseq + 1} REGISTER`))
}

export async function registered(
  credentials: SipCredentials,
  user: string,
  parts: Registration = {}
): Promise<RawClient> {
  const client = await connectRaw(credentials.url)
  const answer = await register(client, { ...parts, user })
  if (!answer.startsWith('SIP/2.0 200')) throw new Error(answer)
  return client
}
