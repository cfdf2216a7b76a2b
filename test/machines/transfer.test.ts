import { describe, expect, test } from 'vitest'
import { startCall } from './support/bench.ts'
import type { StartedCall } from './support/bench.ts'
import { everything } from './support/grounds.ts'

function established(input: Parameters<typeof startCall>[0] = {}): StartedCall {
  const call = startCall(input)
  call.run('media.ready', 'leg.answered', 'leg.path.connected')
  return call
}

/** Asked to transfer: the peer is held, and has been asked in turn. */
function referring(): StartedCall {
  const call = established()
  call.run('transfer', 'leg.offer.accepted')
  return call
}

const regions = (call: StartedCall) => call.state().value.progress.established
const transfer = (call: StartedCall) => regions(call).transfer
const localHold = (call: StartedCall) => regions(call).hold.local
const failures = (call: StartedCall) => call.said('tells', 'transfer.failed').map(({ cause }) => cause)
const end = (call: StartedCall) => call.said('tells', 'call.ended').map(({ end }) => end)

describe('A call whose peer is given to somebody else', () => {
  test('holds the peer before it asks', () => {
    const call = established()

    call.run('transfer')
    expect(transfer(call)).toBe('holding')
    expect(call.said('leg', 'refer')).toEqual([])

    call.run('leg.offer.accepted')
    expect(call.said('leg', 'refer')).toMatchObject([{ attempt: 1, target: 'sip:carol@example.org' }])
  })

  test('asks at once where the policy has it so, and where it holds already', () => {
    const hasty = established({ transfer: { hold: false, incoming: 'ask' } })
    const held = established()
    held.run('hold', 'leg.offer.accepted')

    hasty.run('transfer')
    held.run('transfer')

    expect([transfer(hasty), transfer(held)]).toEqual(['referring', 'referring'])
    expect(localHold(hasty)).toBe('active')
  })

  test.each([['leg.offer.refused'], [5_000]])('asks a peer that will not be held all the same (%s)', (step) => {
    const call = established()

    call.run('transfer', step)

    expect(transfer(call)).toBe('referring')
  })

  test('asks nothing while the peer cannot be reached, and soon gives up', () => {
    const call = established()

    call.run('transfer', 'connection.lost', 5_000)
    expect(call.said('leg', 'refer')).toEqual([])

    call.run('connection.restored', 'leg.verified', 'leg.offer.accepted')
    expect(call.said('leg', 'refer')).toEqual([])
    expect(failures(call)).toMatchObject([{ code: 'transfer.timeout' }])
    expect([transfer(call), localHold(call)]).toEqual(['idle', 'active'])
  })

  test('asks once the peer can be reached again', () => {
    const call = established()

    call.run('transfer', 'connection.lost', 2_000, 'connection.restored', 'leg.verified', 'leg.offer.accepted')

    expect(call.said('leg', 'refer')).toHaveLength(1)
    expect(transfer(call)).toBe('referring')
  })

  test('asks nothing while the peer cannot be reached, though it agrees to be held', () => {
    const call = established()
    call.run('transfer', 'leg.offer.refused (glare)', 'connection.lost')

    call.run('connection.restored', 'leg.offer.received', 'leg.offer.answered')

    expect(localHold(call)).toBe('held')
    expect(call.said('leg', 'refer')).toEqual([])
  })

  test('is done at the last word only, and then over', () => {
    const call = referring()

    call.run('leg.refer.accepted', 'leg.refer.progress')
    expect(transfer(call)).toEqual({ trying: 'told' })
    expect(call.said('tells', 'transfer.succeeded')).toEqual([])

    call.run('leg.refer.succeeded', 'leg.ended')
    expect(call.said('tells', 'transfer.succeeded')).toHaveLength(1)
    expect(end(call)).toMatchObject([{ by: 'local', reason: 'transferred' }])
    expect(call.said('leg', 'hangup')).toHaveLength(1)
  })

  test('takes a word that has overtaken the answer', () => {
    const call = referring()

    call.run('leg.refer.progress')

    expect(transfer(call)).toEqual({ trying: 'told' })
    expect(call.state().context.transfer.status).toBe(180)
  })

  test('is over at once, though the peer does not hang up', () => {
    const call = referring()

    call.run('leg.refer.accepted', 'leg.refer.succeeded', 5_000)

    expect(call.isOver()).toBe(true)
  })

  const trying = ['leg.refer.accepted', 'leg.refer.progress'] as const
  test.each([
    ['the peer refuses', ['leg.refer.rejected'], 'transfer.failed'],
    ['nobody answers the request', [32_000], 'transfer.timeout'],
    ['the peer accepts, and says nothing more', ['leg.refer.accepted', 32_000], 'transfer.timeout'],
    ['the target rings for ever', [...trying, 180_000], 'transfer.timeout'],
    ['the target is busy', [...trying, 'leg.refer.failed'], 'transfer.failed']
  ])('is as it was when %s', (_, steps, code) => {
    const call = referring()

    call.run(...steps)
    expect(failures(call)).toEqual([])
    expect(transfer(call)).toBe('restoring')
    call.run('leg.offer.accepted')

    expect(failures(call)).toMatchObject([{ code }])
    expect([transfer(call), localHold(call)]).toEqual(['idle', 'active'])
    expect(call.state().context.transfer).toMatchObject({ target: null, status: null, holds: false })
    expect(call.state().can({ type: 'transfer', target: 'sip:dave@example.org' })).toBe(true)
  })

  test('stays held when it was held before, and muted when it was muted', () => {
    const call = established()
    call.run('mute', 'hold', 'leg.offer.accepted', 'transfer', 'leg.refer.accepted', 'leg.refer.failed')

    expect(localHold(call)).toBe('held')
    expect(call.state().value.microphone).toBe('muted')
    expect(failures(call)).toHaveLength(1)
  })

  test('goes on as the user resumed it meanwhile', () => {
    const call = referring()
    call.run('leg.refer.accepted', 'resume', 'leg.offer.accepted', 'hold', 'leg.offer.accepted')

    call.run('leg.refer.failed')

    expect([transfer(call), localHold(call)]).toEqual(['idle', 'held'])
  })

  test('says that it failed also when it cannot be resumed', () => {
    const call = referring()

    call.run('leg.refer.rejected', 'leg.offer.refused')
    expect([transfer(call), localHold(call)]).toEqual(['idle', 'held'])
    expect(failures(call)).toHaveLength(1)

    const mute = referring()
    mute.run('leg.refer.rejected', 60_000)
    expect(failures(mute)).toHaveLength(1)
  })

  test('does not take the outcome of an earlier transfer for its own', () => {
    const call = referring()
    call.run('leg.refer.rejected', 'leg.offer.accepted', 'transfer', 'leg.offer.accepted', 'leg.refer.accepted')

    call.run('leg.refer.succeeded (stale)', 'leg.refer.failed (stale)', 'leg.refer.progress (stale)')

    expect(transfer(call)).toEqual({ trying: 'silent' })
    expect(call.isOver()).toBe(false)
  })

  test('is not transferred by a peer that hangs up in the middle of it', () => {
    const call = referring()

    call.run('leg.refer.accepted', 'leg.refer.progress', 'leg.ended')

    expect(end(call)).toMatchObject([{ by: 'remote', reason: 'hangup' }])
    expect(call.said('tells', 'transfer.succeeded')).toEqual([])
  })

  test('cannot be given away where the provider cannot, or while nobody can be asked', () => {
    const poor = established({ capabilities: { ...everything, blindTransfer: false, attendedTransfer: false } })
    const detached = established()
    detached.run('connection.lost')

    for (const call of [poor, detached]) {
      expect(call.state().can({ type: 'transfer', target: 'sip:carol@example.org' })).toBe(false)
      expect(call.state().can({ type: 'consult', target: 'sip:carol@example.org' })).toBe(false)
    }
  })

  test('loses its connection and still hears how it ends', () => {
    const call = referring()

    call.run(
      'leg.refer.accepted',
      'connection.lost',
      5_000,
      'connection.restored',
      'leg.verified',
      'leg.refer.succeeded'
    )

    expect(call.said('tells', 'transfer.succeeded')).toHaveLength(1)
  })
})

