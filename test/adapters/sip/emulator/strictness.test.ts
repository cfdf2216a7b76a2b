import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSipEmulator } from '../../../../adapters/sip/emulator.ts'
import type { SipEmulator } from '../../../../adapters/sip/emulator.ts'
import { connectRaw, field, random, register, registered, request, response } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'

let server: SipEmulator
let client: RawClient

beforeAll(async () => {
  server = await startSipEmulator({ traceLimit: 50 })
  client = await registered(server.credentials('alice'), 'alice')
})

afterAll(() => server.stop())

/** Everything sent before has been dealt with once the server has answered this. */
async function settled(through: RawClient): Promise<void> {
  const callId = random()
  through.send(request({ callId }))
  await through.next(new RegExp(`Call-ID: ${callId}\r`))
}

const invite = (parts: Parameters<typeof request>[0] = {}) =>
  request({
    method: 'INVITE',
    uri: 'sip:bob@example.test',
    to: 'bob',
    headers: ['Contact: <sip:a@a.invalid>'],
    ...parts
  })
const lacking = (name: string) => invite().replace(new RegExp(`^${name}: .*\r\n`, 'm'), '')
const changed = (from: string | RegExp, to: string) => invite().replace(from, to)

describe('an invalid request is refused, and the trace says why', () => {
  test.each([
    ['without Max-Forwards', lacking('Max-Forwards'), '400 Missing Max-Forwards'],
    ['without From', lacking('From'), '400 Missing From'],
    ['without To', lacking('To'), '400 Missing To'],
    ['without Call-ID', lacking('Call-ID'), '400 Missing Call-ID'],
    ['without Contact', lacking('Contact'), '400 INVITE Needs One Contact'],
    [
      'with two Contacts',
      invite({ headers: ['m: <sip:a@b.invalid>, <sip:c@d.invalid>'] }),
      '400 INVITE Needs One Contact'
    ],
    ['with a wildcard Contact', invite({ headers: ['Contact: *'] }), '400 Malformed Contact'],
    ['with two From fields', invite({ headers: ['f: <sip:x@y>;tag=1'] }), '400 More Than One From'],
    ['without From tag', changed(/;tag=\w+/, ''), '400 Missing From Tag'],
    ['with a From that is no address', changed(/^From: .*$/m, 'From: <sip:;tag=1'), '400 Malformed From'],
    ['with a To that is no address', changed(/^To: .*$/m, 'To: <<<'), '400 Malformed To'],
    ['with a CSeq of another method', changed('1 INVITE', '1 BYE'), '400 CSeq Method Mismatch'],
    ['with a CSeq of words', changed('1 INVITE', 'one INVITE'), '400 Malformed CSeq'],
    ['with a CSeq too large', changed('1 INVITE', '2147483648 INVITE'), '400 Malformed CSeq'],
    ['with a negative Max-Forwards', changed('Max-Forwards: 70', 'Max-Forwards: -1'), '400 Malformed Max-Forwards'],
    ['with a Max-Forwards too large', changed('Max-Forwards: 70', 'Max-Forwards: 256'), '400 Malformed Max-Forwards'],
    ['that has come far enough', changed('Max-Forwards: 70', 'Max-Forwards: 0'), '483 Too Many Hops'],
    ['with a body longer than said', invite({ body: 'v=0' }).concat('more'), '400 Content-Length Mismatch'],
    ['with a body shorter than said', changed('Content-Length: 0', 'Content-Length: 9'), '400 Content-Length Mismatch'],
    ['with a length of words', changed('Content-Length: 0', 'Content-Length: none'), '400 Content-Length Mismatch'],
    ['with a body of no type', invite({ body: 'v=0' }), '400 Missing Content-Type'],
    [
      'with a malformed type',
      invite({ headers: ['m: <sip:a@b>', 'c: text'], body: 'v=0' }),
      '400 Malformed Content-Type'
    ],
    ['to a telephone number', invite({ uri: 'tel:+15551234' }), '416 Unsupported URI Scheme'],
    ['to a secure address', invite({ uri: 'sips:bob@example.test' }), '416 Unsupported URI Scheme'],
    ['to no address', invite({ uri: 'sip:' }), '400 Malformed Request-URI'],
    ['to an address without scheme', invite({ uri: 'bob' }), '400 Malformed Request-URI'],
    ['of another SIP', changed('SIP/2.0\r', 'SIP/3.0\r'), '505 Version Not Supported'],
    ['of HTTP', changed('SIP/2.0\r', 'HTTP/1.1\r'), '400 Malformed Request-Line'],
    ['with words too many', changed(' SIP/2.0\r', ' now SIP/2.0\r'), '400 Malformed Request-Line'],
    ['of an unknown method', request({ method: 'JUMP', uri: 'sip:bob@example.test' }), '501 Not Implemented'],
    ['in lower case', changed(/^INVITE/, 'invite'), '501 Not Implemented'],
    [
      'with an extension for proxies',
      invite({ headers: ['m: <sip:a@b>', 'Proxy-Require: magic'] }),
      '420 Bad Extension'
    ],
    ['with an extension for the registrar', request({ headers: ['Require: magic'] }), '420 Bad Extension'],
    [
      'with a Route to elsewhere',
      invite({ headers: ['m: <sip:a@b>', 'Route: <sip:else.where;lr>'] }),
      '403 Relaying Denied'
    ],
    ['with a malformed Route', invite({ headers: ['m: <sip:a@b>', 'Route: <sip'] }), '400 Malformed Route'],
    ['with a malformed Via', changed('SIP/2.0/WS client', 'SIP/2.0 client'), '400 Malformed Via'],
    ['with a Via of UDP', changed('SIP/2.0/WS', 'SIP/2.0/UDP'), '400 Via Transport Is Not WebSocket'],
    ['with an old branch', invite({ branch: '1' }), '400 Malformed Via Branch'],
    ['with a line that is no field', changed('Max-Forwards: 70', 'Max-Forwards'), '400 Malformed Header Field'],
    ['with a bare line feed', changed('Max-Forwards: 70', 'Max-Forwards: 70\nX: y'), '400 Malformed Header Field'],
    [
      'with a control character',
      changed('Max-Forwards: 70', 'X: \u0007\r\nMax-Forwards: 70'),
      '400 Malformed Header Field'
    ],
    ['with too many fields', invite({ headers: Array<string>(300).fill('X: y') }), '400 Too Many Header Fields'],
    ['without end', invite().replace(/\r\n\r\n$/, ''), '400 Header Section Without End'],
    [
      'with malformed credentials',
      invite({ headers: ['m: <sip:a@b>', 'Authorization: Basic eDp5'] }),
      '400 Malformed Authorization'
    ]
  ])('%s', async (_, text, refusal) => {
    client.send(text)

    const answer = await client.next(/^SIP\/2\.0 [3-6]/)
    await settled(client)

    expect(answer.split('\r\n')[0]).toBe(`SIP/2.0 ${refusal}`)
    expect(server.trace.filter(({ fault }) => fault).at(-1)?.fault).toBe(refusal.slice(4))
  })
})

