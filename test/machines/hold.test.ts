import { describe, expect, test } from 'vitest'
import { startCall } from './support/bench.ts'
import type { StartedCall } from './support/bench.ts'
import { everything, incoming, outgoing } from './support/grounds.ts'
import { withRandom } from './support/random.ts'

function established(capabilities = everything): StartedCall {
  const call = startCall({ capabilities })
  call.run('media.ready', 'leg.answered', 'leg.path.connected')
  return call
}

const localHold = (call: StartedCall) => call.state().value.progress.established.hold.local
const told = (call: StartedCall) => call.log.filter(({ who }) => who === 'tells').map(({ event }) => event.type)

describe('A call that is to be held', () => {
  test('is silent from the moment it is asked, and held when the peer agrees', () => {
    const call = established()

    call.run('hold')
    expect(localHold(call)).toBe('holding')
    expect(call.said('media', 'hold').at(-1)).toMatchObject({ on: true })

    call.run('leg.offer.accepted')
    expect(localHold(call)).toBe('held')
    expect(told(call).at(-1)).toBe('hold.held')
  })

  test('goes on as it was when the peer refuses, and may be asked again', () => {
    const call = established()

    call.run('hold', 'leg.offer.refused')

    expect(localHold(call)).toBe('active')
    expect(call.said('tells', 'hold.failed')).toMatchObject([{ cause: { code: 'negotiation.rejected' } }])
    expect(call.state().can({ type: 'hold' })).toBe(true)
  })

  test('goes on as it was at once when the peer agrees to everything but the hold', () => {
    const call = established()

    call.run('hold', 'leg.offer.accepted (not granted)')

    expect(localHold(call)).toBe('active')
    expect(call.said('tells', 'hold.failed')).toMatchObject([{ cause: { code: 'negotiation.rejected' } }])
  })

  test('and has no answer in time, says once more what is agreed: the peer may believe to be held', () => {
    const call = established()

    call.run('hold', 32_000)
    expect(localHold(call)).toBe('active')
    expect(call.said('leg', 'offer')).toMatchObject([{ terms: { hold: true } }, { terms: { hold: false } }])

    call.run(32_000, 120_000)
    expect(call.said('leg', 'offer')).toHaveLength(2)
  })

  test('and no longer is when the connection is back, says so: the peer may believe to be held', () => {
    const call = established()

    call.run('hold', 'connection.lost', 'resume', 'connection.restored', 'leg.verified')
    expect(call.said('leg', 'offer')).toMatchObject([{ terms: { hold: true } }, { terms: { hold: false } }])

    call.run('leg.offer.accepted', 120_000)
    expect(localHold(call)).toBe('active')
    expect(call.said('leg', 'offer')).toHaveLength(2)
  })

  test('asks a provider that can hold, though it can renegotiate nothing else', () => {
    const call = established({ ...everything, renegotiate: false })

    call.run('hold')

    expect(call.said('leg', 'offer')).toMatchObject([{ terms: { hold: true } }])
  })

  test('asks nobody where the provider has no hold, not even by answering an offer', () => {
    const call = established({ ...everything, hold: false })

    call.run('leg.offer.received', 'hold', 'leg.offer.answered', 60_000)

    expect(localHold(call)).toBe('held')
    expect(call.said('leg', 'offer')).toEqual([])
  })

  test('waits for the connection and is held after it', () => {
    const call = established()

    call.run('connection.lost', 'hold', 5_000)
    expect(localHold(call)).toBe('holding')
    expect(call.said('leg', 'offer')).toEqual([])

    call.run('connection.restored', 'leg.verified', 'leg.offer.accepted')
    expect(localHold(call)).toBe('held')
  })

  test('and loses its connection with the offer under way, asks again on the next one', () => {
    const call = established()

    call.run('hold', 'connection.lost', 5_000, 'leg.offer.refused')
    expect(localHold(call)).toBe('holding')

    call.run('connection.restored', 'leg.verified', 'leg.offer.accepted')
    expect(localHold(call)).toBe('held')
    expect(call.said('leg', 'offer').map(({ attempt }) => attempt)).toEqual([1, 2])
  })

  test('and at once not, while nobody can be asked, is active at once', () => {
    const call = established()

    call.run('connection.lost', 'hold', 'resume')

    expect(localHold(call)).toBe('active')
    expect(told(call).at(-1)).toBe('hold.resumed')
  })

  test('is not given up while the peer may agree to it any moment', () => {
    const call = established()
    // the connection takes so long that the patience for a hold ends while the offer is on its way
    call.run('connection.lost', 'hold', 45_000, 'connection.restored', 'leg.verified')

    call.run(16_000)
    expect(localHold(call)).toBe('holding')

    call.run('leg.offer.accepted')
    expect(localHold(call)).toBe('held')
  })

  test('stays held when the peer offers, and says so in the answer', () => {
    const call = established()
    call.run('hold', 'leg.offer.accepted')

    call.run('leg.offer.received', 'leg.offer.answered')

    expect(call.said('leg', 'accept')).toEqual([{ type: 'accept', hold: true, video: 'off' }])
    expect(localHold(call)).toBe('held')
    expect(call.said('media', 'hold').at(-1)).toMatchObject({ on: true })
  })
})

