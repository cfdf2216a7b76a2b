import { describe, expect, test } from 'vitest'
import { resolvePolicy } from '../../src/policy.ts'
import type { Policy } from '../../src/index.ts'
import { setUp, setUpOnline } from './support/desk.ts'

describe('A policy', () => {
  test('decides how long a call may ring', async () => {
    const { clock, dial } = await setUpOnline({ policy: { deadlines: { ringDeadline: 10_000 } } })
    const { call } = await dial()

    clock.increment(9_999)
    expect(call.state.status).toBe('ringing')
    clock.increment(1)

    await expect(call.ended()).resolves.toMatchObject({ reason: 'no-answer' })
  })

  test('has a default wherever it says nothing', () => {
    const nothing = { backoff: { maxAttempts: undefined }, deadlines: { ringDeadline: undefined } } as never

    expect(resolvePolicy(nothing, true)).toEqual(resolvePolicy({}, true))
    expect(resolvePolicy({}, true)).toMatchObject({ register: true, connectDeadline: 30_000, deadlines: {} })
    expect(resolvePolicy({ register: true }, false).register).toBe(false)
  })

  test('for ever is as long as a timer can be: one set to more fires at once', () => {
    const { deadlines, connectDeadline, backoff } = resolvePolicy(
      { deadlines: { ringDeadline: Infinity }, connectDeadline: 2 ** 40, backoff: { maxDelay: Infinity } },
      true
    )

    expect([deadlines.ringDeadline, connectDeadline, backoff.maxDelay]).toEqual(Array(3).fill(2 ** 31 - 1))
    expect(backoff.maxAttempts).toBe(Infinity)
  })

  test('says nothing about delays that the charts do not have', () => {
    expect(resolvePolicy({ deadlines: { endDeadline: 1 } as never }, true).deadlines).toEqual({})
  })

  test.each<[Policy]>([
    [{ deadlines: { ringDeadline: -1 } }],
    [{ deadlines: { mediaGrace: Number.NaN } }],
    [{ connectDeadline: '30' as never }],
    [{ backoff: { factor: -2 } }],
    [{ registrationBackoff: { maxAttempts: Number.NaN } }]
  ])('that no clock could follow is refused: %j', (policy) => {
    expect(() => setUp({ policy })).toThrow(expect.objectContaining({ code: 'engine.invalid-options' }))
  })
})