describe('what cannot be answered is dropped, and the trace says why', () => {
  test.each([
    ['a request without Via', lacking('Via'), 'Missing Via'],
    ['a request without CSeq', lacking('CSeq'), 'Missing CSeq'],
    [
      'an invalid ACK',
      request({ method: 'ACK' }).replace('Max-Forwards: 70', 'Max-Forwards: x'),
      'Malformed Max-Forwards'
    ],
    ['words', 'hello', 'Header Section Without End'],
    ['a response to nothing', response(request(), '200 OK'), 'No Transaction For This Response'],
    ['a response without reason', response(request(), '99 Low'), 'Malformed Status-Line'],
    [
      'a response of another SIP',
      response(request(), '200 OK').replace('SIP/2.0 ', 'SIP/1.0 '),
      'Version Not Supported'
    ],
    ['a response to an invalid request', response(lacking('To'), '200 OK'), 'Missing To'],
    ['bytes that are no text', Buffer.from([0xc3, 0x28]), 'Not UTF-8'],
    [
      'an ACK for nobody',
      request({ method: 'ACK', uri: 'sip:x@gone.invalid', to: '<sip:x@y>;tag=1' }),
      'Nobody To Acknowledge'
    ]
  ])('%s', async (_, bytes, fault) => {
    const before = client.received.length
    client.send(bytes)
    await settled(client)

    expect(server.trace.filter((entry) => entry.fault).at(-1)?.fault).toBe(fault)
    expect(client.received.length).toBe(before + 1)
  })
})

test('a request without Content-Length is taken, since the frame ends it', async () => {
  client.send(request({ callId: 'framed' }).replace(/Content-Length: 0\r\n/, ''))

  expect(await client.next(/Call-ID: framed/)).toMatch(/^SIP\/2\.0 200/)
})

test('compact, folded and oddly written fields are understood', async () => {
  const text = request({ callId: 'odd' })
    .replace('Via:', 'v :')
    .replace('From: ', 'F:\r\n ')
    .replace('To:', 'tO:')
    .replace('Call-ID:', 'i:')
  client.send(text)

  expect(await client.next(/Call-ID: odd/)).toMatch(/^SIP\/2\.0 200/)
})

