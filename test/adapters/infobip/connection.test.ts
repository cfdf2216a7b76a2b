/** Connecting to Infobip's gateway: the handshake, the heartbeat, and every way the connection ends. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dialect261, infobipBackoff, infobipPolicy, infobipTransport } from '../../../adapters/infobip/index.ts'
import type { WebSocketLike } from '../../../adapters/infobip/index.ts'
import { decodeJson } from '../../../adapters/infobip/wire.ts'
import { backoffDelay } from '../../../machines/index.ts'
import { createEngine } from '../../../src/index.ts'
import { soon } from '../../contract/scene.ts'
import { startInfobipBench } from '../../contract/infobip/emulator-bench.ts'
import type { InfobipBench } from '../../contract/infobip/emulator-bench.ts'
import { actionsOf, person } from './support/people.ts'

let bench: InfobipBench
beforeAll(async () => {
  bench = await startInfobipBench()
})
afterAll(() => bench.stop())

const jwt = (claims: object) => ['e30', btoa(JSON.stringify(claims)).replace(/=+$/, ''), 'x'].join('.')
const quick = { heartbeat: { period: 30, deadline: 30 } }

describe('the handshake', { timeout: 20_000 }, () => {
  test('carries the token and what we run on, and makes us who the token says', async () => {
    const alice = await person(bench, { user: 'alice' })

    const [, protocols = []] = alice.handshakes[0] ?? []
    expect(protocols[0]).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(decodeJson(protocols[1] ?? '')).toMatchObject({ sdk: { type: 'js', version: '0.4.1' } })
    expect(alice.engine.connection$.value).toMatchObject({ status: 'online', identity: 'alice' })
    expect(alice.transport.capabilities).toMatchObject({ registration: false, hold: false, renegotiate: true })
  })

  test('takes an opaque token too, and learns from the gateway who we are', async () => {
    const alice = await person(bench, { user: 'alice', token: { opaque: true } })

    expect(alice.engine.connection$.value.identity).toBe('alice')
  })

  test.each([
    [{}, undefined, undefined, 'wss://portunus.infobip.com'],
    [{ location: 'io' }, undefined, undefined, 'wss://portunus.ioinfobip.com'],
    [{ location: 'de' }, undefined, undefined, 'wss://portunus-de.infobip.com'],
    [{ location: 'iop1' }, undefined, undefined, 'wss://portunus-iop1.infobip.com'],
    [{ location: 'iop1' }, undefined, dialect261, 'wss://portunus-iop1.ioinfobip.com'],
    [{ location: 'de' }, 'gateway.example.com', undefined, 'wss://gateway.example.com'],
    [{ location: 'de' }, 'ws://127.0.0.1:1', undefined, 'ws://127.0.0.1:1']
  ] as const)('goes where the token or the url says: %o, %s', (claims, url, dialect, address) => {
    const addresses: string[] = []
    const transport = infobipTransport({
      token: jwt({ identity: 'alice', ...claims }),
      WebSocket: class extends DeadSocket {
        constructor(to: string) {
          super()
          addresses.push(to)
        }
      },
      ...(url && { url }),
      ...(dialect && { dialect })
    })

    transport.send({ type: 'connect', attempt: 1 })

    expect(addresses).toEqual([address])
    transport.dispose()
  })

  test.each([
    [{ token: '' }, /token/],
    [{ token: 'two words' }, /token/],
    [{ token: 'a.b.c', url: 'http://example.com' }, /url/],
    [{ token: 'a.b.c', url: 'no host' }, /url/]
  ])('is refused for options nothing could be connected with: %o', (options, message) => {
    const make = () => infobipTransport({ WebSocket: DeadSocket, ...options })

    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
    expect(make).not.toThrow(/two words|a\.b\.c/)
  })
})

describe('a connection', { timeout: 20_000 }, () => {
  test('is refused once and for good with a token that is not good', async () => {
    const alice = await person(bench, { online: false, password: 'a-token-of-mine' })

    await expect(alice.engine.connect()).rejects.toMatchObject({ code: 'registration.unauthorized', retryable: false })

    expect(alice.logins).toBe(1)
    expect(actionsOf(alice)).toEqual([{ action: 'destroy' }])
    expect(JSON.stringify(alice.events)).not.toContain('a-token-of-mine')
  })

  test('is not tried again after a close that is permanent, and says why', async () => {
    const alice = await person(bench, { user: 'carol' })

    bench.server.close('carol', 4100, 'Account suspended.')

    await soon(() => alice.engine.connection$.value.status === 'offline', 'offline')
    expect(alice.engine.connection$.value.cause).toMatchObject({ provider: { code: 4100, text: 'Account suspended.' } })
    expect(alice.logins).toBe(1)
  })

  test.each([1000, 1001, 1011, 1013])('that is closed with %i is made again', async (code) => {
    const alice = await person(bench, { user: `closed-${code}` })

    bench.server.close(`closed-${code}`, code)

    await soon(() => alice.told.includes('connection.reconnected'), 'reconnected')
    expect(alice.logins).toBe(2)
  })

  test('that another one replaces is not made again', async () => {
    const single = await startInfobipBench({ sessions: 'one' })
    const first = await person(single, { user: 'alice' })

    const second = await person(single, { user: 'alice' })

    await soon(() => first.engine.connection$.value.status === 'offline', 'offline')
    expect(first.engine.connection$.value.cause).toMatchObject({ provider: { text: 'Session replaced.' } })
    expect(second.engine.connection$.value.status).toBe('online')
    await single.stop()
  })

  test('on which the gateway never greets us is given up, and tried again', async () => {
    bench.server.withhold('mute', ['registered'])
    const alice = await person(bench, { user: 'mute', online: false })
    const connected = alice.engine.connect()
    await soon(() => alice.logins > 1, 'the second try')

    bench.server.withhold('mute', [])

    await connected
  })

  test('says goodbye when it is no longer wanted', async () => {
    const alice = await person(bench)

    await alice.engine.disconnect()

    expect(actionsOf(alice)).toEqual([{ action: 'destroy' }])
    await soon(() => alice.open.length === 0, 'everything is closed')
    await alice.engine.connect()
    expect(alice.engine.connection$.value.status).toBe('online')
  })

  test('is tried as often and with such waits as is documented', async () => {
    const waits = [0, 1, 2, 3, 4, 5, 6].map((n) => backoffDelay(infobipBackoff, n))
    let sockets = 0
    const transport = infobipTransport({
      token: 'opaque',
      WebSocket: class extends DeadSocket {
        constructor() {
          super(true)
          sockets += 1
        }
      }
    })
    const timers = {
      setTimeout: (act: () => void, wait: number) => setTimeout(act, wait > 1_000 ? wait : 0),
      clearTimeout: (id: never) => clearTimeout(id)
    }
    const engine = createEngine({ transport, policy: infobipPolicy, clock: timers })

    await expect(engine.connect()).rejects.toMatchObject({ code: 'connection.exhausted' })

    expect(waits).toEqual([50, 100, 200, 400, 800, 1_000, 1_000])
    expect(sockets).toBe(50)
    engine.dispose()
  })
})

describe('the heartbeat', { timeout: 20_000 }, () => {
  test('is asked for and answered, and nothing comes of it', async () => {
    const alice = await person(bench, { changes: { heartbeat: { period: 20 } } })

    await soon(() => alice.sent.filter((text) => text === '{"action":"heartbeat"}').length > 3, 'heartbeats')

    expect(alice.told).toEqual(['connection.connected'])
  })

  test('that finds no answer makes us doubt the connection, and then leave it', async () => {
    const alice = await person(bench, { user: 'silent', changes: quick })

    bench.server.withhold('silent', ['heartbeat_resp'])
    await soon(() => alice.engine.connection$.value.proving, 'doubts')
    await soon(() => alice.told.includes('connection.reconnecting'), 'reconnecting')
    bench.server.withhold('silent', [])

    await soon(() => alice.told.includes('connection.reconnected'), 'reconnected')
  })

  test('that is only late leaves the connection as it is', async () => {
    const alice = await person(bench, { user: 'late', changes: quick })
    bench.server.withhold('late', ['heartbeat_resp'])
    await soon(() => alice.engine.connection$.value.proving, 'doubts')

    bench.server.withhold('late', [])

    await soon(() => !alice.engine.connection$.value.proving, 'proven')
    expect(alice.told).toEqual(['connection.connected'])
  })

  test('of the gateway is answered', async () => {
    const alice = await person(bench)

    alice.inject('{"event":"heartbeat"}')

    expect(actionsOf(alice)).toEqual([{ action: 'heartbeat_resp' }])
  })
})

describe('nonsense from the gateway', { timeout: 20_000 }, () => {
  test.each([
    'not JSON',
    'null',
    '[]',
    '{}',
    '{"event":7}',
    '{"event":"error"}',
    '{"event":"call"}',
    '{"event":"call","callId":"x","caller":{"identity":"bob"}}',
    '{"event":"hangup","callId":"somebody-else"}',
    '{"event":"ringing"}',
    '{"event":"trickle_ice","callId":"x","candidate":7}',
    '{"event":"__proto__"}'
  ])('is dropped and counted: %s', async (text) => {
    const alice = await person(bench)

    alice.inject(text)

    expect(alice.told).toEqual(['connection.connected', 'transport.garbage'])
    const call = await alice.engine.dial('nobody-1')
    expect(await call.ended()).toMatchObject({ reason: 'not-found' })
  })
})

/** A WebSocket that never opens, or fails at once. */
class DeadSocket implements WebSocketLike {
  onopen: WebSocketLike['onopen'] = null
  onerror: WebSocketLike['onerror'] = null
  onclose: WebSocketLike['onclose'] = null
  onmessage: WebSocketLike['onmessage'] = null

  constructor(fails: unknown = false) {
    if (fails === true) queueMicrotask(() => this.onclose?.({ code: 1006, reason: '' } as never))
  }

  send() {}
  close() {}
}
