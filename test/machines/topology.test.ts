import { describe, expect, test } from 'vitest'
import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'
import {
  callGround,
  captureGround,
  conferenceGround,
  connectionGround,
  registrationGround,
  switchboardGround
} from './support/grounds.ts'
import { stepsOf } from './support/steps.ts'
import { activeNodes, allNodes, deadlinesOf, leavesOf, survey } from './support/survey.ts'
import type { Ground, Move } from './support/survey.ts'

const charts = [
  { name: 'the connection', ground: connectionGround, surveyed: survey(connectionGround) },
  { name: 'the registration', ground: registrationGround, surveyed: survey(registrationGround) },
  { name: 'a call', ground: callGround, surveyed: survey(callGround) },
  { name: 'the switchboard', ground: switchboardGround, surveyed: survey(switchboardGround) },
  { name: 'a conference', ground: conferenceGround, surveyed: survey(conferenceGround) },
  { name: 'a microphone', ground: captureGround, surveyed: survey(captureGround) }
]

/** What a person, a program or the machine's own clock does; everything else needs somebody else to answer. */
const asked = [
  'connect',
  'disconnect',
  'register',
  'unregister',
  'answer',
  'reject',
  'hold',
  'resume',
  'mute',
  'unmute',
  'enableVideo',
  'disableVideo',
  'refuseVideo',
  'muteCamera',
  'unmuteCamera',
  'dtmf',
  'dial',
  'close',
  'open',
  'record',
  'pauseRecording',
  'resumeRecording',
  'stopRecording',
  'transfer',
  'consult',
  'acceptTransfer',
  'declineTransfer',
  'use',
  'join',
  'leave',
  'split'
]

/** Resting places: no port is asked anything there, so nothing has to come within any time. */
const restful = [
  // bounded all the same: by the grace of the signalling that is awaited
  /^call\.progress\.established\.(path\.stranded|recording\.withdrawing|referral\.reporting)$/,
  /^connection\.(offline|exhausted|online\.steady)$/,
  /^registration\.(unregistered|refused)$/,
  /^capture\.(live|lost)$/,
  /^conference\.(idle|mixing\.together)$/,
  /^call\.progress\.established\.negotiation\.stable$/,
  /^call\.progress\.established\.hold\.(local|remote)\.(active|held)$/,
  /^call\.progress\.established\.video\.local\.(off|on\.steady|receiving)$/,
  /^call\.progress\.established\.video\.remote\.(off|on)$/,
  /^call\.progress\.established\.video\.wish\.none$/,
  /^call\.progress\.established\.path\.connected$/,
  /^call\.progress\.established\.signalling\.attached$/,
  /^call\.progress\.established\.dtmf\.idle$/,
  /^switchboard\.(focus\.steady|door\.(open|closed)|meeting\.none)$/,
  /^call\.progress\.established\.recording\.(off|running\.(on|paused))$/,
  /^call\.progress\.established\.transfer\.(idle|consulting\.talking)$/,
  /^call\.progress\.established\.referral\.idle$/,
  /^call\.(microphone|camera)\.(live|muted)$/
]

/** Left in the very step they are entered: their entry tells the call that it is over. */
const fleeting = ['call.progress.established.path.failed', 'call.progress.established.signalling.lost']

describe.each(charts)('In the chart of $name', ({ ground, surveyed }) => {
  const { machine } = ground
  const leaves = allNodes(machine).filter((node) => Object.keys(node.states).length === 0 && node.type !== 'history')

  test('every state can be reached', { timeout: 20_000 }, () => {
    const missing = new Set(leaves.map((node) => node.id).filter((id) => !isDecision(machine, id)))
    for (const { from, to } of surveyed.moves) for (const id of [from.snapshot, to].flatMap(nodesOf)) missing.delete(id)
    const steps = stepsOf(machine)
    for (const move of surveyed.moves)
      if (missing.size > 0) passedThrough(steps, move).forEach((id) => missing.delete(id))

    expect([...missing]).toEqual([])
  })

  test('nobody rests where a state only decides or reports', () => {
    const rested = new Set(surveyed.visits.flatMap(({ snapshot }) => nodesOf(snapshot)))

    expect([...rested].filter((id) => fleeting.includes(id) || isDecision(machine, id))).toEqual([])
  })

  test('every state says what is true in it', () => {
    const silent = allNodes(machine).filter((node) => node !== machine.root && !node.description)

    expect(silent.map((node) => node.id)).toEqual([])
  })

  test('every deadline is one that the chart defines', () => {
    const unknown = allNodes(machine)
      .flatMap(deadlinesOf)
      .filter(({ delay }) => !(delay in machine.implementations.delays))

    expect(unknown).toEqual([])
  })

  test('whoever waits has a deadline, here or around', () => {
    const patient = leaves.filter((node) => {
      const around = [...lineOf(node)]
      const bounded = around.some((each) => deadlinesOf(each).length > 0)
      return node.type !== 'final' && !bounded && !fleeting.includes(node.id) && !isDecision(machine, node.id)
    })

    expect(patient.map((node) => node.id).filter((id) => !restful.some((place) => place.test(id)))).toEqual([])
  })

  test('no state that is tagged as waiting lacks a deadline', () => {
    const waiting = allNodes(machine).filter((node) => ['waiting', 'trying'].some((tag) => node.tags.includes(tag)))

    const endless = waiting.filter((node) => !isBounded(node))

    expect(endless.map((node) => node.id)).toEqual([])
  })

  test('nobody is spoken to but the children there are', () => {
    const children = allNodes(machine).flatMap((node) => node.invoke.map(({ id }) => id))
    const spokenTo = surveyed.moves.flatMap(({ effects }) => effects.map(({ to }) => to))

    expect([...new Set(spokenTo)].filter((to) => to !== 'tells' && !children.includes(to))).toEqual([])
  })

  test('everything that leads out of a state but answers of a port is a deadline or a wish', () => {
    const stuck = surveyed.visits.filter(({ snapshot }) => {
      const open = activeNodes(machine, snapshot.value).flatMap(deadlinesOf).length > 0
      return !open && !asked.some((type) => surveyedAs(ground, snapshot, type).some((event) => snapshot.can(event)))
    })

    expect(stuck.map(({ path }) => path)).toEqual([])
  })
})

