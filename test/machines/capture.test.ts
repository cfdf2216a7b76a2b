import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { startCapture } from './support/bench.ts'
import type { Step } from './support/bench.ts'
import { captureSamples } from './support/capture-samples.ts'
import { runs } from './support/stories.ts'

const names = Object.entries(captureSamples).flatMap(([type, kinds]) =>
  Object.keys(kinds).flatMap((kind) => (type === 'call.over' ? [] : [kind === '' ? type : `${type} (${kind})`]))
)
const stale = names.filter((name) => name.endsWith('(stale)'))
const steps = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom<Step>(...names) },
    { weight: 3, arbitrary: fc.constantFrom<Step>('use', 'microphone.opened', 'microphone.proved') },
    { weight: 1, arbitrary: fc.constantFrom<Step>('microphone.ended (kept)', 'devices.changed (wanted is gone)') },
    { weight: 1, arbitrary: fc.constantFrom<Step>(500, 2_500, 5_000, 15_000, 30_000) }
  ),
  { maxLength: 30 }
)
const policies = fc.record({
  fallback: fc.subarray(['default', 'any', 'built-in', 'attic']),
  returns: fc.boolean()
})
const outcomes = ['capture.replaced', 'capture.recovered', 'capture.failed', 'capture.lost']

describe('A microphone that is to be another one', () => {
  test('is replaced when the other one is proven to deliver, and only then closed', () => {
    const { run, said, state } = startCapture()

    run('use', 'microphone.opened')
    expect(said('microphone', 'keep')).toEqual([])
    run('microphone.proved')

    expect(said('microphone', 'keep')).toHaveLength(1)
    expect(said('tells', 'capture.replaced')).toEqual([
      { type: 'capture.replaced', device: { deviceId: 'headset', label: 'Headset' } }
    ])
    expect(state()).toMatchObject({ value: 'live', context: { wanted: 'headset', device: { deviceId: 'headset' } } })
  })

  test.each([
    ['delivers nothing', ['microphone.opened', 2_500], 'media.silent', 1],
    ['is not opened in time', [30_000], 'media.failed', 1],
    ['cannot be opened', ['microphone.failed'], 'media.busy', 0],
    ['may not be opened', ['microphone.failed (denied)'], 'media.denied', 0],
    ['ends before it is proven', ['microphone.opened', 'microphone.ended (new)'], 'media.lost', 1]
  ] as const)('stays when the other one %s', (_, then, code, restored) => {
    const { run, said, state } = startCapture()

    run('use', ...then)

    expect(said('tells', 'capture.failed')).toMatchObject([{ cause: { code } }])
    expect(said('microphone', 'restore')).toHaveLength(restored)
    expect(state()).toMatchObject({ value: 'live', context: { wanted: 'desk', device: { deviceId: 'desk' } } })
  })

  test('is the last one that was asked for', () => {
    const { run, send, said } = startCapture()

    run('use', 'microphone.opened')
    send({ type: 'use', device: 'built-in' })
    run('microphone.opened (stale)', 'microphone.proved (stale)')

    expect(said('microphone', 'open').map(({ device }) => device)).toEqual(['headset', 'built-in'])
    expect(said('microphone', 'restore')).toHaveLength(1)
    expect(said('tells', 'capture.replaced')).toEqual([])
  })
})

