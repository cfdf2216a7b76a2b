/** Whoever waits for somebody has a deadline, and time alone leads on. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startConnection, startRegistration } from '../machines/support/bench.ts'
import type { Step } from '../machines/support/bench.ts'
import { seeded, withRandom } from '../machines/support/random.ts'
import { connectionSamples, registrationSamples } from '../machines/support/samples.ts'
import { anyStory, play, runs } from '../machines/support/stories.ts'
import { allNodes, deadlinesOf } from '../machines/support/survey.ts'
import { charts, forgotten } from './support/charts.ts'

type Node = ReturnType<typeof allNodes>[number]

test('Every machine that is exported is among those that are walked', () => {
  expect(forgotten).toEqual([])
})

describe.each(charts)('In the chart of the $name', ({ ground: { machine } }) => {
  const nodes = allNodes(machine)

  test('wherever somebody is waited for a deadline runs: there, around it, or in all that is in it', () => {
    const waiting = nodes.filter(({ tags }) => tags.some((tag) => tag === 'waiting' || tag === 'trying'))

    expect(waiting.length).toBeGreaterThan(0)
    expect(waiting.filter((node) => !isBounded(node)).map(({ id }) => id)).toEqual([])
  })

  test('every deadline leads somewhere or does something', () => {
    const idle = nodes.flatMap((node) =>
      node.after.filter(({ target, actions }) => target === undefined && actions.length === 0).map(() => node.id)
    )

    expect(idle).toEqual([])
  })
})

describe('Whatever happened, when then nothing happens any more', () => {
  test('a call waits for nobody ten minutes later', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const call = play(story)

        call.run(600_000)

        expect(call.isOver() ? [] : [...call.state().tags].filter((tag) => tag === 'waiting')).toEqual([])
      }),
      runs
    )
  })

  const stories = (samples: object) =>
    fc.array(fc.oneof(fc.constantFrom<Step>(...Object.keys(samples)), fc.constantFrom<Step>(100, 5_000, 40_000)), {
      maxLength: 30
    })

  test('a connection that may be tried a few times is up and still, offline, or given up', () => {
    fc.assert(
      fc.property(stories(connectionSamples), fc.nat(), (steps, seed) => {
        const connection = withRandom(seeded(seed), () => {
          const connection = startConnection({ maxAttempts: 3 })
          connection.run(...steps, 600_000)
          return connection
        })

        const { value } = connection.state()
        expect(['offline', 'exhausted', JSON.stringify({ online: 'steady' })]).toContain(
          typeof value === 'string' ? value : JSON.stringify(value)
        )
      }),
      runs
    )
  })

  test('a registration that nobody grants any more is given up', () => {
    fc.assert(
      fc.property(stories(registrationSamples), fc.nat(), (steps, seed) => {
        const registration = withRandom(seeded(seed), () => {
          const registration = startRegistration({ maxAttempts: 3 })
          registration.run(...steps, 6_000_000)
          return registration
        })

        expect(registration.state().hasTag('waiting')).toBe(false)
        expect(registration.state().hasTag('reachable')).toBe(false)
      }),
      runs
    )
  })
})

function isBounded(node: Node): boolean {
  for (let each: Node | undefined = node; each !== undefined; each = each.parent)
    if (deadlinesOf(each).length > 0) return true
  const inner = Object.values(node.states)
  return inner.length > 0 && inner.every((child) => isBounded(child) || (child.always?.length ?? 0) > 0)
}