describe('A held call that is to go on', () => {
  test('stays held and silent when the peer refuses', () => {
    const call = established()
    call.run('hold', 'leg.offer.accepted')

    call.run('resume', 'leg.offer.refused')

    expect(localHold(call)).toBe('held')
    expect(call.said('tells', 'resume.failed')).toHaveLength(1)
    expect(call.said('media', 'hold').at(-1)).toMatchObject({ on: true })
  })

  test('and then not, while nobody can be asked, is held at once', () => {
    const call = established()
    call.run('hold', 'leg.offer.accepted', 'connection.lost')

    call.run('resume', 'hold')

    expect(localHold(call)).toBe('held')
  })

  test('changes its mind as often as the user does, and ends where the user wants it', () => {
    const call = established()

    call.run('hold', 'resume', 'hold', 'resume', 'leg.offer.accepted', 'leg.offer.accepted')

    expect(localHold(call)).toBe('active')
    expect(call.said('leg', 'offer').map(({ terms }) => terms)).toMatchObject([{ hold: true }, { hold: false }])
  })
})

describe('Two offers that collide', () => {
  test('are tried again after 2.1 to 4 seconds by the caller, and within 2 seconds by the callee', () => {
    const waited = (input: typeof outgoing, die: number) =>
      withRandom(
        () => die,
        () => {
          const call = startCall(input)
          call.run('answer', 'media.ready', 'leg.answered', 'hold', 'leg.offer.refused (glare)')
          const from = call.clock.now
          while (call.said('leg', 'offer').length < 2) call.run(10)
          return call.clock.now - from
        }
      )

    expect([waited(outgoing, 0), waited(outgoing, 0.9999)]).toEqual([2_100, 4_000])
    expect([waited(incoming, 0), waited(incoming, 0.9999)]).toEqual([10, 2_000])
  })

  test('are given up after five rounds, and the call goes on', () => {
    const call = established()

    call.run('hold')
    for (let round = 0; round < 6; round++) call.run('leg.offer.refused (glare)', 4_000)

    expect(call.said('leg', 'offer')).toHaveLength(6)
    expect(localHold(call)).toBe('active')
    expect(call.said('tells', 'hold.failed')).toMatchObject([{ cause: { code: 'negotiation.glare' } }])
  })

  test('let the peer’s go first when it comes while we wait', () => {
    const call = established()

    call.run('hold', 'leg.offer.refused (glare)', 'leg.offer.received', 'leg.offer.answered')

    expect(localHold(call)).toBe('held')
    expect(call.said('leg', 'offer')).toHaveLength(1)
  })
})
