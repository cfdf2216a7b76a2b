import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SimulatedClock } from 'xstate'
import type { Call, Policy } from '../../src/index.ts'
import { createEngine } from '../../src/index.ts'
import { settled } from './support/desk.ts'
import { FakeMediaDevices } from './support/fake-media.ts'
import { FakeTransport } from './support/fake-transport.ts'

const people = ['sip:alice@example.org', 'sip:bob@example.org', 'sip:zoe@example.org'] as const
const who = fc.constantFrom(...people)
const which = fc.nat(4)

/** What may happen; a call is meant by its place among those there are. */
const step = fc.oneof(
  fc.record({ do: fc.constant('dial' as const), who }),
  fc.record({ do: fc.constant('incoming' as const), who }),
  fc.record({
    do: fc.constantFrom(
      'answer',
      'reject',
      'hold',
      'resume',
      'makeCurrent',
      'hangup',
      'far end answers',
      'far end refuses',
      'far end hangs up',
      'far end leaves offers',
      'far end refuses offers'
    ),
    which
  }),
  fc.record({ do: fc.constant('swap' as const) }),
  fc.record({ do: fc.constant('wait' as const), milliseconds: fc.constantFrom(500, 3_000, 5_000, 32_000) }),
  fc.record({ do: fc.constant('disturb' as const), on: fc.boolean() })
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const policies = fc.record({
  whenHoldFails: fc.constantFrom('silence' as const, 'refuse' as const),
  resumeNext: fc.boolean(),
  maxCalls: fc.constantFrom(1, 2, 3),
  meetCalls: fc.boolean()
})

test('whatever becomes of several calls, one is heard at a time, and each keeps to itself', async () => {
  const property = fc.asyncProperty(policies, fc.array(step, { minLength: 1, maxLength: 40 }), async (calls, steps) => {
    const bench = await setUp({ calls })

    for (const each of steps) {
      act(bench, each)
      await settled()
      expectTruth(bench, calls.maxCalls)
    }

    // who was kept while we called him may ring once we no longer do
    for (let round = 0; round < 3; round++) {
      for (const call of bench.engine.calls$.value) void call.hangup()
      for (let second = 0; second < 40; second++) bench.clock.increment(1_000)
      await settled()
    }
    expect(bench.engine.calls$.value).toEqual([])
    expect(bench.engine.current$.value).toBe(null)
    expect(bench.devices.open).toEqual([])
    // whoever ended has done so once, and was told so by his own leg alone
    for (const [id, count] of bench.ends) expect([id, count]).toEqual([id, 1])
    for (const leg of bench.transport.legs.values()) expect([leg.id, leg.disposals]).toEqual([leg.id, 1])
    expect(bench.unsettled.size).toBe(0)
  })

  await fc.assert(property, { numRuns: 200 })
}, 120_000)

type Bench = Awaited<ReturnType<typeof setUp>>

async function setUp(policy: Policy) {
  const clock = new SimulatedClock()
  const transport = new FakeTransport()
  const devices = new FakeMediaDevices()
  const engine = createEngine({ transport, clock, policy, media: { mediaDevices: devices } })
  await engine.connect()
  const ends = new Map<string, number>()
  engine.events$.subscribe(({ call, event }) => {
    if (event.type === 'call.ended' && call !== null) ends.set(call, (ends.get(call) ?? 0) + 1)
  })
  return { clock, transport, devices, engine, ends, unsettled: new Set<string>(), count: { steps: 0, rings: 0 } }
}

function act({ engine, transport, clock, unsettled, count }: Bench, each: Step) {
  const name = `${++count.steps}: ${JSON.stringify(each)}`
  const owed = (promise: Promise<unknown>) => {
    unsettled.add(name)
    const done = () => unsettled.delete(name)
    promise.then(done, done)
  }
  if (each.do === 'dial') return owed(engine.dial(each.who))
  if (each.do === 'swap') return owed(engine.swap())
  if (each.do === 'wait') return clock.increment(each.milliseconds)
  if (each.do === 'disturb') return engine.setDoNotDisturb(each.on)
  if (each.do === 'incoming') {
    const from = { address: each.who }
    return transport.emit({ type: 'transport.incoming', leg: `in-${++count.rings}`, from, to: from })
  }
  const call = engine.calls$.value[each.which]
  if (call === undefined) return
  const leg = transport.legs.get(call.id)
  switch (each.do) {
    case 'far end answers':
      return call.direction === 'outgoing' ? leg?.answered() : undefined
    case 'answer':
    case 'reject':
    case 'hold':
    case 'resume':
    case 'makeCurrent':
    case 'hangup':
      return owed(call[each.do]())
    case 'far end refuses':
      return leg?.emit({ type: 'leg.rejected', end: { by: 'remote', reason: 'busy', code: 486 } })
    case 'far end hangs up':
      return leg?.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })
    case 'far end leaves offers':
      if (leg !== undefined) leg.onSend = () => {}
      return
    case 'far end refuses offers':
      if (leg !== undefined)
        leg.onSend = (command) => {
          if (command.type !== 'offer') return
          const cause = { code: 'negotiation.rejected', text: 'No' } as const
          leg.emit({ type: 'leg.offer.refused', attempt: command.attempt, glare: false, cause })
        }
      return
  }
}

function expectTruth({ engine, devices, transport }: Bench, maxCalls: number) {
  const calls = engine.calls$.value
  const current = engine.current$.value

  expect(devices.open.filter(({ enabled }) => enabled).length).toBeLessThanOrEqual(1)
  const live = calls.filter(({ state }) => isHeard(state))
  expect(live.filter((call) => call !== current)).toEqual([])
  expect(current === null || calls.includes(current)).toBe(true)
  // two who call each other are one more call until one of theirs is dropped
  expect(calls.length).toBeLessThanOrEqual(maxCalls + 1)
  // who is not there any more has let go of everything
  const gone = [...transport.legs.values()].filter(({ disposals }) => disposals > 0)
  expect(calls.filter(({ id }) => gone.some((leg) => leg.id === id))).toEqual([])
}

function isHeard({ status, hold, attention }: Call['state']): boolean {
  return status === 'established' && hold.local === 'active' && attention === 'front'
}
