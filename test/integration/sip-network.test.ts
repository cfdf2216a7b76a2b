/** What only a real network shows: certificates, servers that say nothing, and programs that end by themselves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { startSipEmulator } from '../../adapters/sip/emulator.ts'
import { sipTransport } from '../../adapters/sip/index.ts'
import type { SipOptions } from '../../adapters/sip/index.ts'
import { createEngine } from '../../src/index.ts'
import { loadNodeWebRtc } from '../../src/testing/webrtc.ts'
import { startKamailio } from '../support/kamailio.ts'
import { describeWith } from '../support/needing.ts'
import { until } from '../support/until.ts'

const webRtc = await loadNodeWebRtc()
const { RTCPeerConnection, mediaDevices } = webRtc

function phone(options: Pick<SipOptions, 'url' | 'uri'> & Partial<SipOptions>, maxAttempts = Infinity) {
  const engine = createEngine({
    transport: sipTransport({ WebSocket, RTCPeerConnection, ...options }),
    media: { mediaDevices },
    policy: { backoff: { maxAttempts, initialDelay: 10 }, connectDeadline: 300 }
  })
  onTestFinished(() => engine.dispose())
  return engine
}

describeWith(['kamailio'], 'a server with a certificate nobody signed', () => {
  test('is not connected to, and the reason is told', async () => {
    const kamailio = await startKamailio({ tls: true })
    onTestFinished(() => kamailio.stop())
    const engine = phone({ ...kamailio.credentials('alice'), url: kamailio.wssUrl ?? '' }, 1)

    await expect(engine.connect()).rejects.toMatchObject({
      code: 'connection.exhausted',
      cause: { code: 'connection.unreachable', provider: { text: expect.stringMatching(/certificate/) as string } }
    })
    expect(await kamailio.devicesOf('alice')).toBe(0)
  })
})

const uri = 'sip:alice@example.test'

test('a server that is not there is told as that', async () => {
  const engine = phone({ url: 'ws://127.0.0.1:9', uri }, 1)

  await expect(engine.connect()).rejects.toMatchObject({
    code: 'connection.exhausted',
    cause: { code: 'connection.unreachable', provider: { text: expect.stringContaining('ECONNREFUSED') as string } }
  })
})

test('a server that takes the connection and never shakes hands is given up on, and the connection is closed', async () => {
  const connections: unknown[] = []
  const server = createServer((socket) => {
    connections.push(socket.resume())
    socket.on('error', () => {})
    socket.on('close', () => connections.pop())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const engine = phone({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, uri })

  await expect(engine.connect()).rejects.toMatchObject({ code: 'connection.timeout' })
  engine.dispose()

  await until(() => connections.length === 0, { what: 'the end of the connection' })
})

test.each([
  ['speaks another protocol', (server: WebSocketServer) => void (server.options.handleProtocols = () => 'chat')],
  ['answers SIP with something else', (server: WebSocketServer) => server.on('connection', answerNonsense)]
])('a server that %s is no server for us', async (_, prepare) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  prepare(server)
  await once(server, 'listening')
  onTestFinished(() => server.close())
  const garbage: string[] = []
  const engine = phone({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, uri })
  engine.events$.subscribe(({ event }) => garbage.push(event.type))

  await expect(engine.connect()).rejects.toMatchObject({ code: 'connection.timeout' })

  expect(engine.calls$.value).toEqual([])
})

function answerNonsense(socket: WebSocket) {
  socket.on('message', () =>
    ['{}', 'SIP/2.0 200', '\0', 'HTTP/1.1 200 OK\r\n\r\n'].forEach((text) => socket.send(text))
  )
}

test('a program that has disposed of its engines ends by itself, whatever they were doing', async () => {
  const server = await startSipEmulator()
  onTestFinished(() => server.stop())
  server.party('bob', { do: 'answer' })
  server.party('ringing', { do: 'ring' })
  server.party('silent', { do: 'silence' })

  const program = fileURLToPath(new URL('../contract/sip/ending-program.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', program, server.url], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill())
  let output = ''
  child.stdout.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))
  let code: number | null = null
  child.on('exit', (status) => (code = status ?? -1))

  await until(() => code !== null || output.includes('all disposed'), { within: 15_000, what: `the end (${output})` })
  await until(() => code !== null, { within: 8_000, what: `the end of the program (${output})` })
  expect(output).toContain('all disposed')
  expect(code).toBe(0)
})
