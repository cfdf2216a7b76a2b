import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dialect261 } from '../../../adapters/infobip/dialect-2-6-1.ts'
import {
  closureOf,
  decodeJson,
  endOf,
  failureCodeOf,
  gatewayUrl,
  isSendable,
  readToken,
  reasonOf,
  refusalOf,
  subprotocols
} from '../../../adapters/infobip/wire.ts'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = (claims: unknown) => `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}.signature`

describe('a token', () => {
  test('tells who its user is, where and how long', () => {
    const claims = { identity: 'zoë', name: 'Zoë 🦊', location: 'io', exp: 1_900_000_000, caps: [1] }

    expect(readToken(token(claims))).toEqual({
      identity: 'zoë',
      displayName: 'Zoë 🦊',
      location: 'io',
      expires: 1_900_000_000
    })
  })

  test('need not tell more than who', () => {
    const nothing = { displayName: null, location: null, expires: null }

    expect(readToken(token({ identity: 'alice' }))).toEqual({ identity: 'alice', ...nothing })
    expect(readToken(token({ identity: 'alice', name: '', location: null }))).toEqual({ identity: 'alice', ...nothing })
  })

  test.each([
    ['opaque', '2e29c3a0-730a-4526-93ce-cda44556dab5'],
    ['empty', ''],
    ['of dots', '..'],
    ['no JSON', 'a.bm9uc2Vuc2U.c'],
    ['no base64', 'a.€.c'],
    ['of nobody', token({ name: 'Alice' })],
    ['of a number', token({ identity: 7 })],
    ['half a word', `a.${Buffer.from([0x22, 0xc3, 0x22]).toString('base64url')}.c`]
  ])('that is %s tells nothing', (_, text) => {
    expect(readToken(text)).toBeNull()
  })

  test('whatever it is, reading it never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.jsonValue().map(token)), (text) => {
        expect(() => readToken(text)).not.toThrow()
      })
    )
  })

  test('can be sent when it is a word', () => {
    expect(isSendable(token({ identity: 'alice' }))).toBe(true)
    for (const text of ['', 'two words', 'a,b', 'line\r\nbreak', '"quoted"']) expect(isSendable(text)).toBe(false)
  })

  test('is the first of two subprotocols; the other says what we run on', () => {
    const device = { sdk: { type: 'js', version: '0.4.1' }, device: { os: { name: 'Línux?>' } } }

    const [first, second] = subprotocols('the.token.here', device)

    expect(first).toBe('the.token.here')
    expect(isSendable(second)).toBe(true)
    expect(decodeJson(second)).toEqual(device)
  })
})

describe('the gateway is found', () => {
  test.each([
    [null, undefined, 'wss://portunus.infobip.com'],
    ['io', undefined, 'wss://portunus.ioinfobip.com'],
    ['iop1', undefined, 'wss://portunus-iop1.infobip.com'],
    ['eu-2', undefined, 'wss://portunus-eu-2.infobip.com'],
    ['eu', 'portunus.infobip.com', 'wss://portunus.infobip.com'],
    [null, 'ws://127.0.0.1:8080', 'ws://127.0.0.1:8080'],
    [null, 'wss://gateway.example.com/x?y', 'wss://gateway.example.com/x?y']
  ])('at location %s, url %s: %s', (location, url, expected) => {
    expect(gatewayUrl(location, url)).toBe(expected)
  })

  test.each(['.evil.com/', 'x@evil.com', 'evil.com#', 'a b', 'ä', '\u0000'])(
    'never where a location leads astray: %s',
    (location) => {
      expect(gatewayUrl(location)).toBe('wss://portunus.infobip.com')
    }
  )
})

describe('the end of a call', () => {
  test.each([
    [0, 'hangup'],
    [5002, 'busy'],
    [5003, 'no-answer'],
    [5403, 'forbidden'],
    [5404, 'not-found'],
    [5408, 'timeout'],
    [5480, 'unavailable'],
    [5500, 'error'],
    [5503, 'unavailable'],
    [5050, 'network'],
    [5051, 'media'],
    [5402, 'payment-required'],
    [5484, 'invalid-number'],
    [5603, 'declined'],
    [5999, 'error'],
    ['10000', 'hangup'],
    ['10001', 'answered-elsewhere'],
    ['10200', 'no-answer'],
    ['10201', 'busy'],
    ['10202', 'cancelled'],
    ['10203', 'declined'],
    ['10301', 'payment-required'],
    ['10308', 'network'],
    ['10310', 'error'],
    ['', 'error'],
    ['constructor', 'error']
  ])('has a reason for %s: %s', (id, reason) => {
    expect(reasonOf(id, dialect261.reasons)).toBe(reason)
  })

  test('keeps what the provider said', () => {
    expect(endOf({ id: 5002, name: 'EC_VOICE_USER_BUSY', description: 'Callee is busy.' }, 'remote')).toEqual({
      by: 'remote',
      reason: 'busy',
      code: 5002,
      text: 'Callee is busy.',
      provider: { code: 5002, text: 'EC_VOICE_USER_BUSY' }
    })
    expect(endOf({ id: '10308' }, 'system', dialect261.reasons)).toEqual({
      by: 'system',
      reason: 'network',
      code: 10_308,
      provider: { code: '10308' }
    })
    expect(endOf(undefined, 'local')).toEqual({ by: 'local', reason: 'hangup' })
  })

  test.each([
    [5072, 'dtmf.unsupported'],
    ['5073', 'call.invalid-digits'],
    ['5081', 'media.denied'],
    ['5803', 'media.no-device'],
    ['5083', 'media.busy'],
    ['1', 'engine.failed'],
    ['constructor', 'engine.failed']
  ])('a client’s own failure %s is %s', (id, code) => {
    expect(failureCodeOf(id)).toBe(code)
  })
})

describe('a closed connection', () => {
  test.each([1000, 1001, 1005, 1006, 1011, 1013, 3000, 3999])('is only lost with %i', (code) => {
    expect(closureOf(code, '')).toMatchObject({
      permanent: false,
      cause: { code: 'connection.lost', provider: { code } }
    })
  })

  test('is closed for good from 4000 on', () => {
    expect(closureOf(4000, 'Enough.')).toMatchObject({
      permanent: true,
      cause: { code: 'connection.refused', provider: { code: 4000, text: 'Enough.' } }
    })
  })

  test('is closed for good when the token is not accepted', () => {
    expect(refusalOf('Token expired.')).toMatchObject({
      permanent: true,
      cause: { code: 'registration.unauthorized', provider: { text: 'Token expired.' } }
    })
    expect(refusalOf(null).cause.provider).toBeUndefined()
  })
})