test('the server itself answers OPTIONS and takes no calls', async () => {
  client.send(request({ callId: 'probe' }))
  client.send(invite({ uri: 'sip:example.test', callId: 'nobody' }))

  expect(await client.next(/Call-ID: probe/)).toMatch(/^SIP\/2\.0 200[^]*Allow: OPTIONS, REGISTER/)
  expect(await client.next(/Call-ID: nobody/)).toMatch(/^SIP\/2\.0 405 Method Not Allowed[^]*Allow: OPTIONS, REGISTER/)
})

test('a refusal names the extensions it is about', async () => {
  client.send(request({ callId: 'ext', headers: ['Require: gruu, magic', 'Proxy-Require: tricks'] }))

  expect(field(await client.next(/Call-ID: ext/), 'Unsupported')).toBe('tricks, magic')
})

test('a ping is answered with a pong', async () => {
  client.send('\r\n\r\n')

  expect(await client.next(/^\r\n$/)).toBe('\r\n')
})

test('a frame too large closes the connection', async () => {
  const big = await connectRaw(server.url)
  big.send('x'.repeat(70_000))

  expect(await big.closed).toBe(1009)
  expect(server.trace.at(-1)?.fault).toBe('Frame Too Large')
})

test.each([[[]], [['chat']]])('a handshake that offers %j instead of sip is refused', async (protocols) => {
  await expect(connectRaw(server.url, protocols)).rejects.toThrow('400')
})

test('a handshake that offers sip among others gets sip', async () => {
  const other = await connectRaw(server.url, ['chat', 'sip'])
  await settled(other)
  other.close()
})

test('what is not a WebSocket is told so', async () => {
  const answer = await fetch(server.url.replace('ws:', 'http:'))

  expect(answer.status).toBe(426)
})

test('the trace remembers no more than it may', async () => {
  for (let i = 0; i < 60; i += 1) await settled(client)

  expect(server.trace).toHaveLength(50)
})

test('the trace shows no digest, valid or broken, and no other credentials', async () => {
  await register(client, { callId: 'masked' })
  client.send(invite({ headers: ['Authorization: Basic c2VjcmV0'] }))
  client.send(invite({ headers: ['proxy-authorization : Digest username="a",\r\n response=c0ffee'] }))
  client.send('Authorization: Digest response="c0ff')
  await settled(client)

  const texts = server.trace.map(({ text }) => text).join('\n')
  expect(texts).toContain('response="***"')
  expect(texts).not.toMatch(/response="?[0-9a-f]/)
  expect(texts).not.toContain('c2VjcmV0')
  expect(texts).not.toContain('pw-alice')
})

describe('whatever comes', () => {
  const whole = [
    invite({ body: 'v=0', headers: ['Contact: <sip:a@a.invalid>', 'Content-Type: application/sdp'] }),
    request({ method: 'REGISTER', headers: ['Contact: "A" <sip:a@b.invalid;x=y>;expires=9', 'Supported: gruu'] }),
    request({ method: 'BYE', uri: 'sip:bob@example.test;gr=urn:uuid:1', to: '"B" <sip:b@c>;tag=1' }),
    response(request(), '200 OK')
  ]
  /** Some characters replaced, cut out or put in. */
  const mutated = fc
    .tuple(
      fc.constantFrom(...whole),
      fc.array(fc.tuple(fc.nat(600), fc.nat(20), fc.string({ maxLength: 8, unit: 'binary' })), {
        minLength: 1,
        maxLength: 4
      })
    )
    .map(([text, edits]) =>
      edits.reduce((now, [at, length, put]) => now.slice(0, at) + put + now.slice(at + length), text)
    )
  const message = fc.oneof(
    { arbitrary: mutated, weight: 5 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 300 }), weight: 1 },
    { arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)), weight: 1 }
  )

  test('it ends in a response, a fault or silence, and the next client is registered', async () => {
    const faults: (string | undefined)[] = []
    const watching = server.trace$.subscribe(({ fault }) => faults.push(fault))

    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 10 }), async (messages) => {
        const stranger = await connectRaw(server.url)
        messages.forEach((each) => stranger.send(each))
        await settled(stranger)
        const next = await connectRaw(server.url)
        const answer = await register(next, { user: 'bob' })
        stranger.close()
        next.close()

        return answer.startsWith('SIP/2.0 200') && !faults.some((fault) => fault?.startsWith('internal'))
      }),
      { numRuns: 100 }
    )
    watching.unsubscribe()

    expect(faults.length).toBeGreaterThan(100)
  }, 30_000) // 200 connections of a real server
})
