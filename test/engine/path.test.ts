import { describe, expect, test } from 'vitest'
import { setUpOnline } from './support/desk.ts'

describe('A path that is interrupted', () => {
  test('is renewed again and again, as often as the policy says', async () => {
    const deadlines = { restartDelay: 1_000, restartDeadline: 2_000 }
    const { clock, established } = await setUpOnline({ policy: { deadlines } })
    const { leg } = await established()

    leg.emit({ type: 'leg.path.interrupted' })
    clock.increment(1_000)
    expect(leg.sent('offer')).toMatchObject([{ terms: { restarts: 1 } }])
    clock.increment(2_000)
    clock.increment(1_000)

    expect(leg.sent('offer')).toMatchObject([{ terms: { restarts: 1 } }, { terms: { restarts: 2 } }])
  })
})

describe('A peer that is not heard', () => {
  test('is asked for another path once, and not hung up on', async () => {
    const { clock, established } = await setUpOnline()
    const { call, leg } = await established()

    leg.emit({ type: 'leg.path.silent' })
    expect(call.state.path).toBe('restarting')
    expect(leg.sent('offer')).toMatchObject([{ terms: { restarts: 1 } }])
    clock.increment(8_000)
    clock.increment(300_000)
    expect(call.state).toMatchObject({ status: 'established', path: 'connected' })
    expect(leg.sent('offer')).toHaveLength(1)
  })

  test.each(['us', 'them'])('is none while the call is held by %s', async (holder) => {
    const { established } = await setUpOnline()
    const { call, leg } = await established()
    if (holder === 'us') await call.hold()
    else {
      leg.onSend = () => leg.emit({ type: 'leg.offer.answered', peerHolds: true })
      leg.emit({ type: 'leg.offer.received' })
    }
    const offers = leg.sent('offer').length

    leg.emit({ type: 'leg.path.silent' })

    expect(call.state.path).toBe('connected')
    expect(leg.sent('offer')).toHaveLength(offers)
  })
})
