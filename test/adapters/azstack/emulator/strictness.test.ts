import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startAzstackEmulator } from '../../../../adapters/azstack/emulator.ts'
import type { AzstackEmulator } from '../../../../adapters/azstack/emulator.ts'
import { authentication, connectRaw, settled, signIn, start } from './clients.ts'
import type { RawClient } from './clients.ts'
import { dial, NUMBER, offered, say, SDP } from './scene.ts'
import { eventually } from '../../../support/eventually.ts'

let server: AzstackEmulator
let client: RawClient

beforeAll(async () => {
  server = await startAzstackEmulator({ traceLimit: 50 })
  server.party(NUMBER)
  client = await signIn(server, 'alice', connectRaw)
  return () => server.stop()
})

const lastFault = () => server.trace.findLast((entry) => entry.fault)?.fault

const start500 = { callId: 1, to: NUMBER }
const body = (service: number, text: unknown) => ({ service, body: text })
const json = (service: number, value: unknown) => body(service, JSON.stringify(value))
const SDP_EVENT = { callId: 7, callType: 2, destination: '1', phonenumber: '2', code: 183 }

describe('a packet that is not of the protocol is dropped, and the trace says why', () => {
  test.each([
    ['null', null, 'Not A Packet'],
    ['text', 'hello', 'Not A Packet'],
    ['a list', [500], 'Not A Packet'],
    ['without a service', { body: '{}' }, 'Not A Packet'],
    ['with a service of words', { service: '500', body: '{}' }, 'Not A Packet'],
    ['with a body that is an object', body(500, start500), 'Not A Packet'],
    ['with a body that is no JSON', body(500, '{'), 'Malformed Body'],
    ['with an empty body', body(500, ''), 'Missing Body'],
    ['with a body of null', body(500, 'null'), 'Missing Body'],
    ['of an unknown service', json(142, {}), 'Unknown Service 142'],
    ['of a service only servers have', json(503, { callId: 1, code: 200 }), 'Unknown Service 503'],
    ['to call with an id of words', json(500, { ...start500, callId: '1' }), 'Malformed callId'],
    ['to call with half an id', json(500, { ...start500, callId: 1.5 }), 'Malformed callId'],
    ['to call nobody', json(500, { callId: 1, to: '' }), 'Malformed to'],
    ['to call a number', json(500, { callId: 1, to: 84 }), 'Malformed to'],
    ['an offer without description', json(501, start500), 'Malformed sdp_candidate'],
    ['an offer for no call', json(501, { ...start500, sdp_candidate: SDP }), 'No Such Call'],
    ['a stop of no call', json(502, start500), 'No Such Call'],
    ['a status of no call', json(506, SDP_EVENT), 'No Such Call'],
    ['a status without code', json(506, { ...SDP_EVENT, code: undefined }), 'Malformed code'],
    [
      'a free call to nobody',
      json(186, { callId: 1, mediaType: 1, to: 9999, sdp: { type: 'offer', sdp: 'v=0' } }),
      'No Such User'
    ],
    [
      'a free call to oneself',
      json(186, { callId: 1, mediaType: 1, to: 1001, sdp: { type: 'offer', sdp: 'v=0' } }),
      'No Such User'
    ],
    [
      'a free call of smells',
      json(186, { callId: 1, mediaType: 3, to: 1002, sdp: { type: 'offer', sdp: 'v=0' } }),
      'Malformed mediaType'
    ],
    [
      'free data of no call',
      json(187, { callId: 1, to: 1002, type: 1, data: { type: 'answer', sdp: 'v' } }),
      'No Such Call'
    ],
    ['free data of no kind', json(187, { callId: 1, to: 1002, type: 3, data: {} }), 'Malformed type'],
    ['a free status of no call', json(188, { callId: 1, to: 1002, status: 200 }), 'No Such Call'],
    ['a state there is not', json(105, { state: 3 }), 'Malformed state'],
    ['a device without id', json(38, { type: 1, appBundleId: 'x' }), 'Malformed id']
  ])('%s', async (_, argument, fault) => {
    client.sendRaw(argument)
    await settled(client)

    expect(lastFault()).toBe(fault)
    expect(server.clients).toEqual([{ user: 'alice', registered: true }])
  })
})

