import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/index.ts'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'

describe('A command settles when the call says so', () => {
  test('a hold is done when the peer has agreed, not when it was asked', async () => {
    const { transport, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('offer')

    const hold = watch(call.hold())
    await settled()
    expect(hold.outcome).toBe('pending')
    expect(call.state.hold.local).toBe('holding')

    const terms = { hold: true, video: 'off' as const, restarts: 0 }
    leg.emit({ type: 'leg.offer.accepted', attempt: leg.attempt('offer'), granted: terms, peerHolds: false })
    await settled()
    expect(hold.outcome).toBe('resolved')
    expect(call.state.hold.local).toBe('held')
  })

  test('a hold that the peer refuses is rejected with what the peer said, and can be tried again', async () => {
    const { transport, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('offer')

    const hold = errorOf(call.hold())
    const cause = { code: 'negotiation.rejected', text: 'Not acceptable', provider: { code: 488 } } as const
    leg.emit({ type: 'leg.offer.refused', attempt: leg.attempt('offer'), glare: false, cause })

    expect(await hold).toMatchObject({ code: 'negotiation.rejected', provider: { code: 488 } })
    expect(call.state.hold.local).toBe('active')
    expect(call.can('hold')).toBe(true)
  })

  test('a hold that nobody answers is rejected at its deadline', async () => {
    const { transport, clock, established } = await setUpOnline()
    const { call } = await established()
    transport.ignores.add('offer')

    const hold = errorOf(call.hold())
    clock.increment(32_000)

    expect(await hold).toMatchObject({ code: 'negotiation.timeout', retryable: true })
  })

  test('a hold is superseded by a resume that is asked before it is done', async () => {
    const { transport, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('offer')

    const hold = errorOf(call.hold())
    const resume = watch(call.resume())
    expect(await hold).toMatchObject({ code: 'call.superseded' })
    expect(resume.outcome).toBe('pending')

    const answer = (isHeld: boolean) =>
      leg.emit({
        type: 'leg.offer.accepted',
        attempt: leg.attempt('offer'),
        granted: { hold: isHeld, video: 'off', restarts: 0 },
        peerHolds: false
      })
    answer(true)
    answer(false)
    await settled()
    expect(resume.outcome).toBe('resolved')
    expect(call.state.hold.local).toBe('active')
  })

  test('a hold, a resume and a hold in one breath end held, and only the last of them is done', async () => {
    const { established } = await setUpOnline()
    const { call, leg } = await established()
    leg.onSend = () => {}

    const first = watch(call.hold())
    const second = watch(call.resume())
    const third = watch(call.hold())
    const terms = { hold: true, video: 'off' as const, restarts: 0 }
    leg.emit({ type: 'leg.offer.accepted', attempt: leg.attempt('offer'), granted: terms, peerHolds: false })
    await settled()

    expect(first.outcome).toMatchObject({ code: 'call.superseded' })
    expect(second.outcome).toMatchObject({ code: 'call.superseded' })
    expect(third.outcome).toBe('resolved')
    expect(call.state.hold.local).toBe('held')
  })

  test('a resume that fails rejects, and leaves no hold waiting', async () => {
    const { transport, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('offer')

    const hold = watch(call.hold())
    const resume = watch(call.resume())
    const terms = { hold: true, video: 'off' as const, restarts: 0 }
    leg.emit({ type: 'leg.offer.accepted', attempt: leg.attempt('offer'), granted: terms, peerHolds: false })
    const cause = { code: 'negotiation.rejected', text: 'No' } as const
    leg.emit({ type: 'leg.offer.refused', attempt: leg.attempt('offer'), glare: false, cause })
    await settled()

    expect(hold.outcome).toMatchObject({ code: 'call.superseded' })
    expect(resume.outcome).toMatchObject({ code: 'negotiation.rejected' })
    expect(call.state.hold.local).toBe('held')
  })

  test('a hangup is done when the call is over, and needs nobody for that', async () => {
    const { transport, clock, established } = await setUpOnline()
    const { call } = await established()
    transport.ignores.add('hangup')

    const hangup = watch(call.hangup())
    clock.increment(4_999)
    await settled()
    expect(hangup.outcome).toBe('pending')
    expect(call.state.status).toBe('ending')

    clock.increment(1)
    await settled()
    expect(hangup.outcome).toBe('resolved')
    expect(call.state.end).toEqual({ by: 'local', reason: 'hangup' })
  })

  test('hanging up twice is fine, while the call ends and when it is over', async () => {
    const { transport, clock, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('hangup')

    const both = watch(Promise.all([call.hangup(), call.hangup()]))
    clock.increment(5_000)
    await settled()

    expect(both.outcome).toBe('resolved')
    expect(leg.sent('hangup')).toHaveLength(1)
    await expect(call.hangup()).resolves.toBeUndefined()
  })

  test('muting what is muted is fine', async () => {
    const { established } = await setUpOnline()
    const { call } = await established()

    await call.mute()
    await call.mute()
    expect(call.state.microphone).toBe('muted')

    await call.unmute()
    await call.unmute()
    expect(call.state.microphone).toBe('live')
  })

  test('an answer is done when the call is established', async () => {
    const { engine, transport } = await setUpOnline()
    transport.ignores.add('answer')
    const leg = transport.ring()
    const call = engine.calls$.value[0] as Call

    const answer = watch(call.answer())
    await settled()
    expect(call.state.status).toBe('answering')
    expect(answer.outcome).toBe('pending')

    leg.answered()
    await settled()
    expect(answer.outcome).toBe('resolved')
    await expect(call.established()).resolves.toBeUndefined()
  })

  test('an answer the caller does not wait for is rejected with the end of the call', async () => {
    const { engine, transport } = await setUpOnline()
    transport.ignores.add('answer')
    const leg = transport.ring()
    const call = engine.calls$.value[0] as Call

    const answer = errorOf(call.answer())
    leg.emit({ type: 'leg.cancelled', answeredElsewhere: false })

    expect(await answer).toMatchObject({ code: 'call.ended', end: { by: 'remote', reason: 'missed' } })
  })

  test('a rejection is done when the call is over', async () => {
    const { engine, transport } = await setUpOnline()
    const leg = transport.ring()
    const call = engine.calls$.value[0] as Call

    await call.reject('busy')

    expect(leg.sent('reject')).toEqual([{ type: 'reject', reason: 'busy' }])
    expect(call.state.end).toEqual({ by: 'local', reason: 'busy' })
  })

  test('a call that is over rejects what was still asked of it, with how it ended', async () => {
    const { transport, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('offer').add('dtmf')

    const waiting = [call.hold(), call.dtmf('1')].map(watch)
    leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup', code: 16, text: 'Normal' } })
    await settled()

    const end = { by: 'remote', reason: 'hangup', code: 16, text: 'Normal' }
    for (const { outcome } of waiting)
      expect(outcome).toMatchObject({ code: 'call.ended', end, provider: { code: 16, text: 'Normal' } })
    await expect(call.ended()).resolves.toEqual(end)
  })

  test('an end by the media of an established call is no failure of its microphone', async () => {
    const { transport, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('offer').add('dtmf')
    const cause = { code: 'negotiation.rejected', text: 'No' } as const
    const hold = errorOf(call.hold())
    leg.emit({ type: 'leg.offer.refused', attempt: leg.attempt('offer'), glare: false, cause })
    await hold

    const digits = errorOf(call.dtmf('1'))
    leg.emit({ type: 'leg.ended', end: { by: 'system', reason: 'media' } })

    expect(await digits).toMatchObject({ code: 'call.ended', end: { reason: 'media' } })
  })

  test('who waits for the far end to answer learns why it never will', async () => {
    const { dial } = await setUpOnline()
    const { call, leg } = await dial()

    const established = errorOf(call.established())
    leg.emit({ type: 'leg.rejected', end: { by: 'remote', reason: 'busy', code: 486, text: 'Busy Here' } })

    expect(await established).toMatchObject({
      code: 'call.ended',
      end: { reason: 'busy' },
      provider: { code: 486, text: 'Busy Here' }
    })
    expect(await errorOf(call.established())).toMatchObject({ code: 'call.ended' })
  })
})

describe('A command given while the call tells something', () => {
  test('is carried out after it', async () => {
    const { dial } = await setUpOnline()
    const { call, leg } = await dial()
    let held: Promise<void> | null = null
    call.events$.subscribe(({ type }) => {
      if (type === 'call.established') held = call.hold()
    })

    leg.answered()

    await expect(held).resolves.toBeUndefined()
    expect(call.state.hold.local).toBe('held')
  })

  test('loses to the opposite one given after it', async () => {
    const { dial } = await setUpOnline()
    const { call, leg } = await dial()
    const given: Promise<void>[] = []
    call.events$.subscribe(({ type }) => {
      if (type === 'call.established') given.push(call.mute(), call.unmute(), call.hold(), call.resume())
    })

    leg.answered()
    await Promise.allSettled(given)

    expect(call.state).toMatchObject({ microphone: 'live', hold: { local: 'active' } })
  })
})