describe('A call about which somebody else is asked', () => {
  function consulting(): StartedCall {
    const call = established()
    call.run('consult', 'leg.offer.accepted')
    return call
  }

  test('is ready for that once the peer is held', () => {
    const call = established()

    call.run('consult')
    expect(call.said('tells', 'consult.ready')).toEqual([])
    call.run('leg.offer.accepted')

    expect(call.said('tells', 'consult.ready')).toHaveLength(1)
    expect(transfer(call)).toEqual({ consulting: 'talking' })
  })

  test('goes on as before when the peer will not be held', () => {
    const call = established()

    call.run('consult', 'leg.offer.refused')

    expect(call.said('tells', 'consult.failed')).toMatchObject([{ cause: { code: 'negotiation.rejected' } }])
    expect([transfer(call), localHold(call)]).toEqual(['idle', 'active'])
  })

  test('resumes when that call is over', () => {
    const call = consulting()

    call.run('consultation.ended', 'leg.offer.accepted')

    expect([transfer(call), localHold(call)]).toEqual(['idle', 'active'])
  })

  test('waits on, held, when the peer could not be given away', () => {
    const call = consulting()

    call.run('transfer (attended)', 'leg.refer.accepted', 'leg.refer.failed')

    expect(call.said('leg', 'refer')).toMatchObject([{ replaces: 'two' }])
    expect([transfer(call), localHold(call)]).toEqual([{ consulting: 'talking' }, 'held'])
    expect(failures(call)).toHaveLength(1)
  })

  test('resumes when both fail: that call is over first, and then the transfer', () => {
    const call = consulting()

    call.run(
      'transfer (attended)',
      'leg.refer.accepted',
      'consultation.ended',
      'leg.refer.failed',
      'leg.offer.accepted'
    )

    expect([transfer(call), localHold(call)]).toEqual(['idle', 'active'])
  })
})
