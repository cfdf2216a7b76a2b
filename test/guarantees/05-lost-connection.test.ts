/** A lost connection ends no call: only its own grace does. What is repaired after it is repaired in order. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Step } from '../machines/support/bench.ts'
import { cutStory, peacefulStory, play, runs } from '../machines/support/stories.ts'
import { paperDesk } from './support/paper-desk.ts'
import { watch } from './support/watching.ts'

describe('As long as nobody ends it', () => {
  /** What becomes of the path meanwhile is no reason either: nothing could be done about it. */
  const paths = fc.constantFrom<Step[]>([], ['leg.path.interrupted'], ['leg.path.failed'], ['leg.path.silent'])

  test('a call that is cut off lives for 60 seconds, and no longer', () => {
    fc.assert(
      fc.property(peacefulStory, paths, fc.nat(20_000), (story, path, later) => {
        const call = play(story)

        call.run('connection.lost', later, ...path, 59_999 - later)
        expect(call.isOver()).toBe(false)

        call.run(1, 5_000)
        expect(call.said('tells', 'call.ended')).toMatchObject([{ end: { by: 'system', reason: 'network' } }])
      }),
      runs
    )
  })
})

describe('While nobody finds the call again', () => {
  const flaps = fc.array(fc.tuple(fc.nat(8_000), fc.nat(5_000)), { minLength: 1, maxLength: 4 })

  test('a connection that comes and goes does not prolong its 60 seconds', () => {
    fc.assert(
      fc.property(peacefulStory, flaps, (story, flaps) => {
        const call = play(story)
        const gone = flaps.reduce((sum, [away, there]) => sum + away + there, 0)
        const steps = flaps.flatMap(([away, there]): Step[] => [away, 'connection.restored', there, 'connection.lost'])

        call.run('connection.lost', ...steps, 59_999 - gone)
        expect(call.isOver()).toBe(false)

        call.run(1, 5_000)
        expect(call.said('tells', 'call.ended')).toMatchObject([{ end: { by: 'system', reason: 'network' } }])
      }),
      runs
    )
  })
})

describe('Whatever we want of a call that is cut off', () => {
  const wishes = fc.array(
    fc.constantFrom<Step>(
      ...['hold', 'resume', 'mute', 'unmute', 'dtmf', 'transfer', 'transfer (attended)', 'consult', 'record'],
      ...['pauseRecording', 'stopRecording', 'acceptTransfer', 'declineTransfer'],
      ...['enableVideo', 'enableVideo (receive)', 'disableVideo', 'refuseVideo', 'media.camera.ready', 100, 5_000]
    ),
    { minLength: 1, maxLength: 8 }
  )

  test('the far end is asked for nothing', () => {
    fc.assert(
      fc.property(peacefulStory, wishes, (story, wishes) => {
        const call = play(story)
        const before = call.log.length

        call.run('connection.lost', ...wishes)

        const sent = call.log.slice(before).filter(({ who }) => who === 'leg')
        expect(sent.map(({ event }) => event.type).filter((type) => !permitted.includes(type))).toEqual([])
      }),
      runs
    )
  })
})

describe('Whatever happens to a call', () => {
  test('nothing but a hangup and the question whether it exists is sent while it is cut off', () => {
    fc.assert(
      fc.property(cutStory, (story) => {
        play(story, (call) =>
          watch(call, (state) => {
            if (state.value.progress?.established?.signalling?.detached === undefined) return
            const since = call.log.findLastIndex(({ event }) => event.type === 'signalling.detached')
            const sent = call.log.slice(since).filter(({ who }) => who === 'leg')
            expect(sent.map(({ event }) => event.type).filter((type) => !permitted.includes(type))).toEqual([])
          })
        )
      }),
      runs
    )
  })
})

describe('Over SIP, however often the connection is lost and however long it takes to come back', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const cuts = fc.array(
    fc.record({ away: fc.integer({ min: 0, max: 15_000 }), there: fc.integer({ min: 0, max: 9_000 }) }),
    { minLength: 1, maxLength: 5 }
  )
  const directions = fc.constantFrom<'placed' | 'received'>('placed', 'received')

  test('a call lives on, and nothing is asked of the far end meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(directions, cuts, async (direction, cuts) => {
        const desk = await paperDesk({ backoff: { initialDelay: 100, maxDelay: 1_000 } })
        await desk.talk(direction)

        for (const { away, there } of cuts) {
          const before = desk.line.sent.length
          desk.isAway = true
          desk.line.drop()
          await desk.pass(away)
          expect(desk.call.state).toMatchObject({ status: 'established', signalling: 'detached' })
          expect(askedIn(desk.line.sent.slice(before))).toEqual([])
          desk.isAway = false
          await desk.pass(there)
        }
        await desk.pass(10_000)

        expect(desk.call.state).toMatchObject({ status: 'established', signalling: 'attached', end: null })
        expect(desk.told.filter(({ type }) => type === 'call.ended')).toEqual([])
        desk.engine.dispose()
      }),
      { numRuns: 25 }
    )
  }, 300_000)

  test('first we register, then the call is asked after, and only then is its media repaired', async () => {
    await fc.assert(
      fc.asyncProperty(
        directions,
        fc.integer({ min: 0, max: 20_000 }),
        fc.nat(4_000),
        async (direction, away, slow) => {
          const desk = await paperDesk({ backoff: { initialDelay: 100, maxDelay: 1_000 } })
          await desk.talk(direction)
          for (const connection of desk.open) connection.becomes('disconnected', 'disconnected')
          desk.isAway = true
          desk.line.drop()
          await desk.pass(away)
          const [before, media] = [desk.line.sent.length, fragmentOf(desk.line.sent.findLast(fragmentOf))]
          desk.isAway = false
          desk.isSlow = true
          await desk.pass(1_500 + slow)

          // whoever is not registered cannot be reached with an answer either
          expect(new Set(desk.line.sent.slice(before).map(methodOf))).toEqual(new Set(['REGISTER']))

          desk.isSlow = false
          await desk.pass(15_000)

          const asked = desk.line.sent.slice(before).filter((text) => /^(UPDATE|INVITE)/.test(text))
          expect(asked.length).toBeGreaterThan(1)
          expect([undefined, media]).toContain(fragmentOf(asked[0]))
          expect(fragmentOf(asked.at(-1))).not.toBe(media)
          desk.engine.dispose()
        }
      ),
      { numRuns: 15 }
    )
  }, 300_000)

  test('it is over when its grace is, with the network as the reason', async () => {
    const desk = await paperDesk()
    await desk.talk('placed')
    desk.isAway = true
    desk.line.drop()

    await desk.pass(59_500)
    expect(desk.call.state.status).toBe('established')
    await desk.pass(6_000)

    expect(desk.call.state.end).toMatchObject({ by: 'system', reason: 'network' })
    expect(desk.devices.open).toEqual([])
  })
})

/** The leg keeps what is said of the microphone, and passes it on once it can. */
const permitted = ['verify', 'refuse', 'accept', 'hangup', 'microphone']

const methodOf = (text: string) => /^[A-Z]+/.exec(text)?.[0]
/** Another one is another path for the media (RFC 8839). */
const fragmentOf = (text = '') => /^a=ice-ufrag:(.*)$/m.exec(text)?.[1]

/** What was asked of the far end. */
function askedIn(sent: readonly string[]): string[] {
  return sent.filter((text) => /^(INVITE|UPDATE|INFO|BYE)/.test(text))
}
