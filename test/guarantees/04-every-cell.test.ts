/** What happens at every event in every state is specified: handled, refused, or ignored on purpose. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { transition } from 'xstate'
import { survey } from '../machines/support/survey.ts'
import { charts, forgotten } from './support/charts.ts'

test('Every machine that is exported is among those that are tabulated', () => {
  expect(forgotten).toEqual([])
})

describe.each(charts)('In the chart of the $name', ({ name, ground }) => {
  const { machine, samples } = ground
  const { visits, moves } = survey(ground)
  const file = new URL(`../machines/tables/${name}.txt`, import.meta.url)
  const written = existsSync(file) ? readFileSync(file, 'utf8') : ''

  test('every event has been tried in every state that can be reached', () => {
    const kinds = Object.values(samples).flatMap((each) => Object.keys(each)).length
    const tried = new Map<string, Set<string>>()
    for (const { from, name } of moves) {
      const state = JSON.stringify(from.snapshot.value)
      tried.set(state, (tried.get(state) ?? new Set()).add(name))
    }

    const untried = [...tried].filter(
      ([, names]) => [...names].filter((each) => !each.startsWith('after ')).length < kinds
    )
    expect(tried.size).toBeGreaterThan(1)
    expect(untried.map(([state]) => state)).toEqual([])
  })

  test('every event there is stands in the table for people', () => {
    expect(Object.keys(samples).filter((type) => !written.includes(type))).toEqual([])
  })

  test('no event is an error anywhere', () => {
    const faulty = moves.filter(({ to }) => to.status === 'error')

    expect(faulty.map(({ name, from }) => `${name} after ${from.path.join(', ')}`)).toEqual([])
  })

  test('what is no event of the chart changes nothing', () => {
    const moved = visits.filter(({ snapshot }) => {
      const [next, actions] = transition(machine, snapshot, { type: 'nobody.knows' })
      return actions.length > 0 || JSON.stringify(next.value) !== JSON.stringify(snapshot.value)
    })

    expect(moved.map(({ path }) => path)).toEqual([])
  })
})
