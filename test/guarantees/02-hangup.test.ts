/** Whoever hangs up is done within 5 seconds: no state refuses it, and nobody has to help. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { anyStory, play, runs } from '../machines/support/stories.ts'
import { paperDesk } from './support/paper-desk.ts'
import { openings, perform, step } from './support/paper-story.ts'

describe('Whatever happened to a call', () => {
  test('a hangup ends it within 5 seconds, with no help from anybody', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const call = play(story)
        call.run('hangup', 5_000)

        expect(call.isOver()).toBe(true)
      }),
      runs
    )
  })
})

describe('Over SIP, whatever happened to a call and with a network that is dead', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('a hangup ends it within 5 seconds, its promise too, and nothing stays open', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...openings), fc.array(step, { maxLength: 8 }), async (opening, steps) => {
        const desk = await paperDesk()
        await perform(desk, opening, steps)
        desk.isDead = true

        let settlements = 0
        const count = () => void (settlements += 1)
        desk.call.hangup().then(count, count)
        await desk.pass(5_000)

        expect(desk.call.state.status).toBe('ended')
        expect(settlements).toBe(1)
        expect(desk.open).toEqual([])
        expect(desk.devices.open).toEqual([])
        desk.engine.dispose()
      }),
      { numRuns: 60 }
    )
  }, 300_000)
})
