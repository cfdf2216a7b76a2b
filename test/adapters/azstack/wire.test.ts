import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ClientPacket, ServerPacket } from '../../../adapters/azstack/packets.ts'
import { freeBodies } from '../../../adapters/azstack/packets/free-calls.ts'
import { clientBodies } from '../../../adapters/azstack/packets/from-client.ts'
import { serverBodies as paidBodies } from '../../../adapters/azstack/packets/from-server.ts'
import { logBodies } from '../../../adapters/azstack/packets/logs.ts'
import { packet, parse } from '../../../adapters/azstack/wire.ts'

const serverBodies = { ...paidBodies, ...freeBodies, ...logBodies }
const parseServerPacket = (received: unknown) => parse<ServerPacket>(serverBodies, received)
const parseClientPacket = (received: unknown) => parse<ClientPacket>(clientBodies, received)

const sdp = 'v=0\r\no=- 4 2 IN IP4 127.0.0.1\r\n'
const offer = { type: 'offer', sdp } as const
const answer = { type: 'answer', sdp } as const
const candidate = { sdpMid: '0', sdpMLineIndex: 0, sdp: 'candidate:1 1 udp 1 192.0.2.5 5 typ host' }

const fromServers: readonly ServerPacket[] = [
  { service: 29, body: { ip: '10.0.0.7', port: 9090 } },
  { service: 29, body: {} },
  {
    service: 162,
    body: {
      userId: 1001,
      username: 'alice',
      fullname: 'Alice',
      ice_server: [{ url: 'stun:127.0.0.1:3478', username: '', password: '' }]
    }
  },
  { service: 162, body: { userId: 1001, username: 'alice', fullname: 'Alice', ice_server: [] } },
  { service: 610, body: { callId: 1_512_381_600, status: 100 } },
  { service: 610, body: { callId: 1_512_381_600, status: 402, chargingError: -4 } },
  { service: 504, body: { callId: 1_512_381_600 } },
  { service: 503, body: { callId: 1_512_381_600, code: 183 } },
  { service: 503, body: { callId: 1_512_381_600, code: 200, sdp_candidate: sdp } },
  {
    service: 505,
    body: { callId: 900_000_001, callType: 2, from: '84911111111', to: '84922222222', sdp_candidate: sdp }
  },
  { service: 505, body: { callId: 'nine', callType: 'any', from: '1', to: '2', sdp_candidate: sdp } },
  { service: 506, body: { callId: 900_000_001, code: 702 } },
  { service: 508, body: { callId: 900_000_001, code: 200 } },
  {
    service: 601,
    body: {
      data: {
        callId: 1_512_381_600,
        from: '84900000000',
        to: '84901234567',
        tags: 'vip',
        duration: 42,
        recordTime: 1_512_381_590,
        urlRecord: 'https://files.example/1.mp3',
        azUserId: 1001,
        callType: 1,
        status: 0
      }
    }
  },
  {
    service: 509,
    body: {
      r: 1,
      data: [{ callId: 1, from: '1', to: '2', url: 'x', userId: 1001, callType: 2, status: 2, tags: null }]
    }
  },
  { service: 509, body: { r: 1, data: [] } },
  { service: 186, body: { callId: 1_512_381_700, mediaType: 2, to: 1002, from: 1001, sdp: offer } },
  { service: 187, body: { callId: 1_512_381_700, to: 1002, from: 1001, type: 1, data: answer } },
  { service: 187, body: { callId: 1_512_381_700, to: 1002, from: 1001, type: 2, data: candidate } },
  { service: 188, body: { callId: 1_512_381_700, to: 1001, from: 1002, status: 180 } },
  { service: 199, body: { callId: 1_512_381_700, status: 200 } },
  { service: 105, body: {} }
]

const incoming = { callId: 900_000_001, callType: 2, destination: '84911111111', phonenumber: '84922222222' }

const fromClients: readonly ClientPacket[] = [
  { service: 1, body: {} },
  { service: 29, body: { azStackUserId: 'alice' } },
  {
    service: 179,
    body: {
      slaveIp: '10.0.0.7',
      slavePort: 9090,
      token: 'wrXN...==',
      fullname: 'Alice',
      namespace: '',
      appId: 'bd70',
      platform: 3,
      sdkVersion: '0.0.1',
      screenSize: '0x0'
    }
  },
  {
    service: 179,
    body: { token: 'x', fullname: 'A', namespace: '', appId: 'b', sdkVersion: '2.2.4', screenSize: '390x844' }
  },
  { service: 500, body: { callId: 1_512_381_600, to: '84901234567' } },
  { service: 500, body: { callId: 1_512_381_600, to: '84901234567', from: '84900000000', tags: 'vip' } },
  { service: 501, body: { callId: 1_512_381_600, to: '84901234567', sdp_candidate: sdp } },
  { service: 502, body: { callId: 1_512_381_600, to: '84901234567' } },
  { service: 506, body: { ...incoming, code: 183 } },
  { service: 506, body: { ...incoming, code: 200, sdp_candidate: sdp } },
  { service: 506, body: { ...incoming, code: 700, tags: null } },
  { service: 509, body: {} },
  { service: 186, body: { callId: 1_512_381_700, mediaType: 1, to: 1002, sdp: offer } },
  { service: 187, body: { callId: 1_512_381_700, to: 1002, type: 1, data: answer } },
  { service: 187, body: { callId: 1_512_381_700, to: 1002, type: 2, data: candidate } },
  { service: 188, body: { callId: 1_512_381_700, to: 1001, status: 700 } },
  { service: 105, body: { state: 1 } },
  { service: 38, body: { id: 'device', type: 2, appBundleId: 'com.example' } },
  { service: 40, body: { id: 'device' } }
]

