import { describe, expect, test } from 'vitest'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'

describe('Digits', () => {
  test('are done for each sending when its own last digit has been sent', async () => {
    const { clock, established } = await setUpOnline()
    const { call, leg } = await established()

    const first = watch(call.dtmf('12', { duration: 100, gap: 50 }))
    const second = watch(call.dtmf('3', { duration: 100, gap: 50 }))
    await settled()
    expect([first.outcome, second.outcome]).toEqual(['pending', 'pending'])
    expect(call.state.digits).toBe('123')

    clock.increment(150)
    await settled()
    expect([first.outcome, second.outcome]).toEqual(['resolved', 'pending'])

    clock.increment(150)
    await settled()
    expect([first.outcome, second.outcome]).toEqual(['resolved', 'resolved'])
    expect(leg.sent('dtmf').map((command) => 'tone' in command && command.tone)).toEqual(['1', '2', '3'])
  })

  test('that cannot be sent fail alone, those of other sendings go out', async () => {
    const { transport, clock, established } = await setUpOnline()
    const { call, leg } = await established()
    transport.ignores.add('dtmf')

    const first = watch(call.dtmf('12'))
    const second = watch(call.dtmf('3'))
    const cause = { code: 'dtmf.failed', text: 'No' } as const
    leg.emit({ type: 'leg.dtmf.failed', attempt: leg.attempt('dtmf'), cause })
    leg.emit({ type: 'leg.dtmf.sent', attempt: leg.attempt('dtmf') })
    clock.increment(1_000)
    await settled()

    expect(first.outcome).toMatchObject({ code: 'dtmf.failed' })
    expect(second.outcome).toBe('resolved')
  })

  test.each(['', '12x', ' ', '1\r\n2'])('that are none are refused: %j', async (digits) => {
    const { established } = await setUpOnline()
    const { call, leg } = await established()

    expect(await errorOf(call.dtmf(digits))).toMatchObject({ code: 'call.invalid-digits' })
    expect(leg.sent('dtmf')).toEqual([])
  })

  test.each([{ duration: 10 }, { gap: 0 }, { duration: Number.NaN }, { gap: Infinity }])(
    'are refused when nobody could hear them: %j',
    async (options) => {
      const { established } = await setUpOnline()
      const { call } = await established()

      expect(await errorOf(call.dtmf('1', options))).toMatchObject({ code: 'call.invalid-digits' })
    }
  )

  test('are refused where the provider cannot send them, or not in this way', async () => {
    const without = await (await setUpOnline({ capabilities: { dtmf: [] } })).established()
    const otherwise = await (await setUpOnline({ capabilities: { dtmf: ['info'] } })).established()

    expect(without.call.can('dtmf')).toBe(false)
    expect(await errorOf(without.call.dtmf('1'))).toMatchObject({ code: 'dtmf.unsupported' })
    expect(await errorOf(otherwise.call.dtmf('1', { method: 'rtp' }))).toMatchObject({ code: 'dtmf.unsupported' })
  })
})
