import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { startCall } from './support/bench.ts'
import type { StartedCall, Step } from './support/bench.ts'
import { talk } from './support/link.ts'
import { moods, peer } from './support/peer.ts'
import { seeded, withRandom } from './support/random.ts'
import { runs } from './support/stories.ts'
import { VirtualClock } from './support/virtual-clock.ts'

const pause = fc.constantFrom<Step>(5, 100, 700, 2_500, 8_000, 33_000)
const wishes = fc.array(
  fc.oneof(fc.constantFrom<Step>('hold', 'resume', 'hold', 'resume', 'mute', 'unmute', 'dtmf'), pause),
  { maxLength: 25 }
)
const troubles = fc.array(
  fc.oneof(
    fc.constantFrom<Step>('hold', 'resume', 'leg.offer.received', 'leg.path.interrupted', 'leg.path.connected'),
    fc.constantFrom<Step>('connection.lost', 'connection.restored'),
    fc.constantFrom<Step>(5, 100, 700, 2_500, 8_000)
  ),
  { maxLength: 25 }
)
const seeds = fc.nat()
const longEnough = 600_000

describe('With a peer that answers correctly, though not always as we like', () => {
  test('a call comes to rest, and shows what was agreed', () => {
    fc.assert(
      fc.property(troubles, moods, seeds, (steps, moods, seed) => {
        const call = withRandom(seeded(seed), () => {
          const clock = new VirtualClock()
          const call: StartedCall = startCall({}, { clock, leg: peer(clock, moods, seed, (event) => call.send(event)) })
          call.run('media.ready', 'leg.answered', 'leg.path.connected', ...steps)
          call.run('connection.restored', 'leg.path.connected', longEnough)
          return call
        })

        const { value, context } = call.state()
        const { negotiation, hold, signalling, path } = value.progress.established
        expect({ negotiation, signalling, path }).toEqual({
          negotiation: 'stable',
          signalling: 'attached',
          path: 'connected'
        })
        expect(hold.local).toBe(context.agreed.hold ? 'held' : 'active')
        expect(hold.remote).toBe(context.peerHolds ? 'held' : 'active')
        expect(context.desired).toEqual(context.agreed)
      }),
      runs
    )
  })

  test('every wish to hold or resume is answered once, or overtaken by the next', () => {
    fc.assert(
      fc.property(wishes, moods, seeds, (steps, moods, seed) => {
        const call = withRandom(seeded(seed), () => {
          const clock = new VirtualClock()
          const call: StartedCall = startCall({}, { clock, leg: peer(clock, moods, seed, (event) => call.send(event)) })
          call.run('media.ready', 'leg.answered', 'leg.path.connected', ...steps, longEnough)
          return call
        })

        const answers = call.log.filter(
          ({ who, event }) => who === 'tells' && /^(hold|resume)\.(held|resumed|failed)$/.test(event.type)
        )
        const asked = call.log.filter(({ who, event }) => who === 'hears' && /^(hold|resume)$/.test(event.type))
        expect(answers.length).toBeLessThanOrEqual(asked.length)
        expect(['holding', 'resuming']).not.toContain(call.state().value.progress.established.hold.local)
      }),
      runs
    )
  })
})

describe('Two calls at the two ends of one network', () => {
  const latencies = fc.constantFrom(1, 20, 200, 1_500)
  const losses = fc.constantFrom(0, 0, 10, 40)

  test('come to agree when both hold at once', () => {
    fc.assert(
      fc.property(latencies, losses, seeds, (latency, loss, seed) => {
        const { alice, bob } = withRandom(seeded(seed), () => {
          const both = talk({ latency, loss, seed })
          both.alice.run('hold')
          both.bob.run('hold')
          both.clock.advance(longEnough)
          return both
        })

        expect(differences(alice, bob)).toEqual([])
        // where nothing is lost, both get what they wish
        expect(loss > 0 || [alice, bob].every((call) => localHold(call) === 'held')).toBe(true)
      }),
      runs
    )
  })

  const turns = fc.array(
    fc.record({
      who: fc.constantFrom<'alice' | 'bob'>('alice', 'bob'),
      does: fc.constantFrom<Step>('hold', 'resume'),
      pause: fc.constantFrom(0, 1, 50, 500, 3_000, 20_000)
    }),
    { maxLength: 14 }
  )

  test('come to agree whatever the two wish', () => {
    fc.assert(
      fc.property(turns, latencies, losses, seeds, (turns, latency, loss, seed) => {
        const { alice, bob } = withRandom(seeded(seed), () => {
          const both = talk({ latency, loss, seed })
          for (const { who, does, pause } of turns) {
            both[who].run(does)
            both.clock.advance(pause)
          }
          both.clock.advance(longEnough)
          return both
        })

        expect(differences(alice, bob)).toEqual([])
      }),
      runs
    )
  })
})

function localHold(call: StartedCall): string {
  return call.state().value.progress.established.hold.local
}

/** What the two think differently about who holds. */
function differences(alice: StartedCall, bob: StartedCall): string[] {
  const look = (name: string, one: StartedCall, other: StartedCall) => {
    const here = one.state()
    const there = other.state()
    const { negotiation, hold } = here.value.progress.established
    return [
      negotiation === 'stable' ? '' : `${name} is ${negotiation}`,
      hold.local === (here.context.agreed.hold ? 'held' : 'active')
        ? ''
        : `${name} is ${hold.local}, against the terms`,
      there.value.progress.established.hold.remote === hold.local
        ? ''
        : `${name} is ${hold.local}, which the other does not know`
    ].filter((difference) => difference !== '')
  }
  return [...look('alice', alice, bob), ...look('bob', bob, alice)]
}
