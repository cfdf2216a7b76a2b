import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { AZStack } from '../../../adapters/azstack/index.ts'
import { published, statesOf, unknown } from '../../../adapters/azstack/published.ts'
import type { CallState, Kind } from '../../../adapters/azstack/published.ts'
import type { CallStatus, EndReason } from '../../../src/index.ts'

const azstack = new AZStack()

/** Every constant the guide documents. */
const documented = {
  logLevelConstants: ['LOG_LEVEL_NONE', 'LOG_LEVEL_ERROR', 'LOG_LEVEL_INFO', 'LOG_LEVEL_DEBUG'],
  errorCodes: [
    'ERR_SOCKET_CONNECT',
    'ERR_SOCKET_PARSE_BODY',
    'ERR_SOCKET_UNKNOWN_SERVICE',
    'ERR_SOCKET_NOT_CONNECTED',
    'ERR_REQUEST_TIMEOUT',
    'ERR_UNEXPECTED_DATA',
    'ERR_UNEXPECTED_SEND_DATA',
    'ERR_UNEXPECTED_RECEIVED_DATA'
  ],
  callConstants: [
    'CALL_STATUS_CALLOUT_ERROR',
    'CALL_STATUS_CALLOUT_ERROR_NOT_ENOUGH_BALANCE',
    'CALL_STATUS_CALLOUT_ERROR_INVALID_NUMBER',
    'CALL_STATUS_CALLOUT_CONNECTING',
    'CALL_STATUS_CALLOUT_RINGING',
    'CALL_STATUS_CALLOUT_ANSWERED',
    'CALL_STATUS_CALLOUT_BUSY',
    'CALL_STATUS_CALLOUT_NOT_ANSWERED',
    'CALL_STATUS_CALLOUT_STOP',
    'CALL_STATUS_CALLOUT_UNKNOWN',
    'CALL_STATUS_CALLIN_ERROR',
    'CALL_STATUS_CALLIN_RINGING_STOP',
    'CALL_STATUS_CALLIN_STOP',
    'CALL_STATUS_CALLIN_UNKNOWN',
    'CALL_STATUS_CALLIN_BY_ME_ERROR',
    'CALL_STATUS_CALLIN_BY_ME_RINGING',
    'CALL_STATUS_CALLIN_BY_ME_ANSWERED',
    'CALL_STATUS_CALLIN_BY_ME_BUSY',
    'CALL_STATUS_CALLIN_BY_ME_REJECTED',
    'CALL_STATUS_CALLIN_BY_ME_STOP',
    'CALL_STATUS_CALLIN_BY_ME_NOT_ANSWERED',
    'CALL_STATUS_CALLIN_BY_ME_UNKNOWN',
    'CALL_PAID_LOG_CALL_TYPE_UNKNOWN',
    'CALL_PAID_LOG_CALL_TYPE_CALLOUT',
    'CALL_PAID_LOG_CALL_TYPE_CALLIN',
    'CALL_PAID_LOG_CALL_STATUS_UNKNOWN',
    'CALL_PAID_LOG_CALL_STATUS_ANSWERED',
    'CALL_PAID_LOG_CALL_STATUS_REJECTED',
    'CALL_PAID_LOG_CALL_STATUS_NOT_ANSWERED'
  ]
} as const

const methods = [
  'config',
  'connect',
  'startCallout',
  'stopCallout',
  'answerCallin',
  'rejectCallin',
  'notAnsweredCallin',
  'stopCallin',
  'toggleAudioState'
] as const

test.each(Object.entries(documented))('%s are all there, and are called what they are', (group, names) => {
  const constants = azstack[group as keyof typeof documented] as Readonly<Record<string, unknown>>

  for (const name of names) expect(constants[name]).toBe(group === 'logLevelConstants' ? name.slice(10) : name)
})

test.each(methods)('%s is there', (name) => {
  expect(azstack[name]).toBeTypeOf('function')
})

test('the numbers on the wire are there too', () => {
  expect(azstack.callConstants.CALL_STATUS_CALLOUT_STATUS_FROM_SERVER_RINGING).toBe(183)
  expect(azstack.callConstants.CALL_STATUS_CALLIN_STATUS_FROM_SERVER_RINGING_STOP).toBe(702)
  expect(azstack.callConstants.CALL_PAID_LOG_FROM_SERVER_CALL_STATUS_NOT_ANSWERED).toBe(2)
})

describe('the table of states and statuses', () => {
  const statuses = [
    'acquiring',
    'connecting',
    'ringing',
    'answering',
    'cancelling',
    'rejecting',
    'established',
    'ending'
  ] as const
  // a state that is missing here is one the compiler misses
  const everyStatus: readonly Exclude<CallStatus, 'ended'>[] = statuses
  const reasons = Object.keys(published.callout).flatMap((state) =>
    state.startsWith('ended ') ? [state.slice(6) as EndReason] : []
  )
  const states: readonly CallState[] = [...everyStatus, ...reasons.map((reason) => `ended ${reason}` as const)]
  const kinds = Object.keys(published) as Kind[]

  test('has every reason a call can end for', () => {
    const source = readFileSync(new URL('../../../machines/failure.ts', import.meta.url), 'utf8')
    const [, union = ''] = /export type EndReason =([^/]*)/.exec(source) ?? []

    expect(new Set([...union.matchAll(/'([^']+)'/g)].map(([, reason]) => reason))).toEqual(new Set(reasons))
  })

  test.each(kinds)('has every state of a %s', (kind) => {
    expect(new Set(Object.keys(published[kind]))).toEqual(new Set(states))
    for (const reason of reasons) expect(published[kind][`ended ${reason}`]).not.toBeNull()
  })

  test.each(kinds)('leads from every status of a %s back to its states, or to none', (kind) => {
    const prefix = {
      callout: 'CALL_STATUS_CALLOUT_',
      callin: 'CALL_STATUS_CALLIN_',
      byMe: 'CALL_STATUS_CALLIN_BY_ME_'
    }[kind]
    const mine = documented.callConstants.filter(
      (name) => name.startsWith(prefix) && (kind !== 'callin' || !name.includes('_BY_ME_'))
    )

    for (const status of mine) {
      const from = statesOf(kind, status as never)
      expect(from.length > 0).toBe(status !== unknown[kind])
      for (const state of from) expect(published[kind][state]).toBe(status)
    }
  })
})
