import { describe, expect, test } from 'vitest'
import { SimulatedClock } from 'xstate'
import { createQualityMonitor } from '../../src/index.ts'
import type { QualityOptions, QualityReason } from '../../src/index.ts'
import { settled, setUpOnline } from './support/desk.ts'
import { measureOf } from './support/measures.ts'
import type { Measured } from './support/measures.ts'

describe('How a call sounds', () => {
  test('is measured once a second from when it is established until it ends, and not after', async () => {
    const { call, clock, measured, passes, desk } = await talking()
    expect(call.quality$.value).toBeNull()

    await passes(5)
    expect(call.quality$.value).toMatchObject({ received: { packets: 50, loss: 0 }, degraded: [] })
    expect(measured()).toBe(6)

    await call.hangup()
    const before = measured()
    clock.increment(60_000)
    await settled()
    expect(measured()).toBe(before)
    expect(call.quality$.value).toMatchObject({ received: { packets: 50 } })
    expect(desk.told.filter(({ event }) => event.type.startsWith('quality.'))).toEqual([])
  })

  test.each<[QualityReason, Measured]>([
    ['loss', { received: { lost: 10 } }],
    ['loss', { sent: { lost: 10 } }],
    ['jitter', { received: { jitter: 0.08 } }],
    ['jitter', { sent: { jitter: 0.08 } }],
    ['rtt', { roundTrip: 0.5 }],
    ['mos', { received: { lost: 4, buffered: 40, played: 100 } }],
    ['no-audio', { received: { packets: -50 } }],
    ['no-audio', { sent: { packets: -50 } }]
  ])(
    'is told as degraded by %s after three bad samples, and as restored after three good ones',
    async (reason, worse) => {
      const { call, passes, becomes } = await talking()
      const facts: string[] = []
      call.events$.subscribe((fact) => {
        if (fact.type === 'quality.degraded' || fact.type === 'quality.restored')
          facts.push(`${fact.type} ${fact.reason}`)
      })
      await passes(3)

      becomes(worse)
      await passes(2)
      expect(facts).toEqual([])
      await passes(1)
      expect(facts).toContain(`quality.degraded ${reason}`)
      expect(call.quality$.value?.degraded).toContain(reason)

      becomes({})
      await passes(2)
      expect(call.quality$.value?.degraded).toContain(reason)
      await passes(1)
      expect(facts).toContain(`quality.restored ${reason}`)
      expect(call.quality$.value?.degraded).toEqual([])
    }
  )

  test('is not judged while somebody holds: silence is what they want', async () => {
    const { call, passes, becomes } = await talking()
    await call.hold()

    becomes({ received: { packets: -50 }, sent: { packets: -50 } })
    await passes(10)

    expect(call.quality$.value?.degraded).toEqual([])
  })

  test('is measured as often, and judged as strictly, as the application wants', async () => {
    const { call, measured, becomes, passes } = await talking({ interval: 250, thresholds: { loss: 0.001 } })
    becomes({ received: { lost: 1 } })
    for (let sample = 0; sample < 8; sample++) await passes(0.25)

    expect(measured()).toBe(9)
    expect(call.quality$.value?.degraded).toEqual(['loss'])
  })

  test('is not known where nobody measures, and nothing breaks where measuring does', async () => {
    const bare = await (await setUpOnline()).established()
    const { call, leg, passes } = await talking()
    leg.measure = () => {
      throw new Error('Out of order')
    }
    await passes(3)
    leg.measure = () => Promise.reject(new Error('Out of order'))
    await passes(3)
    leg.measure = () => new Promise(() => {})
    await passes(3)

    expect(bare.call.quality$.value).toBeNull()
    expect(call.state.status).toBe('established')
  })

  test.each([
    { interval: 50 },
    { interval: NaN },
    { thresholds: { loss: -1 } },
    { thresholds: { mos: 'good' as never } }
  ])('cannot be measured by %j', (options) => {
    expect(() => createQualityMonitor(options)).toThrow(expect.objectContaining({ code: 'engine.invalid-options' }))
  })
})

/** A call whose measures grow by 50 packets a second each way, and by what the test adds. */
async function talking(options: QualityOptions = {}) {
  const clock = new SimulatedClock()
  const desk = await setUpOnline({ clock, engine: { quality: createQualityMonitor(options) } })
  const { call, leg } = await desk.dial()
  let now = measureOf({ at: 0 })
  let worse: Measured = {}
  let measured = 0
  leg.measure = () => {
    measured += 1
    return Promise.resolve(now)
  }
  leg.answered()
  await settled()

  const passes = async (seconds: number) => {
    const step = Math.min(1, seconds)
    for (let passed = 0; passed < seconds; passed += step) {
      const { received, sent } = now.audio
      now = measureOf({
        at: now.at + 1_000 * step,
        ...(worse.roundTrip === undefined ? {} : { roundTrip: worse.roundTrip }),
        received: grown(received, worse.received),
        sent: grown(sent, worse.sent)
      })
      clock.increment(1_000 * step)
      await settled()
    }
  }
  const becomes = (next: Measured) => {
    worse = next
  }
  return { desk, call, leg, clock, passes, becomes, measured: () => measured }
}

const gauges = ['jitter', 'level', 'codec']

/** Counters grow by what is added to 50 packets; gauges are what they are. */
function grown(before: object | null, added: object | null | undefined): never {
  const old = before as Record<string, number>
  const more = { packets: 0, lost: 0, ...added } as Record<string, number>
  const parts = Object.entries(more).map(([name, value]) => {
    if (gauges.includes(name)) return [name, value]
    return [name, (old[name] ?? 0) + value + (name === 'packets' ? 50 : 0)]
  })
  const { jitter: _, ...counters } = old
  return { ...counters, ...Object.fromEntries(parts) } as never
}
