/** An offer that fails or meets another one ends no call, and afterwards the view says what is true. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { anyStory, peacefulStory, play, runs } from '../machines/support/stories.ts'
import { overlapping } from './support/offers.ts'
import { paperDesk } from './support/paper-desk.ts'
import type { Mood } from './support/paper-desk.ts'

describe('As long as nobody ends it', () => {
  test('no answer and no silence to an offer ends a call', () => {
    fc.assert(
      fc.property(peacefulStory, (story) => {
        const call = play(story)

        expect(call.isOver()).toBe(false)
        expect(call.said('tells', 'call.ended')).toEqual([])
      }),
      runs
    )
  })

  test('what we hold is what was agreed, once all is quiet', () => {
    fc.assert(
      fc.property(peacefulStory, (story) => {
        const call = play(story)
        call.run(...Array.from({ length: 12 }, () => ['leg.offer.accepted', 'leg.offer.answered', 33_000]).flat())

        const { value, context } = call.state()
        expect(value.progress.established.negotiation).toBe('stable')
        // where the provider has no hold, ours is not agreed with anybody
        const truth = context.agreed.hold ? 'held' : 'active'
        const isTrue = value.progress.established.hold.local === truth
        expect(isTrue || !context.capabilities.hold).toBe(true)
        expect(context.desired).toEqual(context.agreed)
      }),
      runs
    )
  })
})

describe('Whatever happens to a call', () => {
  test('one offer at a time is with the peer, and none while the peer’s is being answered', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const call = play(story)

        expect(overlapping(call.log)).toEqual([])
      }),
      runs
    )
  })
})

describe('Over SIP, whatever the far end says to our offers', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  // 408 and 481 say that the call is gone (RFC 3261 §12.2.1.2), which is another matter
  const moods = fc.array(
    fc.constantFrom<Mood>(
      'agrees',
      'says nothing',
      400,
      403,
      406,
      415,
      422,
      480,
      486,
      488,
      491,
      500,
      503,
      504,
      600,
      603,
      606
    ),
    { maxLength: 6 }
  )
  const wishes = fc.array(fc.constantFrom('hold', 'resume'), { minLength: 1, maxLength: 5 })

  test('the call goes on, what it shows is what was agreed, and the same may be asked again', async () => {
    await fc.assert(
      fc.asyncProperty(moods, wishes, fc.integer({ min: 0, max: 40_000 }), async (moods, wishes, pause) => {
        const desk = await paperDesk()
        await desk.talk('placed')
        desk.moods = moods

        for (const wish of wishes) {
          desk.call[wish]().catch(() => null)
          await desk.pass(pause)
        }
        await desk.pass(240_000)
        desk.moods = []

        expect(desk.call.state).toMatchObject({ status: 'established', signalling: 'attached', end: null })
        expect(desk.call.state.hold.local).toBe(desk.agreed)
        const isHeld = desk.agreed === 'held'

        const again = isHeld ? desk.call.resume() : desk.call.hold()
        await desk.settle()
        await again
        expect(desk.call.state.hold.local).toBe(isHeld ? 'active' : 'held')
        desk.engine.dispose()
      }),
      { numRuns: 30 }
    )
  }, 300_000)
})
