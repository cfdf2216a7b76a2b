import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/index.ts'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'
import type { Desk } from './support/desk.ts'

/** What is heard: the microphones that are open and enabled. */
const heard = ({ devices }: Desk) => devices.open.filter(({ enabled }) => enabled).length

async function two(desk: Desk) {
  const a = await desk.established()
  const b = await desk.dial('sip:carol@example.org')
  b.leg.answered()
  return { a, b }
}

describe('Of several calls', () => {
  test('the one dialled last is current, and the one before is held first', async () => {
    const desk = await setUpOnline()
    const a = await desk.established()
    a.leg.onSend = () => {}

    const dialled = desk.engine.dial('sip:carol@example.org')
    expect(heard(desk)).toBe(0)
    expect(desk.engine.calls$.value).toEqual([a.call])
    expect(a.call.state).toMatchObject({ hold: { local: 'holding' }, attention: 'aside' })
    a.leg.emit({
      type: 'leg.offer.accepted',
      attempt: a.leg.attempt('offer'),
      granted: { hold: true, video: 'off', restarts: 0 },
      peerHolds: false
    })
    const call = await dialled

    expect(a.call.state.hold.local).toBe('held')
    expect(desk.engine.current$.value).toBe(call)
    expect(desk.engine.calls$.value).toEqual([a.call, call])
  })

  test('one that is still being answered is silent while another has its turn', async () => {
    const desk = await setUpOnline()
    const leg = desk.transport.ring()
    leg.onSend = () => {}
    const ringing = desk.engine.calls$.value[0] as Call
    watch(ringing.answer())
    await settled()
    expect(heard(desk)).toBe(1)

    const { call } = await desk.dial('sip:carol@example.org')

    expect(desk.engine.current$.value).toBe(call)
    expect(ringing.state).toMatchObject({ status: 'answering', attention: 'aside' })
    expect(heard(desk)).toBe(1)
  })

  test('one is heard at a time, however often they are swapped', async () => {
    const desk = await setUpOnline()
    const { a, b } = await two(desk)

    for (const [now, before] of [
      [a, b],
      [b, a],
      [a, b],
      [b, a]
    ] as const) {
      await desk.engine.swap()

      expect(desk.engine.current$.value).toBe(now.call)
      expect(now.call.state).toMatchObject({ hold: { local: 'active' }, attention: 'front' })
      expect(before.call.state).toMatchObject({ hold: { local: 'held' }, attention: 'aside' })
      expect(heard(desk)).toBe(1)
    }
  })

  test('a second one that rings is a call waiting, and is answered when the first is held', async () => {
    const desk = await setUpOnline()
    const { call } = await desk.established()
    const leg = desk.transport.ring('second')
    const second = desk.engine.calls$.value[1] as Call
    expect(second.state.attention).toBe('waiting')
    expect(desk.engine.current$.value).toBe(call)

    await second.answer()

    expect(call.state.hold.local).toBe('held')
    expect(leg.sent('answer')).toHaveLength(1)
    expect(desk.engine.current$.value).toBe(second)
  })

  test('the waiting one rings as any other when the first is over', async () => {
    const desk = await setUpOnline()
    const { call } = await desk.established()
    desk.transport.ring()
    const second = desk.engine.calls$.value[1] as Call

    await call.hangup()

    expect(second.state.attention).toBe('front')
    expect(desk.engine.current$.value).toBe(null)
  })

  test('a held one does not go on by itself when the current one ends, unless the policy says so', async () => {
    for (const resumeNext of [false, true]) {
      const desk = await setUpOnline({ policy: { calls: { resumeNext } } })
      const { a, b } = await two(desk)

      await b.call.hangup()
      await settled()

      expect(a.call.state.hold.local).toBe(resumeNext ? 'active' : 'held')
      expect(desk.engine.current$.value).toBe(resumeNext ? a.call : null)
    }
  })

  test('one that is answered while the user is on another is held at once', async () => {
    const desk = await setUpOnline()
    const a = await desk.dial('sip:dan@example.org')
    const b = await desk.dial('sip:carol@example.org')
    b.leg.answered()

    a.leg.answered()

    expect(a.call.state).toMatchObject({ status: 'established', hold: { local: 'held' }, attention: 'aside' })
    expect(desk.engine.current$.value).toBe(b.call)
  })

  test('all are heard where nobody wants them held', async () => {
    const desk = await setUpOnline({ policy: { calls: { autoHold: false } } })

    await two(desk)

    expect(heard(desk)).toBe(2)
  })

  test('resuming a held one holds the current one', async () => {
    const desk = await setUpOnline()
    const { a, b } = await two(desk)

    await a.call.resume()

    expect(b.call.state.hold.local).toBe('held')
    expect(heard(desk)).toBe(1)
  })

  test('the one that was consulted about is heard again when the consultation is over', async () => {
    const desk = await setUpOnline()
    const { call } = await desk.established()
    const consultation = await desk.engine.calls$.value[0]?.consult('sip:carol@example.org')
    await settled()
    expect(call.state).toMatchObject({ hold: { local: 'held' }, attention: 'aside' })
    expect(desk.engine.current$.value).toBe(consultation)

    await consultation?.hangup()
    await settled()

    expect(call.state).toMatchObject({ hold: { local: 'active' }, attention: 'front' })
    expect(desk.engine.current$.value).toBe(call)
    expect(heard(desk)).toBe(1)
  })

  test('there is nothing to swap with where there is one', async () => {
    const desk = await setUpOnline()
    await desk.established()

    expect(desk.engine.can('swap')).toBe(false)
    expect(await errorOf(desk.engine.swap())).toMatchObject({ code: 'call.refused' })
  })
})

