/** What happens at every event in every state is specified: handled, refused, or ignored on purpose. */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { transition } from 'xstate'
import { anyStory, play, runs } from '../machines/support/stories.ts'
import { allNodes } from '../machines/support/survey.ts'
import { charts, forgotten } from './support/charts.ts'

test('Every machine that is exported is among those that are tabulated', () => {
  expect(forgotten).toEqual([])
})

// what the tables say is held to the charts where they are written: test/machines/tables.test.ts
describe.each(charts)('In the table of the $name', ({ name, ground: { machine, samples } }) => {
  const written = readFileSync(new URL(`../machines/tables/${name}.txt`, import.meta.url), 'utf8')
  const [, ...sections] = written.split(/^## /m)
  const states = sections.map((section) => section.slice(0, section.indexOf('\n')))

  test('every event has a cell in every state', () => {
    const empty = sections.flatMap((section, index) => {
      const words = new Set(section.split(/[\s,]+/))
      const untold = Object.keys(samples).filter((type) => !words.has(type))
      return untold.map((type) => `${type} in ${states[index]}`)
    })

    expect(sections.length).toBeGreaterThan(1)
    expect(empty).toEqual([])
  })

  test('every state somebody can rest in has its cells', () => {
    const leaves = allNodes(machine).filter(
      (node) => Object.keys(node.states).length === 0 && !['final', 'history'].includes(node.type)
    )
    const restful = leaves.filter(({ id, always }) => (always ?? []).length === 0 && !fleeting.includes(id))
    const told = new Set(states.map((state) => state.split('.').at(-1)))

    expect(restful.filter(({ key }) => !told.has(key)).map(({ id }) => id)).toEqual([])
  })
})

test('What is no event of a call changes nothing in it, wherever it is', () => {
  fc.assert(
    fc.property(anyStory, (story) => {
      const call = play(story)
      fc.pre(!call.isOver())
      const before = call.state()

      const [after, effects] = transition(before.machine, before, { type: 'nobody.knows' })

      expect(after.value).toEqual(before.value)
      expect(effects).toEqual([])
    }),
    runs
  )
})

/** Left in the very step they are entered: their entry tells the call that it is over. */
const fleeting = ['call.progress.established.path.failed', 'call.progress.established.signalling.lost']