describe('what is written can be read', () => {
  test.each(fromServers.map((each) => [each.service, each] as const))('%s of a server', (_, each) => {
    expect(parseServerPacket(packet(each))).toEqual({ kind: 'packet', packet: each })
  })

  test.each(fromClients.map((each) => [each.service, each] as const))('%s of a client', (_, each) => {
    expect(parseClientPacket(packet(each))).toEqual({ kind: 'packet', packet: each })
  })

  test('every service there is stands among them', () => {
    const codes = (bodies: object) => Object.keys(bodies).map(Number)
    expect([...new Set(fromServers.map((each) => each.service as number))].sort((a, b) => a - b)).toEqual(
      codes(serverBodies)
    )
    expect([...new Set(fromClients.map((each) => each.service as number))].sort((a, b) => a - b)).toEqual(
      codes(clientBodies)
    )
  })

  test('the body is text, and numbers in it are numbers', () => {
    expect(packet({ service: 503, body: { callId: 1_512_381_600, code: 183 } })).toEqual({
      service: 503,
      body: '{"callId":1512381600,"code":183}'
    })
  })
})

describe('what cannot be relied on is told apart', () => {
  const status = (body: unknown) => parseServerPacket({ service: 503, body })

  test.each([
    ['no packet', parseServerPacket(null), 'ERR_SOCKET_PARSE_BODY', 'Not A Packet'],
    ['no body as text', status({ callId: 1 }), 'ERR_SOCKET_PARSE_BODY', 'Not A Packet'],
    ['a body that is no JSON', status('{'), 'ERR_SOCKET_PARSE_BODY', 'Malformed Body'],
    ['an empty body', status(''), 'ERR_SOCKET_PARSE_BODY', 'Missing Body'],
    ['a body that is missing', status(undefined), 'ERR_SOCKET_PARSE_BODY', 'Missing Body'],
    ['a body of null', status('null'), 'ERR_SOCKET_PARSE_BODY', 'Missing Body'],
    ['an unknown service', parseServerPacket({ service: 142, body: '{}' }), 'ERR_SOCKET_UNKNOWN_SERVICE', 'Unknown'],
    ['a service of the other side', parseServerPacket({ service: 500, body: '{}' }), 'ERR_SOCKET_UNKNOWN_SERVICE', ''],
    ['a number as text', status('{"callId":"1","code":183}'), 'ERR_UNEXPECTED_RECEIVED_DATA', 'Malformed callId'],
    ['a code as text', status('{"callId":1,"code":"183"}'), 'ERR_UNEXPECTED_RECEIVED_DATA', 'Malformed code'],
    ['a number past counting', status('{"callId":1e999}'), 'ERR_UNEXPECTED_RECEIVED_DATA', 'Malformed callId'],
    [
      'a user without ice servers',
      parseServerPacket({ service: 162, body: '{"userId":1,"username":"a","fullname":"A"}' }),
      'ERR_UNEXPECTED_RECEIVED_DATA',
      'Malformed ice_server'
    ],
    [
      'an incoming call without id',
      parseServerPacket({ service: 505, body: '{"callId":0,"callType":2,"from":"","to":"","sdp_candidate":"v"}' }),
      'ERR_UNEXPECTED_RECEIVED_DATA',
      'Malformed callId'
    ]
  ])('%s', (_, parsed, code, fault) => {
    expect(parsed).toMatchObject({ kind: 'fault', code, fault: expect.stringContaining(fault) as string })
  })

  test('a fault never quotes what was received', () => {
    const parsed = parseClientPacket({ service: 179, body: '{"token":["secret"],"fullname":"A"}' })
    expect(JSON.stringify(parsed)).not.toContain('secret')
  })

  test('a status without a code is an unknown one', () => {
    expect(status('{"callId":1}')).toMatchObject({ packet: { body: { callId: 1, code: 0 } } })
  })
})

describe('whatever comes in', () => {
  const codes = [...new Set([...Object.keys(serverBodies), ...Object.keys(clientBodies)])].map(Number)
  const service = fc.oneof(fc.constantFrom(...codes), fc.integer())
  const body = fc.oneof(fc.json(), fc.string(), fc.anything())

  test('reading it does not throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record({ service, body })), (received) => {
        for (const read of [parseServerPacket, parseClientPacket]) {
          expect(['packet', 'fault']).toContain(read(received).kind)
        }
      })
    )
  })

  test('members nobody knows are left out', () => {
    // The body of 105 is nobody's business.
    const read = fromServers.filter((each) => each.service !== 105)
    fc.assert(
      fc.property(fc.constantFrom(...read), fc.dictionary(fc.string(), fc.jsonValue()), (known, extra) => {
        const changed = JSON.stringify({ ...extra, ...known.body })
        const parsed = parseServerPacket({ service: known.service, body: changed })
        expect(parsed).toEqual({ kind: 'packet', packet: known })
      })
    )
  })

  test('a packet with any one member replaced is read or refused', () => {
    const packets = [...fromServers, ...fromClients]
    const member = fc.constantFrom(...packets).chain((known) => {
      const names = Object.keys(known.body as object)
      return fc.record({ known: fc.constant(known), name: fc.constantFrom(...names, 'x'), value: fc.jsonValue() })
    })
    fc.assert(
      fc.property(member, ({ known, name, value }) => {
        const changed = JSON.stringify({ ...(known.body as object), [name]: value })
        for (const read of [parseServerPacket, parseClientPacket]) {
          expect(['packet', 'fault']).toContain(read({ service: known.service, body: changed }).kind)
        }
      })
    )
  })
})
