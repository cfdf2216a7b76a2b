import { describe, expect, test } from 'vitest'
import { CallError } from '../../src/index.ts'
import type { Call } from '../../src/index.ts'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'
import type { Line } from './support/desk.ts'

describe('A command settles when the call says so', () => {
  test('a hold is done when the peer has agreed, not when it was asked', async () => {
    const { transport, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('offer')

    const hold = watch(call.hold())
    await settled()
    expect(hold.outcome).toBe('pending')
    expect(call.state.hold.local).toBe('holding')

    const terms = { hold: true, restarts: 0 }
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
        granted: { hold: isHeld, restarts: 0 },
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
    const terms = { hold: true, restarts: 0 }
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
    const terms = { hold: true, restarts: 0 }
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

  test('each sending of digits is done when its own last digit has been sent', async () => {
    const { clock, established } = await setUpOnline()
    const { call, leg } = await established()

    const first = watch(call.dtmf('12', { duration: 100, gap: 50 }))
    const second = watch(call.dtmf('3', { duration: 100, gap: 50 }))
    await settled()
    expect([first.outcome, second.outcome]).toEqual(['pending', 'pending'])
    expect(call.state.digits).toBe('123')

    clock.increment(150)
    await settled()
    expect([first.outcome, second.outcome]).toEqual(['resolved', 'pending'])

    clock.increment(150)
    await settled()
    expect([first.outcome, second.outcome]).toEqual(['resolved', 'resolved'])
    expect(leg.sent('dtmf').map((command) => 'tone' in command && command.tone)).toEqual(['1', '2', '3'])
  })

  test('digits that cannot be sent fail alone, those of other sendings go out', async () => {
    const { transport, clock, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('dtmf')

    const first = watch(call.dtmf('12'))
    const second = watch(call.dtmf('3'))
    const cause = { code: 'dtmf.failed', text: 'No' } as const
    leg.emit({ type: 'leg.dtmf.failed', attempt: leg.attempt('dtmf'), cause })
    leg.emit({ type: 'leg.dtmf.sent', attempt: leg.attempt('dtmf') })
    clock.increment(1_000)
    await settled()

    expect(first.outcome).toMatchObject({ code: 'dtmf.failed' })
    expect(second.outcome).toBe('resolved')
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

describe('A command that the call is not in the state for', () => {
  test.each<[string, (line: Line) => Promise<void>, (call: Call) => Promise<void>]>([
    ['hold while it rings', async () => {}, (call) => call.hold()],
    ['answer a call we placed', async () => {}, (call) => call.answer()],
    ['reject a call we placed', async () => {}, (call) => call.reject()],
    ['resume what is not held', async ({ leg }) => leg.answered(), (call) => call.resume()],
    ['digits while it rings', async () => {}, (call) => call.dtmf('1')]
  ])('is refused, and says which state that was: %s', async (_, prepare, act) => {
    const { dial } = await setUpOnline()
    const line = await dial()
    await prepare(line)
    const before = line.leg.commands.length

    const error = await errorOf(act(line.call))

    expect(error).toBeInstanceOf(CallError)
    expect(error).toMatchObject({ code: 'call.refused', state: line.call.state.status, retryable: false })
    expect(line.leg.commands).toHaveLength(before)
  })

  test('is rejected with its end, when the call is over', async () => {
    const { established } = await setUpOnline()
    const { call } = await established()
    await call.hangup()

    const commands = [call.hold(), call.answer(), call.reject(), call.resume(), call.mute(), call.unmute()]

    for (const command of [...commands, call.dtmf('1')])
      expect(await errorOf(command)).toMatchObject({ code: 'call.ended', end: { reason: 'hangup' } })
  })

  test.each(['', '12x', ' ', '1\r\n2'])('digits that are none are refused: %j', async (digits) => {
    const { established } = await setUpOnline()
    const { call, leg } = await established()

    expect(await errorOf(call.dtmf(digits))).toMatchObject({ code: 'call.invalid-digits' })
    expect(leg.sent('dtmf')).toEqual([])
  })

  test.each([{ duration: 10 }, { gap: 0 }, { duration: Number.NaN }, { gap: Infinity }])(
    'digits are refused when nobody could hear them: %j',
    async (options) => {
      const { established } = await setUpOnline()
      const { call } = await established()

      expect(await errorOf(call.dtmf('1', options))).toMatchObject({ code: 'call.invalid-digits' })
    }
  )

  test('digits are refused where the provider cannot send them, or not in this way', async () => {
    const without = await (await setUpOnline({ capabilities: { dtmf: [] } })).established()
    const otherwise = await (await setUpOnline({ capabilities: { dtmf: ['info'] } })).established()

    expect(without.call.can('dtmf')).toBe(false)
    expect(await errorOf(without.call.dtmf('1'))).toMatchObject({ code: 'dtmf.unsupported' })
    expect(await errorOf(otherwise.call.dtmf('1', { method: 'rtp' }))).toMatchObject({ code: 'dtmf.unsupported' })
  })
})

describe('Nothing throws', () => {
  test('whatever is given to a command', async () => {
    const { engine, established } = await setUpOnline()
    const { call } = await established()
    const nonsense = [undefined, null, 0, Number.NaN, '', 'x', {}, [], () => {}, Symbol('s')]

    const promises = nonsense.flatMap((value) => {
      const any = value as never
      return [
        engine.dial(any, any),
        call.dtmf(any, any),
        call.answer(any),
        call.reject(any),
        engine.dial('sip:bob@example.org', { headers: any, displayName: any })
      ]
    })

    for (const promise of promises) expect(promise).toBeInstanceOf(Promise)
    const rejections = await Promise.allSettled(promises)
    for (const rejection of rejections)
      if (rejection.status === 'rejected') expect(rejection.reason).toBeInstanceOf(CallError)
  })

  test('a promise that nobody looks at is no unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const { engine, transport, established } = await setUpOnline()
    const { call } = await established()
    transport.ignores.add('offer').add('register').add('unregister')

    void engine.dial('')
    void call.resume()
    void call.dtmf('x')
    void call.hold()
    void call.established()
    void call.ended()
    void engine.disconnect()
    void engine.connect()
    engine.dispose()
    void engine.connect()
    void engine.disconnect()
    void engine.dial('sip:bob@example.org')
    void call.hold()
    await settled()
    await settled()

    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
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
