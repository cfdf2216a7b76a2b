import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import {
  detail,
  endOf,
  grantedExpires,
  headerFault,
  isAnsweredElsewhere,
  isMessage,
  isPermanent,
  parseReasons,
  reasonOf
} from '../../../adapters/sip/wire.ts'
import type { EndReason } from '../../../machines/index.ts'

/** https://www.iana.org/assignments/sip-parameters: every final status that is no success. */
const registered: Readonly<Record<EndReason, readonly number[]>> = {
  unavailable: [300, 301, 302, 305, 380, 430, 480, 502, 503, 555],
  protocol: [400, 405, 406, 412, 413, 417, 420, 421, 422, 423, 424, 425, 429, 439, 440, 469, 481, 482, 483, 489].concat(
    [491, 493, 501, 505, 513]
  ),
  forbidden: [401, 403, 407, 428, 433, 436, 437, 438, 470, 494],
  'payment-required': [402],
  'not-found': [404, 410, 604],
  'no-answer': [408],
  'invalid-number': [414, 416, 484, 485],
  media: [415, 488, 580, 606],
  busy: [486, 600],
  cancelled: [487],
  error: [500],
  timeout: [504],
  declined: [603, 607, 608],
  hangup: [],
  missed: [],
  'answered-elsewhere': [],
  transferred: [],
  replaced: [],
  network: []
}

describe('a call that is refused', () => {
  const rows = Object.entries(registered).flatMap(([reason, codes]) => codes.map((code) => [code, reason] as const))

  test.each(rows)('with %i ends as %s', (code, reason) => {
    expect(endOf(code, 'Phrase', [])).toEqual({ by: 'remote', reason, code, text: 'Phrase' })
  })

  test('with any of the registered statuses ends for a reason that was chosen', () => {
    const codes = rows.map(([code]) => code)

    expect(new Set(codes).size).toBe(codes.length)
    expect(codes).toHaveLength(66)
  })

  test.each([
    [399, 'unavailable'],
    [499, 'protocol'],
    [599, 'unavailable'],
    [699, 'declined']
  ])('with %i, which nobody knows, ends as its class says', (code, reason) => {
    expect(reasonOf(code)).toBe(reason)
  })

  test('tells what else the peer said about it', () => {
    const why = parseReasons('Q.850;cause=17;text="User busy"')

    expect(endOf(486, 'Busy Here', why).provider).toEqual({ code: 'Q.850 17', text: 'User busy' })
  })

  test.each([401, 403, 404, 407, 484, 600, 603])('by a registrar with %i is refused for good', (code) => {
    expect(isPermanent(code)).toBe(true)
  })

  test.each([408, 423, 429, 480, 486, 491, 500, 503, 504])('by a registrar with %i may be asked again', (code) => {
    expect(isPermanent(code)).toBe(false)
  })
})