describe('A microphone that is lost', () => {
  test('is followed by those of the policy, in order, until one delivers', () => {
    const { run, said } = startCapture()

    run('devices.changed (wanted is gone)', 'microphone.ended (kept)')
    run('microphone.failed')
    run('microphone.opened', 'microphone.proved')

    expect(said('microphone', 'open').map(({ device }) => device)).toEqual(['default', 'built-in'])
    expect(said('tells', 'capture.interrupted')).toHaveLength(1)
    expect(said('tells', 'capture.recovered')).toHaveLength(1)
  })

  test('is tried again first where it is still plugged in', () => {
    const { run, said } = startCapture()

    run('microphone.ended (kept)')

    expect(said('microphone', 'open').map(({ device }) => device)).toEqual(['desk'])
  })

  test('is told as lost within 15 seconds when nobody answers', () => {
    const { run, said, clock } = startCapture({ fallback: Array.from({ length: 20 }, (_, index) => `device ${index}`) })

    run('devices.changed (none)', 'microphone.ended (kept)')
    clock.advance(15_000)

    expect(said('tells', 'capture.lost')).toHaveLength(1)
  })

  test('is told as lost at once when the user no longer allows any', () => {
    const { run, said } = startCapture()

    run('microphone.ended (kept)', 'microphone.failed (denied)')

    expect(said('tells', 'capture.lost')).toMatchObject([{ cause: { code: 'media.denied' } }])
  })

  test('comes back when it is plugged in again, where the policy says so', () => {
    const [returning, staying] = [startCapture(), startCapture({ returns: false })]
    for (const { run } of [returning, staying]) {
      run('devices.changed (wanted is gone)', 'microphone.ended (kept)', 'microphone.opened', 'microphone.proved')
      run('devices.changed', 'microphone.opened', 'microphone.proved')
    }

    expect(returning.said('microphone', 'open').map(({ device }) => device)).toEqual(['default', 'desk'])
    expect(returning.said('tells', 'capture.replaced')).toHaveLength(1)
    expect(staying.said('microphone', 'open').map(({ device }) => device)).toEqual(['default'])
  })

  test('is recovered by anything that is plugged in after all were lost', () => {
    const { run, said, state } = startCapture()

    run('devices.changed (none)', 'microphone.ended (kept)', 'microphone.failed', 'microphone.failed')
    expect(state().value).toBe('lost')
    run('devices.changed (wanted is gone)', 'microphone.opened', 'microphone.proved')

    expect(state().value).toBe('live')
    expect(said('tells', 'capture.recovered')).toHaveLength(1)
  })
})

describe('Whatever happens to a microphone', () => {
  test('one delivers, or the user is told that none does', () => {
    fc.assert(
      fc.property(steps, policies, (steps, policy) => {
        const { run, log, state, clock } = startCapture(policy)

        run(...steps)
        clock.advance(60_000)

        const told = log.filter(({ who }) => who === 'tells').map(({ event }) => event.type)
        const last = told.findLast((type) => type !== 'capture.failed')
        expect(['live', 'lost']).toContain(state().value)
        expect(last === 'capture.lost').toBe(state().value === 'lost')
        expect(last).not.toBe('capture.interrupted')
      }),
      runs
    )
  })

  test('whoever asks for one is answered', () => {
    fc.assert(
      fc.property(steps, policies, (steps, policy) => {
        const { run, log, clock } = startCapture(policy)

        run(...steps, 'use')
        clock.advance(60_000)

        const asked = log.findLastIndex(({ who, event }) => who === 'hears' && event.type === 'use')
        expect(log.slice(asked).some(({ event }) => outcomes.includes(event.type))).toBe(true)
      }),
      runs
    )
  })

  test('none is closed for one that is not proven', () => {
    fc.assert(
      fc.property(steps, policies, (steps, policy) => {
        const { run, log } = startCapture(policy)

        run(...steps)

        for (const [index, { who, event }] of log.entries()) {
          if (who !== 'microphone' || event.type !== 'keep') continue
          const proof = log.slice(0, index).findLast((line) => line.who === 'hears')
          expect(proof?.event).toEqual({ type: 'microphone.proved', attempt: event['attempt'] })
        }
      }),
      runs
    )
  })

  test('an answer to an older request changes nothing', () => {
    fc.assert(
      fc.property(steps, policies, fc.constantFrom(...stale), (steps, policy, step) => {
        const { run, log, state } = startCapture(policy)
        run(...steps)
        const [before, lines] = [state().value, log.length]

        run(step)

        expect(state().value).toEqual(before)
        expect(log.slice(lines).filter(({ who }) => who !== 'hears')).toEqual([])
      }),
      runs
    )
  })
})