describe('a frame that is not of the protocol is told apart', () => {
  test.each([
    ['another event', '42["Other",{}]', 'Not A WebPacket'],
    ['an event without argument', '42["WebPacket"]', 'Not One Argument'],
    ['an event with two', '42["WebPacket",{},{}]', 'Not One Argument'],
    ['an event that wants an answer', '421["WebPacket",{}]', 'Acknowledgement Asked'],
    ['another namespace', '42/chat,["WebPacket",{}]', 'Another Namespace'],
    ['an event that is no JSON', '42[', 'Malformed socket.io Event'],
    ['an event that is an object', '42{}', 'Malformed socket.io Event'],
    ['an answer', '431[]', 'Not A socket.io Event'],
    ['words', 'hello', 'Not A socket.io Event'],
    ['bytes', Buffer.from([4, 0]), 'Binary Frame'],
    ['too much', `42["WebPacket",${'1'.repeat(70_000)}]`, 'Invalid Frame: Max payload size exceeded']
  ])('%s', async (_, frame, fault) => {
    const other = await connectRaw(server.url)
    other.write(frame)
    await eventually(() => expect(lastFault()).toBe(fault))
    other.close()
    await settled(client)
  })

  test('a packet before a client of Engine.IO 4 has said hello', async () => {
    const other = await connectRaw(server.url, 'EIO=4&transport=websocket')
    other.send(1, {})
    await eventually(() => expect(lastFault()).toBe('Not Connected'))
    other.close()
  })
})

test('nothing is done for who has not authenticated', async () => {
  const other = await connectRaw(server.url)
  for (const each of [json(500, start500), json(509, {}), json(105, { state: 1 }), json(506, SDP_EVENT)]) {
    other.sendRaw(each)
    await eventually(() => expect(lastFault()).toBe('Not Authenticated'))
  }
  other.send(29, { azStackUserId: 'x' })
  await other.next(29)
  expect(other.received).toHaveLength(1)
  other.close()
})

test('polling and other paths are refused', async () => {
  expect((await fetch(`${server.url}/socket.io/?EIO=3&transport=polling`)).status).toBe(400)
  expect((await fetch(server.url)).status).toBe(426)
  const elsewhere = new WebSocket(`${server.url.replace('http', 'ws')}/elsewhere`)
  await new Promise((resolve) => elsewhere.on('error', resolve))
})

describe('a call is kept to what was said before', () => {
  test('its number, its one offer, which is complete', async () => {
    await dial(server, client, { callId: 21 })
    const expectFault = async (service: number, parts: object, fault: string) => {
      client.send(service, { callId: 21, to: NUMBER, ...parts })
      await settled(client)
      expect(lastFault()).toBe(fault)
    }

    await expectFault(500, {}, 'Call Exists')
    await expectFault(501, { to: '1', sdp_candidate: SDP }, 'Another Number')
    await expectFault(501, { sdp_candidate: SDP.replace(/a=candidate.*\r\n/, '') }, 'Incomplete sdp_candidate')
    await expectFault(501, { sdp_candidate: 'm=audio 9 x\r\na=candidate:1' }, 'Incomplete sdp_candidate')
    offered(client, SDP, 21)
    await expectFault(501, { sdp_candidate: SDP }, 'Offered Already')
    await expectFault(506, SDP_EVENT, 'No Such Call')
    await expectFault(502, { to: '1' }, 'Another Number')
    client.send(502, { callId: 21, to: NUMBER })
    await expectFault(502, {}, 'No Such Call')
  })

  test('its device, while that is connected', async () => {
    const other = await signIn(server, 'alice', connectRaw)
    const call = await dial(server, client, { callId: 23 })
    other.send(502, { callId: 23, to: NUMBER })
    await settled(other)
    expect(lastFault()).toBe('Call Of Another Device')
    other.close()
    await call.hangup()
  })

  test('an incoming one to its numbers and to what may be said of it', async () => {
    const call = await server.call('alice', { from: '849' })
    const incoming = await client.next(505)
    const expectFault = async (code: number, parts: object, fault: string) => {
      say(client, incoming, code, parts)
      await settled(client)
      expect(lastFault()).toBe(fault)
    }

    await expectFault(183, { callType: 1 }, 'Another Call')
    await expectFault(183, { destination: incoming.to, phonenumber: incoming.from }, 'Another Call')
    await expectFault(183, { callId: String(incoming.callId) }, 'No Such Call')
    await expectFault(180, {}, 'Unknown Code 180')
    await expectFault(200, {}, 'Incomplete sdp_candidate')
    expect(call.state).toBe('offered')
    await call.hangup()
  })

  test('as many of them as anybody needs', async () => {
    for (let callId = 100; callId < 121; callId += 1) client.send(500, { callId, to: NUMBER })
    await settled(client)
    expect(lastFault()).toBe('Too Many Calls')
  })
})

