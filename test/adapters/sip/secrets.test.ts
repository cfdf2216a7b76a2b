/** A password is nobody's business: neither JsSIP's own log, nor an error, nor anything that is told has it. */
import { createHash } from 'node:crypto'
import { format, inspect } from 'node:util'
import JsSIP from 'jssip'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sipTransport } from '../../../adapters/sip/index.ts'
import { createEngine } from '../../../src/index.ts'
import { paperStream, paperWebRtc } from '../../contract/sip/paper-connection.ts'
import { turns } from '../../contract/sip/paper-phones.ts'
import { field, openLine, reply } from '../../contract/sip/scripted-line.ts'

const password = 'correct-horse-battery-staple'

/** JsSIP takes the console's functions when it is loaded. */
const { log } = vi.hoisted(() => {
  const lines: unknown[][] = []
  const keep = (...parts: unknown[]) => void lines.push(parts)
  Object.assign(console, { info: keep, warn: keep, error: keep, debug: keep })
  return {
    log: { text: (format: (...parts: unknown[]) => string) => lines.map((parts) => format(...parts)).join('\n') }
  }
})

/** What a digest is made of is as good as the password. */
const secrets = [password, createHash('md5').update(`alice:example.test:${password}`).digest('hex')]

beforeEach(() => {
  vi.useFakeTimers()
  JsSIP.debug.enable('JsSIP:*')
})
afterEach(() => {
  JsSIP.debug.disable()
  vi.useRealTimers()
})

test('the log of JsSIP, every error and everything that is told keep the password to themselves', async () => {
  const line = openLine()
  const told: unknown[] = []
  const transport = sipTransport({
    url: 'ws://line.test',
    uri: 'sip:alice@example.test',
    password,
    WebSocket: line.WebSocket,
    RTCPeerConnection: paperWebRtc
  })
  const engine = createEngine({
    transport,
    media: { mediaDevices: { getUserMedia: () => Promise.resolve(paperStream()) } }
  })
  engine.events$.subscribe((event) => told.push(event))
  transport.events.subscribe((event) => told.push(event))
  const connected = engine.connect().catch((error: unknown) => told.push(error))
  const challenge = 'Digest realm="example.test", nonce="n", algorithm=MD5, qop="auth"'
  const challenged = async (method: RegExp, status: number) => {
    const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate'
    line.receive(reply(await line.next(method), status, { headers: [`${name}: ${challenge}`] }))
  }

  await challenged(/^REGISTER/, 401)
  const register = await line.next(/^REGISTER/)
  line.receive(reply(register, 200).replace(/^Contact: .*$/m, `Contact: ${field(register, 'Contact')}`))
  await connected
  const call = await engine.dial('bob')
  await turns()
  await challenged(/^INVITE/, 407)
  line.receive(reply(await line.next(/^INVITE.*[^]*Proxy-Authorization/), 403))
  await call.established().catch((error: unknown) => told.push(error))
  await engine.dial('bob\r\n').catch((error: unknown) => told.push(error))
  transport.send({ type: 'register', attempt: 9 })
  await challenged(/^REGISTER/, 401)
  await challenged(/^REGISTER/, 401)
  engine.dispose()

  const logged = log.text(format)
  expect(logged).toContain('JsSIP:RTCSession emit "sending"')
  expect(told.length).toBeGreaterThan(5)
  const texts = [logged, inspect(told, { depth: 8 }), inspect([engine, call], { depth: 4 }), line.sent.join('')]
  for (const text of texts) for (const secret of secrets) expect(text).not.toContain(secret)
})
