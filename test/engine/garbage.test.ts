import { describe, expect, test } from 'vitest'
import { setUpOnline } from './support/desk.ts'

describe('Garbage from the adapter', () => {
  test.each([
    null,
    undefined,
    42,
    'leg.ended',
    [],
    {},
    { type: 'leg.unheard-of' },
    { type: '__proto__' },
    { type: 'leg.ended' },
    { type: 'leg.ended', end: { by: 'nobody', reason: 'hangup' } },
    { type: 'leg.ended', end: { by: 'remote', reason: 'toString' } },
    { type: 'leg.ended', end: { by: 'remote', reason: 'hangup', code: '16' } },
    { type: 'leg.offer.accepted', attempt: 1, granted: null, peerHolds: false },
    { type: 'leg.offer.refused', attempt: 1, glare: false },
    { type: 'leg.failed', cause: 'because' }
  ])('about a call is dropped and told: %j', drops)

  test('that throws when it is read is dropped and told', () =>
    drops({
      get type() {
        throw new Error('Boo')
      }
    }))

  async function drops(garbage: unknown) {
    const { established, told } = await setUpOnline()
    const { call, leg } = await established()
    const before = call.state

    leg.subject.next(garbage as never)

    expect(call.state).toBe(before)
    expect(told.at(-1)).toMatchObject({ call: call.id, event: { type: 'transport.garbage' } })
  }

  test.each([
    null,
    { type: 'transport.closed' },
    { type: 'transport.registered', attempt: 1, expires: -1 },
    { type: 'transport.incoming', leg: 'a', from: null, to: {} },
    { type: 'transport.incoming', leg: 'a', from: { address: 'x', displayName: 1 }, to: { address: 'y' } }
  ])('about the account is dropped and told: %j', async (garbage) => {
    const { engine, transport, told } = await setUpOnline()

    transport.subject.next(garbage as never)

    expect(engine.connection$.value.status).toBe('online')
    expect(engine.calls$.value).toEqual([])
    expect(told.at(-1)).toMatchObject({ call: null, event: { type: 'transport.garbage' } })
  })

  test('in an event that is one does not get into a view', async () => {
    const { established } = await setUpOnline()
    const { call, leg } = await established()
    const loop: Record<string, unknown> = {}
    loop['loop'] = loop
    const end = { by: 'remote', reason: 'hangup', provider: { code: 16, raw: new Map(), act: () => {}, loop } }

    leg.subject.next({ type: 'leg.ended', end } as never)

    expect(call.state.status).toBe('ended')
    expect(call.state.end).toMatchObject({ reason: 'hangup', provider: { code: 16 } })
    expect(structuredClone(call.state)).toEqual(call.state)
  })
})