test('whatever is sent, the server goes on', async () => {
  const services = fc.constantFrom(1, 29, 38, 40, 105, 179, 186, 187, 188, 500, 501, 502, 506, 509)
  const argument = fc.oneof(
    fc.jsonValue(),
    fc.record({ service: fc.oneof(services, fc.integer()), body: fc.oneof(fc.json(), fc.string()) })
  )
  await fc.assert(
    fc.asyncProperty(argument, async (sent) => {
      client.sendRaw(sent)
      await settled(client)
    })
  )
  expect(server.trace.filter(({ fault }) => fault?.startsWith('internal'))).toEqual([])
})

test('whatever frame is sent, the server goes on', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `4${text}`)
      ),
      async (frame) => {
        const other = await connectRaw(server.url)
        other.write(frame)
        other.close()
      }
    ),
    { numRuns: 30 }
  )
  await settled(client)
  expect(server.trace.filter(({ fault }) => fault?.startsWith('internal'))).toEqual([])
})

describe('the trace', () => {
  test('is bounded, and frozen', async () => {
    expect(server.trace).toHaveLength(50)
    expect(server.trace.every((entry) => Object.isFrozen(entry))).toBe(true)
  })

  test('shows both directions, in order, and whose they are', async () => {
    const server = await start()
    const alice = await signIn(server, 'alice', connectRaw)
    await settled(alice)
    expect(
      server.trace.map(({ direction, user, text }) => [direction, user, /service\W+(\d+)/.exec(text)?.[1]])
    ).toEqual([
      ['in', null, '29'],
      ['out', null, '29'],
      ['in', null, '179'],
      ['out', 'alice', '162'],
      ['in', 'alice', '105'],
      ['out', 'alice', '105']
    ])
  })

  test('keeps no secret, however badly it is told', async () => {
    const server = await start({ iceServers: [{ url: 'turn:x', username: 'u', password: 'hush-hush' }] })
    const other = await connectRaw(server.url)
    const { token, ...rest } = authentication(server, 'alice') as { token: string }
    const secret = JSON.stringify({ ...rest, token })
    await signIn(server, 'alice', connectRaw)
    other.sendRaw(body(179, secret))
    other.sendRaw(body(179, secret.slice(0, -9)))
    other.sendRaw({ service: 179, body: { token } })
    other.sendRaw({ service: 179, body: JSON.stringify(secret) })
    other.sendRaw([token])
    other.write(`42["WebPacket",{"service":179,"body":"{\\"token\\":\\"${token}`)
    other.write(`4{"userCredentials":"pw-alice"`)
    await other.closed
    server.inject('alice', '42["WebPacket",{"service":162,"body":"{\\"password\\":\\"hush-hush\\"}"}]')

    const kept = JSON.stringify(server.trace)
    expect(kept).toContain('***')
    for (const each of [token, token.slice(0, 40), token.slice(-40), 'hush-hush', 'pw-alice']) {
      expect(kept).not.toContain(each)
    }
  })
})
