/** A call that was cut off looks established again only when it has been proven to exist. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cutStory, play, runs } from '../machines/support/stories.ts'
import { paperDesk } from './support/paper-desk.ts'

describe('Whatever happens to a call', () => {
  test('it is attached again only by the answer to the question whether it exists', () => {
    fc.assert(
      fc.property(cutStory, (story) => {
        const call = play(story)

        for (const [index, { event }] of call.log.entries()) {
          if (event.type !== 'signalling.attached') continue
          const before = call.log.slice(0, index).filter(({ who }) => who === 'leg' || who === 'hears')
          const asked = before.findLast(({ who, event }) => who === 'leg' && event.type === 'verify')
          expect(before.at(-1)?.event).toEqual({ type: 'leg.verified', attempt: asked?.event['attempt'] })
        }
      }),
      runs
    )
  })
})

describe('Over SIP, when the connection is back', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('a call stays detached until the far end has answered for it, and is over when it does not know it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<'placed' | 'received'>('placed', 'received'),
        fc.integer({ min: 0, max: 6_000 }),
        fc.constantFrom<'agrees' | 481>('agrees', 481),
        async (direction, silence, answer) => {
          const desk = await paperDesk({ backoff: { initialDelay: 100, maxDelay: 1_000 } })
          await desk.talk(direction)
          desk.isAway = true
          desk.line.drop()
          await desk.pass(1_000)
          desk.moods = ['says nothing']
          desk.isAway = false
          await desk.pass(2_000 + silence)

          expect(desk.engine.registration$.value.status).toBe('registered')
          expect(desk.call.state).toMatchObject({ status: 'established', signalling: 'reattaching' })

          desk.moods = [answer]
          await desk.pass(45_000)
          expect(desk.call.state).toMatchObject(
            answer === 481
              ? { status: 'ended', end: { by: 'system', reason: 'network' } }
              : { status: 'established', signalling: 'attached' }
          )
          desk.engine.dispose()
        }
      ),
      { numRuns: 16 }
    )
  }, 300_000)
})
