import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/index.ts'
import { errorOf, setUpOnline } from './support/desk.ts'
import type { Desk } from './support/desk.ts'

async function two(desk: Desk) {
  const a = await desk.established()
  const b = await desk.dial('sip:carol@example.org')
  b.leg.answered()
  return { a, b }
}

describe('Who may not disturb', () => {
  test('hears busy at the limit, is told, and is remembered as missed', async () => {
    const desk = await setUpOnline({ policy: { calls: { maxCalls: 2 } } })
    await two(desk)
    const announced: Call[] = []
    desk.engine.incoming$.subscribe((call) => announced.push(call))

    const leg = desk.transport.ring('third')

    expect(leg.sent('reject')).toEqual([{ type: 'reject', reason: 'busy' }])
    expect(leg.disposals).toBe(1)
    expect(announced).toEqual([])
    expect(desk.engine.calls$.value).toHaveLength(2)
    expect(desk.engine.can('dial')).toBe(false)
    expect(await errorOf(desk.engine.dial('sip:dan@example.org'))).toMatchObject({ code: 'call.limit' })
    expect(desk.told.at(-1)?.event).toMatchObject({ type: 'switchboard.refused', call: 'third', reason: 'limit' })
    expect(desk.engine.missed$.value).toMatchObject([{ id: 'third', missed: true, end: { reason: 'busy' } }])
  })

  test('hears busy as long as the user wants no calls', async () => {
    const desk = await setUpOnline()
    const wishes: boolean[] = []
    desk.engine.doNotDisturb$.subscribe((on) => wishes.push(on))
    desk.engine.setDoNotDisturb(true)

    expect(desk.transport.ring().sent('reject')).toHaveLength(1)
    desk.engine.setDoNotDisturb(false)
    expect(desk.transport.ring().sent('reject')).toHaveLength(0)

    expect(wishes).toEqual([false, true, false])
    expect(desk.engine.calls$.value).toHaveLength(1)
  })
})

describe('What is remembered of calls', () => {
  test('is who, when, how they ended, and whether they were answered or missed', async () => {
    const desk = await setUpOnline()
    const { call } = await desk.established()
    await call.hangup()
    desk.transport.ring('missed').emit({ type: 'leg.cancelled', answeredElsewhere: false })
    desk.transport.ring('elsewhere').emit({ type: 'leg.cancelled', answeredElsewhere: true })

    expect(desk.engine.history$.value).toMatchObject([
      { id: 'elsewhere', answered: false, missed: false },
      { id: 'missed', direction: 'incoming', missed: true, remote: { displayName: 'Bob' } },
      { id: call.id, direction: 'outgoing', answered: true, missed: false, end: { reason: 'hangup' } }
    ])
    expect(desk.engine.missed$.value.map(({ id }) => id)).toEqual(['missed'])
    expect(Object.isFrozen(desk.engine.history$.value[0])).toBe(true)
  })

  test('is no more than the policy allows, and nothing where it is none', async () => {
    for (const historyLimit of [2, 0]) {
      const desk = await setUpOnline({ policy: { historyLimit } })
      for (const id of ['a', 'b', 'c'])
        desk.transport.ring(id).emit({ type: 'leg.cancelled', answeredElsewhere: false })

      expect(desk.engine.history$.value.map(({ id }) => id)).toEqual(['c', 'b'].slice(0, historyLimit))
    }
  })
})
