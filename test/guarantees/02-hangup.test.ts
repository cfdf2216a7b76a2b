/** Whoever hangs up is done within 5 seconds: no state refuses it, and nobody has to help. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { anyStory, earlyStory, play, runs } from '../machines/support/stories.ts'
import { fullDesk } from './support/full-desk.ts'
import { anySteps, openings as fullOpenings, perform as act } from './support/full-story.ts'
import { paperDesk } from './support/paper-desk.ts'
import { openings, perform, step } from './support/paper-story.ts'

describe('Whatever happened to a call', () => {
  test('a hangup ends it within 5 seconds, with no help from anybody', () => {
    fc.assert(
      fc.property(fc.oneof(anyStory, earlyStory), (story) => {
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

        const settlements: string[] = []
        const settle = () => void settlements.push(desk.call.state.status)
        desk.call.hangup().then(settle, settle)
        await desk.pass(5_000)

        expect(desk.call.state.status).toBe('ended')
        // once, and not before it is so
        expect(settlements).toEqual(['ended'])
        expect(desk.open).toEqual([])
        expect(desk.devices.open).toEqual([])
        desk.engine.dispose()
      }),
      { numRuns: 60 }
    )
  }, 300_000)
})

describe('With video and recordings, whatever happened to a call and with a peer that is dead', () => {
  test('a hangup ends it within 5 seconds, its promises too, and neither camera nor tape goes on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fullOpenings), anySteps, async (opening, steps) => {
        const desk = await fullDesk()
        await act(desk, opening, steps)
        desk.peer.isDead = true

        const settlements: string[] = []
        // whoever presses the button again waits for the same
        for (const _ of ['once', 'again']) {
          const settle = () => void settlements.push(desk.call.state.status)
          desk.call.hangup().then(settle, settle)
        }
        await desk.pass(5_000)

        expect(desk.call.state.status).toBe('ended')
        expect(settlements).toEqual(['ended', 'ended'])
        expect(desk.left).toEqual([])
        desk.engine.dispose()
      }),
      { numRuns: 80 }
    )
  }, 300_000)
})
