import { Subject } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { createActor, fromCallback, setup } from 'xstate'
import { CallHandle } from '../../src/call-handle.ts'
import { callMachine } from '../../machines/index.ts'
import { legActor, mediaActor } from '../../src/ports.ts'
import { Registry } from '../../src/registry.ts'
import { Relations } from '../../src/relations.ts'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'
import type { Desk, Line } from './support/desk.ts'
import { FailingClock } from './support/failing-clock.ts'
import { FakeLeg } from './support/fake-transport.ts'
import { retained } from './support/retained.ts'

test('XState stops a machine whose action throws, but not its children: hence the registry', () => {
  const events = new Subject()
  const child = fromCallback(() => {
    const subscription = events.subscribe()
    return () => subscription.unsubscribe()
  })
  const machine = setup({
    actors: { child },
    actions: {
      fail: () => {
        throw new Error('In an action')
      }
    }
  }).createMachine({ invoke: { src: 'child' }, on: { go: { actions: 'fail' } } })
  const actor = createActor(machine)
  actor.subscribe({ error: () => {} })
  actor.start()

  actor.send({ type: 'go' })
  actor.stop()

  expect(actor.getSnapshot().status).toBe('error')
  expect(events.observed).toBe(true)
})

type Way = (desk: Desk, line: Line) => unknown

const ways: Record<string, Way> = {
  'the far end hangs up': (_, { leg }) => leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } }),
  'we hang up': (_, { call }) => call.hangup(),
  'the adapter throws where it is asked for something': (_, { leg }) => {
    leg.onSend = () => {
      throw new Error('Out of order')
    }
    leg.emit({ type: 'leg.offer.received' })
  },
  'the adapter throws when it is to hang up': (_, { call, leg }) => {
    leg.onSend = () => {
      throw new Error('Out of order')
    }
    return call.hangup()
  },
  'the adapter throws when it is to let go': (_, { call, leg }) => {
    leg.onDispose = () => {
      throw new Error('Stuck')
    }
    return call.hangup()
  },
  'the adapter fails': (_, { leg }) => leg.subject.error(new Error('Broken')),
  'the adapter lets go before the end': (_, { leg }) => leg.subject.complete(),
  'the adapter says that it failed': (_, { leg }) =>
    leg.emit({ type: 'leg.failed', cause: { code: 'engine.failed', text: 'Broken' } }),
  'the adapter says more while it lets go': (_, { call, leg }) => {
    leg.onDispose = () => leg.emit({ type: 'leg.answered' })
    return call.hangup()
  },
  'the adapter throws for what the peer sends': (_, { leg }) => {
    Object.defineProperty(leg, 'remoteStream', {
      get() {
        throw new Error('No stream')
      }
    })
    leg.emit({ type: 'leg.media' })
  },
  'what the peer sends cannot be silenced': (_, { call, leg }) => {
    leg.remoteStream = {
      getTracks() {
        throw new Error('No tracks')
      }
    } as unknown as MediaStream
    leg.emit({ type: 'leg.media' })
    return call.hold()
  },
  'the chart itself fails': ({ clock }, { leg }) => {
    ;(clock as FailingClock).isBroken = true
    leg.emit({ type: 'leg.path.interrupted' })
  },
  'the chart fails while it ends': ({ clock }, { call }) => {
    ;(clock as FailingClock).isBroken = true
    void call.hangup()
  },
  'the chart of the connection fails': ({ transport, clock }) => {
    ;(clock as FailingClock).isBroken = true
    transport.ignores.add('probe')
    transport.emit({ type: 'transport.silent' })
  },
  'the engine is disposed of': ({ engine }) => engine.dispose(),
  'the engine is disposed of by who hears of the call': ({ engine }, { call, leg }) => {
    call.events$.subscribe(() => engine.dispose())
    leg.emit({ type: 'leg.path.interrupted' })
  },
  'the engine is disposed of by the adapter itself': ({ engine }, { leg }) => {
    leg.onSend = () => engine.dispose()
    leg.emit({ type: 'leg.offer.received' })
  },
  'the engine is disposed of by who hears of the end': ({ engine }, { call }) => {
    engine.calls$.subscribe((calls) => calls.length === 0 && engine.dispose())
    return call.hangup()
  }
}

