/** A transfer is done at its final notification and not before; one that fails leaves the call as it was. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallEvent, LegCommand } from '../../machines/index.ts'
import { startCall } from '../machines/support/bench.ts'
import type { StartedCall, Step } from '../machines/support/bench.ts'
import { seeded, withRandom } from '../machines/support/random.ts'
import { runs } from '../machines/support/stories.ts'
import { VirtualClock } from '../machines/support/virtual-clock.ts'

const starts = fc.record({ held: fc.boolean(), muted: fc.boolean() })
const words = fc.array(
  fc.oneof(
    fc.constantFrom<Step>(
      'transfer',
      'transfer',
      'leg.refer.accepted',
      'leg.refer.progress',
      'leg.refer.rejected',
      'leg.refer.failed'
    ),
    fc.constantFrom<Step>('leg.refer.succeeded (stale)', 'leg.offer.received', 'dtmf'),
    fc.constantFrom<Step>(10, 200, 5_000, 31_000)
  ),
  { maxLength: 25 }
)
/** What a user does meanwhile. */
const doings = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: words },
      { weight: 1, arbitrary: fc.constantFrom<Step[]>(['hold', 100], ['resume', 100], ['mute'], ['unmute']) },
      {
        weight: 2,
        arbitrary: fc.constantFrom<Step[]>(['consult', 100], ['transfer (attended)'], ['consultation.ended', 100])
      }
    ),
    { maxLength: 8 }
  )
  .map((parts) => parts.flat())
const longEnough = 300_000

describe('Whatever is said of a transfer, as long as its last word does not come', () => {
  test('the call goes on, and in the end it is held and muted as it was before', () => {
    fc.assert(
      fc.property(starts, words, fc.nat(), (start, words, seed) => {
        const call = withRandom(seeded(seed), () => {
          const call = talking(start)
          call.run(...words, longEnough)
          return call
        })

        expect(call.said('tells', 'call.ended')).toEqual([])
        const { progress, microphone } = call.state().value
        expect(progress.established.transfer).toBe('idle')
        expect(progress.established.hold.local).toBe(start.held ? 'held' : 'active')
        expect(microphone).toBe(start.muted ? 'muted' : 'live')
      }),
      runs
    )
  })

  test('nor does a consultation that came to nothing leave it other than the user wants it', () => {
    fc.assert(
      fc.property(starts, doings, fc.nat(), (start, doings, seed) => {
        const wants = { ...start }
        const call = withRandom(seeded(seed), () => {
          const call = talking(start)
          for (const doing of doings) {
            // what would change nothing is no wish
            const can = typeof doing === 'number' || call.state().can({ type: doing })
            call.run(doing)
            if (doing === 'hold' && can) wants.held = true
            if (doing === 'resume' && can) wants.held = false
            if (doing === 'mute') wants.muted = true
            if (doing === 'unmute') wants.muted = false
          }
          call.run('consultation.ended', longEnough)
          return call
        })

        const { progress, microphone } = call.state().value
        expect(progress.established.transfer).toBe('idle')
        expect(progress.established.hold.local).toBe(wants.held ? 'held' : 'active')
        expect(microphone).toBe(wants.muted ? 'muted' : 'live')
      }),
      runs
    )
  })

  test('each transfer that was begun fails once', () => {
    fc.assert(
      fc.property(starts, words, fc.nat(), (start, words, seed) => {
        const begun: CallEvent['type'][] = []
        const call = withRandom(seeded(seed), () => {
          const call = talking(start)
          for (const word of words) {
            const before = call.state()
            call.run(word)
            const isIdle = before.value.progress.established.transfer === 'idle'
            if (word === 'transfer' && isIdle && call.state().value.progress.established.transfer !== 'idle')
              begun.push('transfer')
          }
          call.run(longEnough)
          return call
        })

        expect(call.said('tells', 'transfer.failed')).toHaveLength(begun.length)
      }),
      runs
    )
  })
})

test('Once its last word comes the call is over as transferred, and only then', () => {
  const progress = fc.array(fc.constantFrom<Step>('leg.refer.accepted', 'leg.refer.progress', 200, 5_000), {
    maxLength: 5
  })
  fc.assert(
    fc.property(starts, progress, (start, progress) => {
      const call = talking(start)
      call.run('transfer', 200, ...progress)
      expect(call.said('tells', 'call.ended')).toEqual([])

      call.run('leg.refer.succeeded', 5_000)
      expect(call.said('tells', 'call.ended')).toMatchObject([{ end: { reason: 'transferred' } }])
    }),
    runs
  )
})

/** A call that stands, with a peer that agrees to every offer a little later. */
function talking({ held, muted }: { readonly held: boolean; readonly muted: boolean }): StartedCall {
  const clock = new VirtualClock()
  const agrees = (command: LegCommand) => {
    if (command.type === 'offer') later('leg.offer.accepted')
    if (command.type === 'accept') later('leg.offer.answered')
  }
  const later = (step: Step) => void clock.setTimeout(() => call.run(step), 50)
  const call: StartedCall = startCall({}, { clock, leg: agrees })
  call.run('media.ready', 'leg.answered', 'leg.path.connected')
  if (held) call.run('hold', 100)
  if (muted) call.run('mute')
  return call
}
