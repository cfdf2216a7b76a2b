/** An offer that fails or meets another one ends no call, and afterwards the view says what is true. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { anyStory, peacefulStory, play, runs } from '../machines/support/stories.ts'
import { fullDesk } from './support/full-desk.ts'
import { peacefulSteps, happen, perform as act } from './support/full-story.ts'
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
  test('every offer of the peer’s is taken or refused at once', () => {
    fc.assert(
      fc.property(peacefulStory, (story) => {
        const { log } = play(story)
        const established = log.findIndex(({ event }) => event.type === 'call.established')

        for (const [index, { who, event }] of log.entries()) {
          if (index < established || who !== 'hears' || event.type !== 'leg.offer.received') continue
          const next = log.findIndex((line, at) => at > index && line.who === 'hears')
          const said = log.slice(index, next === -1 ? undefined : next).filter((line) => line.who === 'leg')
          expect(said.filter((line) => line.event.type === 'accept' || line.event.type === 'refuse')).toHaveLength(1)
        }
      }),
      runs
    )
  })

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

describe('With video, whatever the peer makes of our offers and offers itself', () => {
  test.each([
    ['hold', 'refuses', [], { hold: { local: 'active' } }],
    ['hold', 'takes no hold', [], { hold: { local: 'active' } }],
    ['resume', 'refuses', ['we hold'], { hold: { local: 'held' } }],
    ['enableVideo', 'refuses', [], { video: { local: 'off' } }],
    ['enableVideo', 'takes no video', [], { video: { local: 'off' } }]
  ] as const)(
    'a %s that a peer %s is undone at once, and its promise says why',
    async (command, mood, steps, before) => {
      const desk = await fullDesk()
      await act(desk, 'talks', steps)
      expect(desk.call.state).toMatchObject(before)

      desk.peer.moods = [mood]
      const why =
        mood === 'refuses' ? { code: 'negotiation.failed', message: 'Not now' } : { code: 'negotiation.rejected' }

      await expect(desk.call[command]()).rejects.toMatchObject(why)
      expect(desk.call.state).toMatchObject({ status: 'established', negotiation: 'stable', ...before })
      expect(desk.room.cameras).toEqual([])
    }
  )

  test('a peer that offers whenever we do is asked six times, and then we give up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }), async (collisions) => {
        const desk = await fullDesk()
        await act(desk, 'talks', [])
        desk.peer.moods = Array.from({ length: collisions }, () => 'collides' as const)

        desk.give('hold', () => desk.call.hold())
        await desk.pass(30_000)

        const isGivenUp = collisions > 5
        expect(desk.peer.leg.sent('offer')).toHaveLength(Math.min(collisions + 1, 6))
        expect(desk.call.state).toMatchObject({ status: 'established', hold: { local: isGivenUp ? 'active' : 'held' } })
        expect(desk.commands).toMatchObject([{ settlements: 1, fault: null }])
        desk.engine.dispose()
      }),
      { numRuns: 13 }
    )
  })

  const shown = { off: 'off', inactive: 'off', receive: 'receiving', on: 'on' } as const

  test('the call goes on, and once all is quiet the view says what both have agreed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<'talks' | 'shows pictures'>('talks', 'shows pictures'),
        peacefulSteps,
        async (opening, steps) => {
          const desk = await fullDesk()
          await act(desk, opening, steps)
          const { room, peer } = desk

          peer.moods = []
          for (const request of room.requests.splice(0)) request.grant()
          await happen(desk, 'the browser grants')
          for (let quarter = 0; quarter < 4; quarter += 1) {
            peer.referFails()
            await desk.pass(50_000, 1_000)
          }

          const { status, end, negotiation, hold, video } = desk.call.state
          expect({ status, end, negotiation }).toEqual({ status: 'established', end: null, negotiation: 'stable' })
          expect(hold.local).toBe(peer.agreed.hold ? 'held' : 'active')
          expect(video.local).toBe(shown[peer.agreed.video])
          expect(room.cameras).toHaveLength(video.local === 'on' ? 1 : 0)
          desk.engine.dispose()
        }
      ),
      { numRuns: 60 }
    )
  }, 300_000)
})
