/** A call ends exactly once, whatever crosses on its way, and after its end nothing is sent, told or shown. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startCall } from '../machines/support/bench.ts'
import type { StartedCall, Step } from '../machines/support/bench.ts'
import { incoming, outgoing } from '../machines/support/grounds.ts'
import { anyStory, earlyStory, play, runs } from '../machines/support/stories.ts'
import { fullDesk } from './support/full-desk.ts'
import { anySteps, happen, openings as fullOpenings, perform as act } from './support/full-story.ts'
import type { FullStep } from './support/full-story.ts'
import { paperDesk } from './support/paper-desk.ts'
import type { PaperDesk } from './support/paper-desk.ts'
import { openings, perform, step } from './support/paper-story.ts'

const longEnough = 600_000

describe('Whatever happens to a call', () => {
  test('it ends once, and after its end nothing is sent or told', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 2, arbitrary: anyStory }, earlyStory), (story) => {
        const call = play(story)
        call.run('hangup', longEnough)

        expect(endsOf(call)).toBe(1)
        expect(call.log.slice(call.log.findLastIndex(({ event }) => event.type === 'call.ended') + 1)).toEqual([])
      }),
      runs
    )
  })
})

describe('In whichever order they cross, an answer and all that can end a call end it once', () => {
  const crossing = {
    'that is being placed': [outgoing, ['media.ready'], ['leg.answered', 'leg.rejected', 'leg.ended', 'hangup']],
    'that rings there': [
      outgoing,
      ['media.ready', 'leg.ringing'],
      ['leg.answered', 'leg.rejected', 'leg.ended', 'hangup']
    ],
    'that rings here': [incoming, [], ['answer', 'leg.cancelled', 'leg.ended', 'hangup', 'reject']],
    'that is being answered': [
      incoming,
      ['answer', 'media.ready'],
      ['leg.answered', 'leg.cancelled', 'leg.ended', 'hangup']
    ],
    'that stands': [
      outgoing,
      ['media.ready', 'leg.answered', 'leg.path.connected'],
      ['hangup', 'leg.ended', 'connection.lost', 'leg.failed', 'abandon']
    ]
  } as const

  test.each(Object.entries(crossing))('a call %s', (_, [input, before, events]) => {
    const twice = ordersOf<Step>([...events, events[0]]).filter((order) => {
      const call = startCall(input)
      call.run(...before, ...order, 'hangup', longEnough)
      const end = call.log.findIndex(({ event }) => event.type === 'call.ended')
      return endsOf(call) !== 1 || end !== call.log.length - 1
    })

    expect(twice).toEqual([])
  })
})

describe('Whatever crosses on the wire of SIP', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test.each(openings)(
    'a call that %s ends once, and then nothing but goodbyes is sent, and nothing stays open',
    async (opening) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const desk = await paperDesk()
          await perform(desk, opening, steps)

          void desk.call.hangup().catch(() => null)
          await desk.pass(5_000)
          expect(desk.call.state.status).toBe('ended')
          const sent = desk.line.sent.length

          await perform(desk, 'goes on', ['comes back', 'a minute', 'answers', 'offers', 'hangs up', 'a minute'])

          expect(desk.told.filter(({ type }) => type === 'call.ended')).toHaveLength(1)
          expect(desk.told.at(-1)?.type).toBe('call.ended')
          expect(offersIn(desk, sent)).toEqual([])
          expect(desk.open).toEqual([])
          expect(desk.devices.open).toEqual([])
          expect(desk.engine.calls$.value).toEqual([])
          desk.engine.dispose()
        }),
        { numRuns: 25 }
      )
    },
    60_000
  )
})

describe('With video, recordings, and devices that come and go', () => {
  /** What may still come when a call is over. */
  const late: FullStep[] = [
    'the user says yes',
    'the user says yes',
    'both microphones are there',
    'what is shown is ended by the browser',
    'they offer video',
    'they answer',
    'half a minute'
  ]

  test('a call ends once, and then nothing is sent or told, nor opened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fullOpenings), anySteps, async (opening, steps) => {
        const desk = await fullDesk()
        await act(desk, opening, steps)

        void desk.call.hangup().catch(() => null)
        await desk.pass(5_000)
        expect(desk.call.state).toMatchObject({ status: 'ended', camera: 'off', microphone: 'off' })
        const sent = desk.peer.leg.commands.length
        for (const step of late) await happen(desk, step)

        expect(desk.told.filter(({ type }) => type === 'call.ended')).toHaveLength(1)
        expect(desk.told.at(-1)?.type).toBe('call.ended')
        expect(desk.peer.leg.commands).toHaveLength(sent)
        expect(desk.left).toEqual([])
        desk.engine.dispose()
      }),
      { numRuns: 100 }
    )
  }, 300_000)
})

function endsOf(call: StartedCall): number {
  return call.said('tells', 'call.ended').length
}

/** What wants something of the peer; a goodbye, and thanks for an answer that came too late, do not. */
function offersIn(desk: PaperDesk, since: number): string[] {
  return ['INVITE', 'UPDATE', 'INFO'].flatMap((method) => desk.requests(method, since))
}

/** Every order of these, once. */
function ordersOf<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]]
  return [...new Set(all)].flatMap((first) => {
    const rest = all.toSpliced(all.indexOf(first), 1)
    return ordersOf(rest).map((order) => [first, ...order])
  })
}