describe('A call gives everything back when', () => {
  test.each(Object.entries(ways))('%s', async (_, end) => {
    const desk = await setUpOnline({ clock: new FailingClock() })
    desk.transport.ignores.add('offer').add('dtmf')
    const line = await desk.established()
    const { call, leg } = line
    expect(desk.devices.open).toHaveLength(1)
    const waiting = [call.dtmf('12'), call.hold(), call.established(), call.ended()].map(watch)
    const ends: unknown[] = []
    call.events$.subscribe(({ type }) => type === 'call.ended' && ends.push(type))
    let sentAfterTheEnd = -1
    call.status$.subscribe((status) => {
      if (status === 'ended') sentAfterTheEnd = -leg.commands.length
    })

    await Promise.resolve(end(desk, line)).catch(() => {})
    await settled()
    sentAfterTheEnd += leg.commands.length

    expect(call.state.status).toBe('ended')
    expect(call.state.end).not.toBeNull()
    expect(ends).toHaveLength(1)
    expect(desk.devices.open).toEqual([])
    expect(leg.disposals).toBe(1)
    expect(leg.subject.observed).toBe(false)
    expect(sentAfterTheEnd).toBe(0)
    expect(desk.engine.calls$.value).toEqual([])
    expect(waiting.map(({ outcome }) => outcome)).not.toContain('pending')
    expect(call.can('hangup')).toBe(false)
  })

  test('an action of its chart throws', async () => {
    const leg = new FakeLeg('call-1', new Set())
    const registry = new Registry()
    const resources = registry.add('call-1', leg, {})
    const machine = callMachine.provide({
      actors: { leg: legActor(registry, () => {}), media: mediaActor(registry) },
      actions: {
        sendDial: () => {
          throw new Error('In an action')
        }
      }
    })
    const capabilities = {
      registration: true,
      hold: true,
      renegotiate: true,
      video: false,
      dtmf: [],
      recording: [],
      blindTransfer: false,
      attendedTransfer: false
    }
    const input = { id: 'call-1', direction: 'outgoing', remote: { address: 'bob' }, capabilities } as const
    const actor = createActor(machine, { input: { ...input, media: { audio: false } } })
    const nobody = { refusalOf: () => null, of: () => undefined } as unknown as ConstructorParameters<
      typeof Relations
    >[0]
    const call = new CallHandle(
      actor,
      resources,
      new Relations(nobody),
      { take: (_, turn) => turn.granted() },
      () => {},
      { clock: globalThis, root: actor, join: () => {} }
    )
    const established = errorOf(call.established())

    actor.start()

    expect(call.state).toMatchObject({ status: 'ended', end: { by: 'system', reason: 'error', text: 'In an action' } })
    expect(await established).toMatchObject({ code: 'call.ended', end: { reason: 'error' } })
    expect(leg.disposals).toBe(1)
    expect(leg.subject.observed).toBe(false)
    expect(() => registry.of('call-1')).toThrow('is over')
  })

  test('the first thing is told with which the end can be seen', async () => {
    const { transport, devices, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('dtmf')
    void call.dtmf('12')
    const open: [string, string, number][] = []
    call.events$.subscribe(({ type }) => open.push([type, call.state.status, devices.open.length]))

    leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })

    expect(open).toEqual([
      ['dtmf.unsent', 'ended', 0],
      ['call.ended', 'ended', 0]
    ])
  })

  test('a track of its microphone cannot be stopped', async () => {
    const { engine, devices, established } = await setUpOnline()
    const { call, leg } = await established()
    const [track] = devices.tracks
    if (track)
      track.stop = () => {
        throw new Error('Unstoppable')
      }

    await call.hangup()

    expect(leg.disposals).toBe(1)
    expect(engine.calls$.value).toEqual([])
  })
})

test('Nothing is retained of calls that are over', async () => {
  const { engine, transport, devices, dial } = await setUpOnline()
  const references: WeakRef<object>[] = []
  const call = async (isAnswered: boolean) => {
    const { call, leg } = await dial()
    call.view$.subscribe(() => {})
    call.can$('hold').subscribe(() => {})
    if (isAnswered) leg.answered()
    void call.hold()
    await call.hangup()
    references.push(new WeakRef(call), new WeakRef(leg))
  }

  for (let calls = 0; calls < 20; calls++) await call(calls % 2 === 0)
  transport.legs.clear()
  devices.tracks.length = 0

  expect(await retained(references)).toBe(0)
  expect(engine.calls$.value).toEqual([])
})
