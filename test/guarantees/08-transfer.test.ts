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
