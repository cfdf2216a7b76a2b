import * as fc from 'fast-check'
import { logStatus, logType } from '../../../adapters/azstack/call-logs.ts'
import { describe, expect, test } from 'vitest'
import {
  calloutCodes,
  calloutMeaning,
  callinCodes,
  callinMeaning,
  chargingFor,
  chargingMeaning,
  deviceMeaning,
  elsewhereMeaning,
  errorCodes,
  failureCodes,
  freeCodes,
  freeMeaning,
  isEnd,
  logCode
} from '../../../adapters/azstack/statuses.ts'

describe('an outgoing call', () => {
  test.each([
    [100, 'connecting'],
    [180, 'ringing'],
    [183, 'ringing'],
    [200, 'established'],
    [403, 'declined'],
    [408, 'unavailable'],
    [480, 'no-answer'],
    [486, 'busy'],
    [487, 'cancelled'],
    [503, 'unavailable'],
    [700, 'hangup'],
    [702, 'payment-required'],
    [499, 'busy'],
    [0, null],
    [302, null]
  ])('of status %i', (code, meaning) => {
    expect(calloutMeaning(code)).toEqual(meaning)
  })

  test.each([
    [{}, null],
    [{ status: 100 }, null],
    [{ status: 100, chargingError: 0 }, null],
    [{ status: 402, chargingError: -3 }, 'busy'],
    [{ chargingError: -4 }, 'payment-required'],
    [{ status: 402, chargingError: -5 }, 'invalid-number'],
    [{ status: 402, chargingError: -9 }, 'error'],
    [{ status: 402 }, 'error'],
    [{ status: 404 }, 'forbidden']
  ] as const)('that the charging says %o of', (charging, reason) => {
    expect(chargingMeaning(charging)).toBe(reason)
  })

  test.each(['busy', 'payment-required', 'invalid-number', 'forbidden', 'error'] as const)(
    'refused at once because %s can be told so',
    (reason) => {
      expect(chargingMeaning(chargingFor(reason) ?? {})).toBe(reason)
    }
  )
})

describe('an incoming call', () => {
  test('ends when its caller gives up or hangs up', () => {
    expect([702, 700, 183, 0].map(callinMeaning)).toEqual(['cancelled', 'hangup', null, null])
  })

  test('is over on the other devices once one has done anything but ring', () => {
    expect([183, 200, 486, 702, 700, 403, 0].map(elsewhereMeaning)).toEqual([
      'ringing',
      'answered-elsewhere',
      'busy',
      'declined',
      'hangup',
      'no-answer',
      null
    ])
  })
})

describe('every word of ours has a number that means it, or what is nearest', () => {
  test.each(Object.entries(calloutCodes))('an outgoing call: %s', (word, code) => {
    const isState = ['connecting', 'ringing', 'established'].includes(word)
    expect(calloutMeaning(code)).not.toBeNull()
    expect(isEnd(calloutMeaning(code))).toBe(!isState)
  })

  test.each([['declined', 'busy', 'no-answer', 'unavailable', 'hangup', 'cancelled', 'payment-required']] as const)(
    '%s and the like come back as they went',
    (...reasons) => {
      for (const reason of reasons) expect(calloutMeaning(calloutCodes[reason])).toBe(reason)
    }
  )

  test('an incoming call, and a free one', () => {
    for (const code of Object.values(callinCodes)) expect(deviceMeaning(code)).not.toBeNull()
    for (const status of Object.values(freeCodes)) expect(freeMeaning(status)).not.toBeNull()
    expect(deviceMeaning(callinCodes['no-answer'])).toEqual('no-answer')
    expect(freeMeaning(freeCodes.declined)).toEqual('declined')
  })

  test('a log', () => {
    expect([0, 1, 2, 3, -1, null, undefined].map(logStatus)).toEqual([
      'answered',
      'rejected',
      'not-answered',
      ...Array<string>(4).fill('unknown')
    ])
    expect([1, 2, 0, 9, null].map(logType)).toEqual(['callout', 'callin', 'unknown', 'unknown', 'unknown'])
    expect(logStatus(logCode('hangup', true))).toBe('answered')
    expect(logStatus(logCode('declined', false))).toBe('rejected')
    expect(logStatus(logCode('cancelled', false))).toBe('not-answered')
  })

  test('every error has a code of ours', () => {
    expect(Object.keys(failureCodes)).toEqual([...errorCodes])
  })
})

test('any number means something or nothing, and throws never', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.double()), (code) => {
      for (const meaningOf of [calloutMeaning, callinMeaning, deviceMeaning, elsewhereMeaning, freeMeaning]) {
        const meaning = meaningOf(code)
        expect(meaning === null || Object.hasOwn(calloutCodes, meaning)).toBe(true)
      }
      expect(logStatus(code)).toBeTypeOf('string')
      expect(logType(code)).toBeTypeOf('string')
    })
  )
})
