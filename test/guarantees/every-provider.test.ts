/** The guarantees that hold on any wire, on those that the other tests of them do not speak. */
import * as fc from 'fast-check'
import { firstValueFrom } from 'rxjs'
import { SimulatedClock } from 'xstate'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { dialect261 } from '../../adapters/infobip/index.ts'
import { createEngine } from '../../src/index.ts'
import type { Call, CallEmitted, Engine } from '../../src/index.ts'
import { azstackBench } from '../contract/azstack/emulator-bench.ts'
import type { Account, Bench, BenchPlan, FarCall } from '../contract/bench.ts'
import { infobipBench } from '../contract/infobip/emulator-bench.ts'
import { until } from '../support/until.ts'

const busy = 60_000
vi.setConfig({ testTimeout: 10 * busy, hookTimeout: busy })

const providers: readonly (readonly [name: string, plan: BenchPlan])[] = [
  ['Infobip, as 0.4.1', infobipBench()],
  ['Infobip, as 2.6.1', infobipBench({ dialect: dialect261 })],
  ['AZStack', azstackBench]
]

/** An engine on a provider's emulator, with a call; what waits in the engine waits for the test's clock. */
interface Desk {
  readonly account: Account
  readonly engine: Engine
  readonly call: Call
  readonly there: FarCall
  readonly clock: SimulatedClock
  readonly told: CallEmitted[]
  readonly tracks: readonly MediaStreamTrack[]
}

const openings = ['is placed', 'rings here', 'stands'] as const
type Opening = (typeof openings)[number]

/** Sockets take turns of the event loop, however little time passes. */
const turns = async (count = 8) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** In steps, so that whoever is asked meanwhile can answer. */
async function pass({ clock }: Pick<Desk, 'clock'>, milliseconds: number) {
  for (let left = milliseconds; left > 0; left -= 250) {
    clock.increment(Math.min(250, left))
    await turns(2)
  }
}

/** Anything but what ends a call. */
const happenings = {
  'they ring': ({ there }) => there.ring(),
  'they answer': ({ there }) => there.answer(),
  'they offer to hold': ({ there }) => there.hold(),
  'they offer to talk': ({ there }) => there.resume(),
  'we answer': ({ call }) => call.answer(),
  'we hold': ({ call }) => call.hold(),
  'we resume': ({ call }) => call.resume(),
  'we mute': ({ call }) => call.mute(),
  'we unmute': ({ call }) => call.unmute(),
  'we press a key': ({ call }) => call.dtmf('1'),
  'the connection is cut': ({ account }) => account.cut(),
  'nobody is let in': ({ account }) => account.refuse(),
  'everybody is let in': ({ account }) => account.accept(),
  'nonsense arrives': ({ account }) => account.inject('{"event":7}'),
  'a moment': (desk) => pass(desk, 300),
  seconds: (desk) => pass(desk, 4_000)
} satisfies Record<string, (desk: Desk) => unknown>

type Step = keyof typeof happenings

const story = fc.array(fc.constantFrom(...(Object.keys(happenings) as Step[])), { maxLength: 10 })

/** Started before the tests around it, and stopped after them. */
function benchOf(plan: BenchPlan): () => Bench {
  let bench: Bench
  beforeAll(async () => {
    bench = await plan.start()
  })
  afterAll(() => bench.stop())
  return () => bench
}

describe.each(providers)('On %s', (_, plan) => {
  const bench = benchOf(plan)

  test('whatever happens, silence is kept, a hangup ends a call at a dead network once, and nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...openings), story, async (opening, steps) => {
        const desk = await open(bench(), opening)
        const { account, call, engine, told, tracks } = desk
        const heard = listen(desk)

        for (const step of steps) await perform(desk, step)
        account.blackhole()
        let settlements = 0
        const count = () => void (settlements += 1)
        call.hangup().then(count, count)
        await pass(desk, 5_000)

        expect(call.state.status).toBe('ended')
        expect(settlements).toBe(1)
        expect(heard).toEqual([])
        expect(engine.calls$.value).toEqual([])
        expect(tracks.filter(({ readyState }) => readyState === 'live')).toEqual([])
        expect(account.open).not.toContain('a media connection')

        account.accept()
        account.cut()
        await pass(desk, 4_000)
        expect(told.filter(({ type }) => type === 'call.ended')).toHaveLength(1)
        expect(told.at(-1)?.type).toBe('call.ended')
        await close(desk)
      }),
      { numRuns: 40 }
    )
  })
})

/** Others end a call with its connection. */
const patient = providers.filter(([, plan]) => !('outlive-connections' in plan.cannot))

describe.each(patient)('On %s', (_, plan) => {
  const bench = benchOf(plan)

  test('a lost connection ends no call that stands before its grace is over', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const desk = await open(bench(), 'stands')
        const { account, call } = desk

        for (const step of steps) await perform(desk, step)
        account.refuse()
        account.cut()
        await until(() => call.state.signalling === 'detached', { what: 'the loss is noticed', within: busy })
        await pass(desk, 10_000)
        expect(call.state).toMatchObject({ status: 'established', end: null })

        await pass(desk, 60_000)
        expect(call.state).toMatchObject({ status: 'ended', end: { by: 'system', reason: 'network' } })
        await close(desk)
      }),
      { numRuns: 15 }
    )
  })
})

async function open(bench: Bench, opening: Opening): Promise<Desk> {
  const account = await bench.account()
  const far = await bench.far()
  const clock = new SimulatedClock()
  const tracks: MediaStreamTrack[] = []
  const engine = createEngine({
    transport: account.transport,
    clock,
    policy: { backoff: { initialDelay: 100, maxDelay: 1_000, jitter: 'none' } },
    media: {
      mediaDevices: {
        async getUserMedia(wanted) {
          const stream = await bench.webRtc.mediaDevices.getUserMedia(wanted)
          tracks.push(...stream.getTracks())
          return stream
        }
      }
    }
  })
  const told: CallEmitted[] = []
  engine.events$.subscribe(({ call, event }) => {
    if (call !== null) told.push(event as CallEmitted)
  })
  await engine.connect()
  const { call, there } = await (opening === 'rings here' ? rung() : placed())
  const desk = { account, engine, call, there, clock, told, tracks }
  if (opening === 'stands') {
    await there.ring()
    await there.answer()
    await until(() => call.state.path === 'connected', { what: 'media', within: busy })
  }
  return desk

  async function placed() {
    const next = far.next()
    const placing = await engine.dial(far.address)
    return { call: placing, there: await next }
  }

  async function rung() {
    const incoming = firstValueFrom(engine.incoming$)
    const calling = await far.call(account)
    return { call: await incoming, there: calling }
  }
}

async function perform(desk: Desk, step: Step) {
  if (desk.call.state.status === 'ended') return
  const happened: unknown = happenings[step](desk)
  const isTime = step === 'a moment' || step === 'seconds'
  // what was asked of the call may take as long as it likes
  if (isTime) await happened
  else Promise.resolve(happened).catch(() => null)
  await turns()
}

/** Whenever a track of ours is on while we hold or are muted. */
function listen({ call, tracks }: Desk): string[] {
  const heard: string[] = []
  call.view$.subscribe(({ hold, microphone }) => {
    const isSilent = hold.local !== 'active' || microphone === 'muted'
    if (isSilent && tracks.some(({ enabled, readyState }) => enabled && readyState === 'live'))
      heard.push(`${hold.local} ${microphone}`)
  })
  return heard
}

async function close({ engine, account }: Desk) {
  engine.dispose()
  await until(() => account.open.length === 0, { what: 'everything is closed', within: busy })
  await account.release()
}
