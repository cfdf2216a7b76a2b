import { of } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/index.ts'
import { settled, setUpOnline } from './support/desk.ts'

describe('A call that comes in', () => {
  test('is announced once, ringing already, and stands among the calls', async () => {
    const { engine, transport } = await setUpOnline()
    const heard: Call[] = []
    engine.incoming$.subscribe((call) => {
      expect(call.state.status).toBe('ringing')
      expect(engine.calls$.value).toEqual([call])
      heard.push(call)
    })

    transport.ring('a')

    expect(heard).toHaveLength(1)
    expect(heard[0]?.state).toMatchObject({
      id: 'a',
      direction: 'incoming',
      remote: { address: 'sip:bob@example.org', displayName: 'Bob' }
    })
  })

  test('can be answered, rejected or hung up by who hears of it first', async () => {
    const { engine, transport } = await setUpOnline()
    engine.incoming$.subscribe((call) => void call.answer())

    const leg = transport.ring()
    await settled()

    expect(leg.sent('answer')).toHaveLength(1)
    expect(engine.calls$.value[0]?.state.status).toBe('established')
  })

  test('under the name of one that stands is dropped, and harms neither', async () => {
    const { engine, transport, devices, told } = await setUpOnline()
    transport.ring('a')
    const call = engine.calls$.value[0] as Call
    await call.answer()

    transport.ring('a')
    expect(engine.calls$.value).toEqual([call])
    expect(told.at(-1)?.event.type).toBe('transport.garbage')

    await call.hangup()
    expect(devices.open).toEqual([])
  })

  test('is not taken for one we placed, whatever the adapter calls it', async () => {
    const { engine, transport } = await setUpOnline()
    transport.ring('call-1')

    const call = await engine.dial('sip:carol@example.org')

    expect(call.id).not.toBe('call-1')
    expect(engine.calls$.value).toHaveLength(2)
  })

  test('and is over already is not announced', async () => {
    const { engine, transport, told } = await setUpOnline()
    const heard: Call[] = []
    engine.incoming$.subscribe((call) => heard.push(call))
    transport.onLeg = (leg) =>
      Object.defineProperty(leg, 'events', { get: () => of({ type: 'leg.cancelled', answeredElsewhere: true }) })

    transport.ring()

    expect(heard).toEqual([])
    expect(told.at(-1)?.event).toMatchObject({ type: 'call.ended', end: { reason: 'answered-elsewhere' } })
  })

  test('without a leg to it is told as garbage', async () => {
    const { engine, transport, told } = await setUpOnline()
    transport.onLeg = () => {
      throw new Error('No such leg')
    }

    transport.ring()

    expect(engine.calls$.value).toEqual([])
    expect(told.at(-1)?.event).toMatchObject({
      type: 'transport.garbage',
      text: expect.stringContaining('No such leg')
    })
  })
})