describe('With a network that is dead', () => {
  const call = charts[2] as (typeof charts)[number]

  test('a call ends within 5 seconds of a hangup, wherever it was', () => {
    const steps = stepsOf(call.ground.machine)
    const slow = call.surveyed.visits.filter(({ snapshot }) => secondsToEnd(steps, snapshot) > 5)

    expect(slow.map(({ snapshot, path }) => `${leavesOf(snapshot.value).join(' ')} after ${path.join(', ')}`)).toEqual(
      []
    )
  })

  test('a hangup is taken in every state but those that are ending already', () => {
    const deaf = call.surveyed.visits
      .filter(({ snapshot }) => !snapshot.can({ type: 'hangup' }))
      .map(({ snapshot }) => leavesOf(snapshot.value)[0])

    expect(new Set(deaf)).toEqual(
      new Set([
        'progress.ending',
        'progress.setup.callin.declining',
        'progress.setup.callin.giving-up',
        'progress.setup.callin.refusing',
        'progress.setup.callout.cancelling'
      ])
    )
  })
})

/** Virtual seconds from a hangup to the end, when only timers fire. */
function secondsToEnd({ step }: ReturnType<typeof stepsOf>, from: AnyMachineSnapshot): number {
  const { machine } = from
  let [snapshot, actions] = step(from, { type: 'hangup' })
  let elapsed = 0
  while (snapshot.status === 'active') {
    // before the hangup nothing was timed here; a state that was ending before has been for less than its deadline
    const known = actions.flatMap(({ params }) => timerOf(params))
    const pending = activeNodes(machine, snapshot.value)
      .flatMap(deadlinesOf)
      .map(({ delay, type }) => ({
        type,
        delay: known.find((timer) => timer.type === type)?.delay ?? Number(machine.implementations.delays[delay])
      }))
    const next = pending.toSorted((a, b) => a.delay - b.delay)[0]
    if (next === undefined || elapsed > 60_000) return Infinity
    elapsed += next.delay
    ;[snapshot, actions] = step(snapshot, { type: next.type })
  }
  return elapsed / 1000
}

function timerOf(params: unknown): { type: string; delay: number }[] {
  const { event, delay } = params as { event?: EventObject; delay?: number }
  return event === undefined || delay === undefined ? [] : [{ type: event.type, delay }]
}

function surveyedAs({ samples }: Ground, { context }: AnyMachineSnapshot, type: string): EventObject[] {
  return Object.values(samples[type] ?? {}).map((sample) => sample(context as never))
}

function nodesOf(snapshot: AnyMachineSnapshot): string[] {
  return leavesOf(snapshot.value).map((leaf) => `${snapshot.machine.id}.${leaf}`)
}

/** A state that only decides, and is left before anybody sees it. */
function isDecision(machine: AnyStateMachine, id: string): boolean {
  return (machine.getStateNodeById(id).always ?? []).some(({ guard }) => guard === undefined)
}

function passedThrough({ passed }: ReturnType<typeof stepsOf>, { from, event, effects }: Move): string[] {
  const isLast = effects.some(({ event }) => event.type === 'hangup') && event.type !== 'hangup'
  if (!isLast) return []
  return passed(from.snapshot, event).flatMap(nodesOf)
}

type Node = ReturnType<typeof allNodes>[number]

function* lineOf(node: Node): Generator<Node> {
  for (let each: Node | undefined = node; each !== undefined; each = each.parent) yield each
}

function isBounded(node: Node): boolean {
  if ([...lineOf(node)].some((each) => deadlinesOf(each).length > 0)) return true
  const inner = Object.values(node.states)
  return inner.length > 0 && inner.every((child) => isBounded(child) || (child.always?.length ?? 0) > 0)
}
