import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Call, CallView } from '../../src/index.ts'
import { createEngine } from '../../src/index.ts'
import { settled } from './support/desk.ts'
import { FailingClock } from './support/failing-clock.ts'
import { FakeMediaDevices } from './support/fake-media.ts'
import { FakeTransport } from './support/fake-transport.ts'
import { act, step } from './support/script.ts'
import type { Scene } from './support/script.ts'

const openings = ['we call', 'we are called', 'we talk', 'we hold'] as const
type Opening = (typeof openings)[number]

const script = fc.array(step, { minLength: 1, maxLength: 40 })

test('whatever a person, a network and an adapter do, every call keeps its promises', async () => {
  const property = fc.asyncProperty(fc.constantFrom(...openings), script, async (opening, steps) => {
    const scene = await setTheScene(opening)
    const { call, leg, engine, devices, clock } = scene
    const seen = watch(scene)

    for (const each of steps) {
      act(scene, each)
      await settled()
    }
    void call.hangup()
    for (let seconds = 0; seconds < 5; seconds++) clock.increment(1_000)
    for (const request of devices.requests) request.grant()
    await settled()

    // it ended once, and what was shown on the way was always true
    expect(seen.ends).toBe(1)
    expect(seen.views.at(-1)).toBe(call.state)
    expect(seen.untrue).toEqual([])
    expect(seen.views.findIndex(({ status }) => status === 'ended')).toBe(seen.views.length - 1)
    expect(seen.views.filter((view, index) => view === seen.views[index - 1])).toEqual([])
    expect(seen.views.filter((view) => (view.end !== null) !== (view.status === 'ended'))).toEqual([])

    // nothing was sent after it, and nothing is left of it
    expect(leg.commands).toHaveLength(seen.sentByTheEnd)
    expect(seen.openAtTheEnd).toBe(0)
    expect(devices.open).toEqual([])
    expect(leg.disposals).toBe(1)
    expect(leg.subject.observed).toBe(false)
    expect(engine.calls$.value).toEqual([])

    // every promise settled once: those of the call with it, those of the engine when that is over
    expect(scene.promises.filter(({ to, settlements }) => to === 'call' && settlements !== 1)).toEqual([])
    engine.dispose()
    await settled()
    expect(scene.promises.filter(({ settlements }) => settlements !== 1)).toEqual([])
    expect(scene.faults).toEqual([])
  })

  await fc.assert(property, { numRuns: 300 })
}, 60_000)

async function setTheScene(opening: Opening): Promise<Scene> {
  const clock = new FailingClock()
  const transport = new FakeTransport()
  const devices = new FakeMediaDevices()
  const policy = { backoff: { initialDelay: 500, jitter: 'none' } } as const
  const engine = createEngine({ transport, clock, policy, media: { mediaDevices: devices } })
  await engine.connect()
  if (opening === 'we call' || opening === 'we are called') devices.mode = 'waits'
  if (opening === 'we are called') transport.ring()
  else await engine.dial('sip:bob@example.org')
  await settled()
  const call = engine.calls$.value[0] as Call
  const leg = transport.leg(call.id)
  if (opening === 'we talk' || opening === 'we hold') leg.answered()
  if (opening === 'we hold') await call.hold()
  leg.onSend = () => {}
  return { engine, transport, clock, devices, call, leg, promises: [], faults: [] }
}

function watch({ call, leg, devices }: Scene) {
  const seen = { views: [] as CallView[], untrue: [] as CallView[], ends: 0, sentByTheEnd: 0, openAtTheEnd: 0 }
  call.view$.subscribe((view) => {
    seen.views.push(view)
    const isSilent = view.hold.local !== 'active' || view.microphone !== 'live'
    const isHeard = devices.open.some(({ enabled }) => enabled)
    if (view !== call.state || (isSilent && isHeard)) seen.untrue.push(view)
  })
  call.events$.subscribe(({ type }) => {
    // the end can be seen before it is told
    if (call.state.status === 'ended') seen.openAtTheEnd += devices.open.length
    if (type !== 'call.ended') return
    seen.ends += 1
    seen.sentByTheEnd = leg.commands.length
  })
  return seen
}
