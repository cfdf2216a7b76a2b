import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/index.ts'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'
import type { Desk } from './support/desk.ts'
import { FailingClock } from './support/failing-clock.ts'

describe('An engine that is disposed of', () => {
  const states: Record<string, (desk: Desk) => Promise<Call>> = {
    acquiring: (desk) => {
      desk.devices.mode = 'waits'
      return desk.engine.dial('sip:bob@example.org')
    },
    connecting: async (desk) => {
      desk.transport.ignores.add('dial')
      return (await desk.dial()).call
    },
    ringing: async (desk) => (await desk.dial()).call,
    established: async (desk) => (await desk.established()).call,
    cancelling: async (desk) => {
      desk.transport.ignores.add('hangup')
      const { call } = await desk.dial()
      void call.hangup()
      return call
    },
    ending: async (desk) => {
      desk.transport.ignores.add('hangup')
      const { call } = await desk.established()
      void call.hangup()
      return call
    },
    answering: async (desk) => {
      desk.transport.ignores.add('answer')
      desk.transport.ring()
      const call = desk.engine.calls$.value[0] as Call
      void call.answer()
      await settled()
      return call
    },
    rejecting: async (desk) => {
      desk.transport.ignores.add('reject')
      desk.transport.ring()
      const call = desk.engine.calls$.value[0] as Call
      void call.reject()
      return call
    }
  }

  test.each(Object.entries(states))('leaves nothing of a call that is %s', async (status, reach) => {
    const desk = await setUpOnline()
    const call = await reach(desk)
    const leg = desk.transport.leg(call.id)
    expect(call.state.status).toBe(status)

    desk.engine.dispose()
    for (const request of desk.devices.requests) request.grant()
    await settled()

    expect(call.state.status).toBe('ended')
    expect(leg.disposals).toBe(1)
    expect(leg.subject.observed).toBe(false)
    expect(desk.devices.open).toEqual([])
    const sent = [...leg.commands]
    for (let minutes = 0; minutes < 5; minutes++) desk.clock.increment(60_000)
    expect(leg.commands).toEqual(sent)
    expect(desk.transport.disposals).toBe(1)
    expect(desk.transport.subject.observed).toBe(false)
    await expect(call.ended()).resolves.toBe(call.state.end)
  })

  test('can be disposed of again, and refuses everything else', async () => {
    const { engine, transport } = await setUpOnline()

    engine.dispose()
    engine.dispose()

    expect(transport.disposals).toBe(1)
    expect(await errorOf(engine.connect())).toMatchObject({ code: 'engine.disposed' })
    expect(await errorOf(engine.dial('sip:bob@example.org'))).toMatchObject({ code: 'engine.disposed' })
    await expect(engine.disconnect()).resolves.toBeUndefined()
  })

  test('by who hears what came just before the end of a call shows that end from then on', async () => {
    const { engine, transport, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('dtmf')
    void call.dtmf('12')
    let view = call.state
    call.events$.subscribe(({ type }) => {
      if (type !== 'dtmf.unsent') return
      engine.dispose()
      view = call.state
    })

    leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })

    expect(view).toMatchObject({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
    expect(call.state).toBe(view)
  })

  test('settles whoever waits for it', async () => {
    const { engine, transport, established } = await setUpOnline()
    await established()
    transport.ignores.add('hangup')

    const away = watch(engine.disconnect())
    const back = watch(engine.connect())
    engine.dispose()
    await settled()

    expect(away.outcome).toBe('resolved')
    expect(back.outcome).toMatchObject({ code: 'engine.disposed' })
  })

  test('lets go of itself even when the adapter does not', async () => {
    const { engine, transport, told } = await setUpOnline()
    transport.dispose = () => {
      throw new Error('Stuck')
    }

    engine.dispose()
    transport.ring()

    expect(engine.calls$.value).toEqual([])
    expect(told.at(-1)?.event.type).not.toBe('call.ringing')
  })

  test('because its own chart failed says so from then on', async () => {
    const clock = new FailingClock()
    const { engine, transport } = await setUpOnline({ clock })
    clock.isBroken = true

    transport.emit({ type: 'transport.silent' })

    expect(engine.connection$.value.status).toBe('offline')
    expect(await errorOf(engine.connect())).toMatchObject({
      code: 'engine.failed',
      cause: { message: 'The clock is broken' }
    })
    expect(transport.disposals).toBe(1)
  })
})
