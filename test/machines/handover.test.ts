import { describe, expect, test } from 'vitest'
import { startCall } from './support/bench.ts'
import type { StartedCall } from './support/bench.ts'

function established(): StartedCall {
  const call = startCall()
  call.run('media.ready', 'leg.answered', 'leg.path.connected')
  return call
}

const transfer = (call: StartedCall) => call.state().value.progress.established.transfer
const localHold = (call: StartedCall) => call.state().value.progress.established.hold.local
const end = (call: StartedCall) => call.said('tells', 'call.ended').map(({ end }) => end)

describe('A call in which somebody takes our place', () => {
  test('is over as transferred, whoever hangs up first', () => {
    const [theirs, ours] = [established(), established()]

    theirs.run('handover.began', 'leg.ended')
    ours.run('handover.began', 'handover.succeeded', 'leg.ended')

    expect([end(theirs), end(ours)]).toMatchObject([
      [{ by: 'remote', reason: 'transferred' }],
      [{ by: 'local', reason: 'transferred' }]
    ])
  })

  test('goes on when nobody does', () => {
    const [failed, forgotten] = [established(), established()]

    failed.run('handover.began', 'handover.failed')
    forgotten.run('handover.began', 300_000)

    expect([transfer(failed), transfer(forgotten)]).toEqual(['idle', 'idle'])
  })

  test('waits for the consultation as before when nobody does, and is resumed after it', () => {
    const call = established()
    call.run('consult', 'leg.offer.accepted', 'handover.began', 'handover.failed')
    expect([transfer(call), localHold(call)]).toEqual([{ consulting: 'talking' }, 'held'])

    call.run('consultation.ended', 'leg.offer.accepted')

    expect([transfer(call), localHold(call)]).toEqual(['idle', 'active'])
  })

  test('is resumed when the consultation is over before it is known that nobody does', () => {
    const call = established()

    call.run('consult', 'leg.offer.accepted', 'handover.began', 'consultation.ended', 'handover.failed')
    expect(localHold(call)).toBe('resuming')
    call.run('leg.offer.accepted')

    expect([transfer(call), localHold(call)]).toEqual(['idle', 'active'])
    expect(call.state().context.transfer.holds).toBe(false)
  })
})
