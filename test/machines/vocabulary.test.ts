import { describe, expect, test } from 'vitest'
import {
  callGround,
  captureGround,
  conferenceGround,
  connectionGround,
  registrationGround,
  switchboardGround
} from './support/grounds.ts'
import { allNodes, deadlinesOf } from './support/survey.ts'

/**
 * The compiler checks neither the events a state listens to nor the delays it names: a misspelt event is silence, a
 * misspelt delay fires at once. The samples, which the compiler does hold to the types, are what the charts are held to.
 */
const charts = [
  { name: 'the connection', ground: connectionGround },
  { name: 'the registration', ground: registrationGround },
  { name: 'a microphone', ground: captureGround },
  { name: 'a conference', ground: conferenceGround },
  { name: 'a call', ground: callGround },
  { name: 'the switchboard', ground: switchboardGround }
]

/** Known to the call's vocabulary, and on purpose no business of its chart. */
const unheard = ['leg.media']

describe.each(charts)('The chart of $name', ({ ground }) => {
  const nodes = allNodes(ground.machine)
  const heard = new Set(nodes.flatMap((node) => Object.keys(node.config.on ?? {})))
  const named = new Set(nodes.flatMap(deadlinesOf).map(({ delay }) => delay))

  test('listens only to events there are', () => {
    expect([...heard].filter((type) => !(type in ground.samples))).toEqual([])
  })

  test('listens somewhere to every event there is', () => {
    expect(Object.keys(ground.samples).filter((type) => !heard.has(type) && !unheard.includes(type))).toEqual([])
  })

  test('names only delays it defines, and defines none it does not name', () => {
    expect([...named].toSorted()).toEqual(Object.keys(ground.machine.implementations.delays).toSorted())
  })
})