describe('A hold that fails', () => {
  const refuses = async (desk: Desk) => {
    const line = await desk.established()
    line.leg.onSend = (command) => {
      if (command.type !== 'offer') return
      const cause = { code: 'negotiation.rejected', text: 'No' } as const
      line.leg.emit({ type: 'leg.offer.refused', attempt: command.attempt, glare: false, cause })
    }
    return line
  }

  test('is told, and the call is silent on our side all the same', async () => {
    const desk = await setUpOnline()
    const { call } = await refuses(desk)

    const { call: next } = await desk.dial('sip:carol@example.org')

    expect(call.state).toMatchObject({ hold: { local: 'active' }, attention: 'aside' })
    expect(desk.engine.current$.value).toBe(next)
    expect(desk.told.filter(({ event }) => event.type === 'switchboard.hold-failed')).toMatchObject([
      { event: { call: call.id, cause: { code: 'negotiation.rejected' } } }
    ])
    const [first] = desk.devices.tracks
    expect(first?.enabled).toBe(false)

    await desk.engine.swap().catch(() => {})
    expect(desk.engine.current$.value).toBe(call)
    expect(first?.enabled).toBe(true)
  })

  test('keeps the user on the call where the policy says so', async () => {
    const desk = await setUpOnline({ policy: { calls: { whenHoldFails: 'refuse' } } })
    const { call } = await refuses(desk)

    const error = await errorOf(desk.engine.dial('sip:carol@example.org'))

    expect(error).toMatchObject({ code: 'negotiation.rejected' })
    expect(desk.engine.calls$.value).toEqual([call])
    expect(call.state).toMatchObject({ hold: { local: 'active' }, attention: 'front' })
    expect(heard(desk)).toBe(1)
  })

  test('by saying nothing is waited for a moment only', async () => {
    const desk = await setUpOnline()
    const { leg } = await desk.established()
    leg.onSend = () => {}
    const dialled = watch(desk.engine.dial('sip:carol@example.org'))

    desk.clock.increment(4_999)
    await settled()
    expect(dialled.outcome).toBe('pending')

    desk.clock.increment(1)
    await settled()
    expect(dialled.outcome).toBe('resolved')
    expect(heard(desk)).toBe(1)
  })

  test('holds nobody up who changes his mind', async () => {
    const desk = await setUpOnline()
    const { call, leg } = await desk.established()
    leg.onSend = () => {}
    const dialled = watch(desk.engine.dial('sip:carol@example.org'))
    const other = watch(desk.engine.dial('sip:dan@example.org'))
    await settled()
    expect(dialled.outcome).toMatchObject({ code: 'call.superseded' })

    void call.makeCurrent()
    await settled()
    expect(other.outcome).toMatchObject({ code: 'call.superseded' })
    expect(desk.engine.current$.value).toBe(call)
  })

  test('leaves no promise open when the engine is disposed of', async () => {
    const desk = await setUpOnline()
    const { leg } = await desk.established()
    leg.onSend = () => {}
    const dialled = watch(desk.engine.dial('sip:carol@example.org'))

    desk.engine.dispose()
    await settled()

    expect(dialled.outcome).toMatchObject({ code: 'engine.disposed' })
  })

  test('a call that is to be answered and is gone meanwhile says so', async () => {
    const desk = await setUpOnline()
    const { leg } = await desk.established()
    leg.onSend = () => {}
    const ringing = desk.transport.ring()
    const answered = watch((desk.engine.calls$.value[1] as Call).answer())

    ringing.emit({ type: 'leg.cancelled', answeredElsewhere: false })
    await settled()

    expect(answered.outcome).toMatchObject({ code: 'call.ended', end: { reason: 'missed' } })
  })
})
