/** No digit is lost silently, no microphone stays open, and of a call that is over nothing is kept. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SimulatedClock } from 'xstate'
import type { Call } from '../../src/index.ts'
import { PaperConnection } from '../contract/sip/paper-connection.ts'
import { settled, setUpOnline } from '../engine/support/desk.ts'
import type { FakeLeg, FakeTransport } from '../engine/support/fake-transport.ts'
import { retained } from '../engine/support/retained.ts'
import { seeded } from '../machines/support/random.ts'
import { dialledStory, play, runs } from '../machines/support/stories.ts'
import { CountingClock } from './support/counting-clock.ts'
import { fates } from './support/fates.ts'
import { fullDesk } from './support/full-desk.ts'
import type { FullDesk } from './support/full-desk.ts'
import { anySteps, happen, openings as fullOpenings, perform as act } from './support/full-story.ts'
import type { FullStep, Opening as FullOpening } from './support/full-story.ts'
import { paperDesk } from './support/paper-desk.ts'
import type { PaperDesk } from './support/paper-desk.ts'
import { openings, perform } from './support/paper-story.ts'

describe('Whatever happens to a call', () => {
  test('each digit is sent once and in order, or told as failed, or told as unsent', () => {
    fc.assert(
      fc.property(dialledStory, (story) => {
        const call = play(story)
        call.run('hangup', 5_000)

        // a command is done when both of its digits are sent; what was sent of one that failed stays sent
        const pairs = fates(call).map((fate, index, all) => (index % 2 === 0 ? `${fate}, ${all[index + 1]}` : ''))
        const odd = pairs.filter((pair) => pair !== '' && !accounts.includes(pair))
        expect(odd).toEqual([])
      }),
      runs
    )
  })
})

const accounts = ['sent and done, sent and done', 'sent, failed', 'sent, unsent', 'failed, failed', 'unsent, unsent']

describe('Of calls that are over, however they ended', () => {
  test('nothing is retained, no timer runs and no microphone is open', async () => {
    const clock = new CountingClock()
    const desk = await setUpOnline({ clock })
    const { engine, transport, devices } = desk
    await settled()
    const idle = clock.timers.size
    const references: WeakRef<object>[] = []
    const dice = seeded(20_261_121)
    const oneOf = <T>(all: readonly T[]) => all[Math.floor(dice() * all.length)] as T

    const live = async () => {
      const { call, leg } = await desk.dial()
      call.view$.subscribe(() => {})
      call.events$.subscribe(() => {})
      call.can$('hold').subscribe(() => {})
      const stage = oneOf(['ringing', 'talking', 'talking', 'talking'])
      if (stage === 'talking') leg.answered()
      for (let happening = 0; happening < 6; happening++) {
        oneOf(middles)({ call, leg, transport, clock })
        await settled()
      }
      oneOf(ends)({ call, leg, transport, clock })
      await call.hangup().catch(() => null)
      clock.increment(5_000)
      await settled()
      references.push(new WeakRef(call), new WeakRef(leg))
      if (!(engine.connection$.value.status === 'online')) await engine.connect().catch(() => null)
    }
    for (let calls = 0; calls < 150; calls++) await live()

    expect(engine.calls$.value).toEqual([])
    expect(devices.open).toEqual([])
    expect(clock.timers.size).toBeLessThanOrEqual(idle)
    transport.legs.clear()
    devices.tracks.length = 0
    desk.told.length = 0
    expect(await retained(references)).toBe(0)
  }, 300_000)
})

describe('Of calls over SIP that are over', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('nothing is retained, no timer runs, and no media connection or microphone is open', async () => {
    const desk = await paperDesk()
    await desk.pass(1_000)
    const idle = vi.getTimerCount()
    const references: WeakRef<object>[] = []

    for (const round of Array.from({ length: 24 }, (_, index) => index)) await live(desk, round, references)
    // RFC 3261 §17: what was answered is remembered for 64 × T1
    await desk.pass(40_000)

    expect(desk.open).toEqual([])
    expect(desk.devices.open).toEqual([])
    expect(vi.getTimerCount()).toBeLessThanOrEqual(idle)
    desk.forget()
    PaperConnection.made.length = 0
    vi.useRealTimers()
    expect(await retained(references)).toBe(0)
  }, 300_000)

  async function live(desk: PaperDesk, round: number, references: WeakRef<object>[]) {
    await perform(desk, openings[round % openings.length] ?? 'was placed', [
      'we hold',
      'we press a key',
      'seconds',
      'offers'
    ])
    if (round % 3 === 0) desk.says('BYE')
    void desk.call.hangup().catch(() => null)
    await desk.pass(6_000)
    references.push(new WeakRef(desk.call), ...PaperConnection.made.map((connection) => new WeakRef(connection)))
    PaperConnection.made.length = 0
  }
})

describe('Of calls with video and recordings that are over', () => {
  test('nothing is retained, no timer runs, no microphone, camera or tape', async () => {
    const desk = await fullDesk()
    await settled()
    const idle = desk.clock.timers.size
    const references: WeakRef<object>[] = []
    const stories = fc.sample(fc.tuple(fc.constantFrom(...fullOpenings), anySteps), { numRuns: 100, seed: 20_261_121 })

    for (const [opening, steps] of stories) await liveFully(desk, opening, steps, references)

    expect(desk.clock.timers.size).toBeLessThanOrEqual(idle)
    expect(await retained(references)).toBe(0)
  }, 300_000)

  async function liveFully(
    desk: FullDesk,
    opening: FullOpening,
    steps: readonly FullStep[],
    references: WeakRef<object>[]
  ) {
    await act(desk, opening, steps)
    desk.give('hangup', () => desk.call.hangup())
    await desk.pass(5_000)
    // what is granted only now is closed again
    await happen(desk, 'the browser grants')
    for (const request of desk.room.requests.splice(0)) request.grant()
    await happen(desk, 'both microphones are there')
    await happen(desk, 'the camera is there')
    await desk.pass(10_000)

    expect(desk.left).toEqual([])
    const { call, peer, tapes } = desk
    references.push(...[call, peer.leg, ...tapes].map((each) => new WeakRef<object>(each)))
    desk.forget()
  }
})

interface Life {
  readonly call: Call
  readonly leg: FakeLeg
  readonly transport: FakeTransport
  readonly clock: SimulatedClock
}

const middles: readonly ((life: Life) => unknown)[] = [
  ({ call }) => call.hold().catch(() => null),
  ({ call }) => call.resume().catch(() => null),
  ({ call }) => call.mute().catch(() => null),
  ({ call }) => call.dtmf('123').catch(() => null),
  ({ leg }) => leg.emit({ type: 'leg.offer.received' }),
  ({ leg }) => leg.emit({ type: 'leg.path.interrupted' }),
  ({ leg }) => leg.plays(),
  ({ transport }) => transport.close(),
  ({ clock }) => clock.increment(3_000),
  ({ call }) => call.established().catch(() => null),
  ({ call }) => call.ended().catch(() => null)
]

const ends: readonly ((life: Life) => unknown)[] = [
  ({ call }) => call.hangup(),
  ({ leg }) => leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } }),
  ({ leg }) => leg.subject.error(new Error('Broken')),
  ({ leg }) => leg.subject.complete(),
  ({ leg }) => {
    leg.onSend = () => {
      throw new Error('Out of order')
    }
  },
  ({ leg }) => leg.emit({ type: 'leg.failed', cause: { code: 'engine.failed', text: 'Broken' } })
]
