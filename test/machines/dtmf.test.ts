import { describe, expect, test } from 'vitest'
import { startCall } from './support/bench.ts'
import { nothing } from './support/grounds.ts'

function established(capabilities = {}) {
  const call = startCall(capabilities)
  call.run('media.ready', 'leg.answered', 'leg.path.connected')
  return call
}

describe('Digits', () => {
  test('go out one at a time, each after the tone and the gap of the one before', () => {
    const call = established()

    call.run('dtmf', 'leg.dtmf.sent', 169)
    expect(call.said('leg', 'dtmf').map(({ tone }) => tone)).toEqual(['0'])

    call.run(1)
    expect(call.said('leg', 'dtmf').map(({ tone }) => tone)).toEqual(['0', '1'])
  })

  test('are told as sent when the last one is, and not as unsent when the call ends in the gap after it', () => {
    const call = established()

    call.run('dtmf', 'leg.dtmf.sent', 170, 'leg.dtmf.sent', 'hangup')

    expect(call.said('tells', 'dtmf.sent')).toHaveLength(1)
    expect(call.said('tells', 'dtmf.unsent')).toEqual([])
  })

  test('that the end of the call overtakes are told as unsent', () => {
    const call = established()

    call.run('dtmf', 'dtmf', 'leg.dtmf.sent', 'hangup')

    expect(call.said('tells', 'dtmf.unsent')).toEqual([{ type: 'dtmf.unsent', digits: '123' }])
  })

  test('of one command fail together, and those of the next go on', () => {
    const call = established()

    call.run('dtmf', 'dtmf', 'leg.dtmf.failed')

    expect(call.said('tells', 'dtmf.failed')).toMatchObject([{ command: 'press 0' }])
    expect(call.said('leg', 'dtmf').map(({ tone }) => tone)).toEqual(['0', '2'])
  })

  test('that nobody confirms fail after five seconds', () => {
    const call = established()

    call.run('dtmf', 5_000)

    expect(call.said('tells', 'dtmf.failed')).toMatchObject([{ cause: { code: 'dtmf.timeout' } }])
  })

  test('wait while an offer is with the peer', () => {
    const call = established()

    call.run('hold', 'dtmf')
    expect(call.said('leg', 'dtmf')).toEqual([])

    call.run('leg.offer.accepted')
    expect(call.said('leg', 'dtmf')).toHaveLength(1)
  })

  test('are refused where the provider has none', () => {
    const call = established({ capabilities: nothing })

    call.run('dtmf')

    expect(call.pressed).toEqual([])
    expect(call.said('leg', 'dtmf')).toEqual([])
  })
})