describe('a Reason', () => {
  test.each([
    // RFC 3326 §2
    ['Q.850 ;cause=16 ;text="Terminated"', [{ protocol: 'Q.850', cause: 16, text: 'Terminated' }]],
    ['SIP ;cause=600 ;text="Busy Everywhere"', [{ protocol: 'SIP', cause: 600, text: 'Busy Everywhere' }]],
    ['SIP ;cause=580 ;text="Precondition Failure"', [{ protocol: 'SIP', cause: 580, text: 'Precondition Failure' }]],
    [
      'SIP ;cause=200 ;text="Call completed elsewhere"',
      [{ protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' }]
    ],
    ['sip;CAUSE=486', [{ protocol: 'SIP', cause: 486 }]],
    ['SIP;text="a, b; cause=1";cause=2', [{ protocol: 'SIP', cause: 2, text: 'a, b; cause=1' }]],
    ['SIP;text="say \\"hello\\" \\\\";cause=2', [{ protocol: 'SIP', cause: 2, text: 'say "hello" \\' }]],
    [
      'SIP;cause=486, Q.850;cause=17;text="busy"',
      [
        { protocol: 'SIP', cause: 486 },
        { protocol: 'Q.850', cause: 17, text: 'busy' }
      ]
    ],
    ['SIP;text="Call completed elsewhere"', [{ protocol: 'SIP', cause: null, text: 'Call completed elsewhere' }]],
    ['SIP;because=1', [{ protocol: 'SIP', cause: null }]],
    ['SIP;cause=busy', [{ protocol: 'SIP', cause: null }]],
    ['', []],
    [';cause=1', []],
    ['"SIP";cause=1', []]
  ])('is read from %j', (header, reasons) => {
    expect(parseReasons(header)).toEqual(reasons)
  })

  test.each([
    ['SIP;cause=200;text="Call completed elsewhere"', true],
    ['SIP;text="Call completed elsewhere"', true],
    ['Q.850;cause=16, SIP;cause=200', true],
    ['Q.850;cause=26', true],
    ['Q.850;cause=200', false],
    ['SIP;cause=487;text="Call completed elsewhere"', false],
    ['SIP;cause=603;text="Declined elsewhere"', false],
    ['', false]
  ])('of a cancelled call that says %j tells whether another device has it', (header, isElsewhere) => {
    expect(isAnsweredElsewhere(parseReasons(header))).toBe(isElsewhere)
  })

  test('that names no cause is shown as far as it goes', () => {
    expect(detail(parseReasons('SIP'))).toEqual({ provider: { code: 'SIP' } })
    expect(detail([])).toEqual({})
  })

  test('that is anything at all never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const reason of parseReasons(text)) expect(reason.protocol).toMatch(/^\S+$/)
      })
    )
  })
})

describe('a registration', () => {
  const ours = '<sip:x@y.invalid>;+sip.instance="<urn:uuid:me>";expires=90'
  const theirs = '<sip:z@y.invalid>;+sip.instance="<urn:uuid:other>";expires=30'

  test.each([
    [[theirs, ours], undefined, 90],
    [[theirs], undefined, 30],
    [['<sip:x@y.invalid>;+sip.instance="<urn:uuid:me>"'], '120', 120],
    [['<sip:x@y.invalid>; expires="45"'], '120', 45],
    [[], undefined, 600],
    [[], 'soon', 600],
    [['<sip:x@y.invalid>;expires=0'], undefined, 600]
  ])('granted as %j and %j lasts %i seconds', (contacts, header, expires) => {
    expect(grantedExpires(contacts, 'me', header, 600)).toBe(expires)
  })
})

describe('what comes in', () => {
  test.each([
    ['SIP/2.0 200 OK\r\nVia: x\r\n\r\n', true],
    ['SIP/2.0 486\r\nVia: x\r\n\r\n', true],
    ['INVITE sip:a@b SIP/2.0\r\nVia: x\r\n\r\nbody', true],
    ['\r\n', true],
    ['\r\n\r\n', true],
    ['SIP/2.0 200 OK\r\nVia: x\r\n', false],
    ['SIP/2.0 700 No\r\n\r\n', false],
    ['HTTP/1.1 200 OK\r\n\r\n', false],
    ['GET / HTTP/1.1\r\n\r\n', false],
    ['', false],
    ['\n', false]
  ])('as %j is a message: %s', (text, isOne) => {
    expect(isMessage(text)).toBe(isOne)
  })
})

describe('what an application adds to a call', () => {
  test.each([
    [{ 'X-Account': '42' }, 'Ann "A" O’Brien', null],
    [{ 'X-A': 'a\r\nX-B: b' }, undefined, expect.stringContaining('X-A')],
    [{ 'X-A': 'a\nb' }, undefined, expect.stringContaining('control')],
    [{ 'X-A\r\nX-B': 'b' }, undefined, expect.stringContaining('Not a header name')],
    [{ 'X A': 'b' }, undefined, expect.stringContaining('Not a header name')],
    [{}, 'Ann\r\nX-B: b', expect.stringContaining('display name')],
    [{ Contact: '<sip:x>' }, undefined, expect.stringContaining('Contact')],
    [{ l: '5' }, undefined, expect.stringContaining('adapter itself')]
  ])('%j %j is fine or refused', (headers, displayName, fault) => {
    expect(headerFault(headers, displayName)).toEqual(fault)
  })
})
