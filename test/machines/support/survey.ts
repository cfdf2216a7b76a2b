import { initialTransition } from 'xstate'
import type { AnyMachineSnapshot, AnyStateMachine, EventObject, StateNode, StateValue } from 'xstate'
import { news } from './news.ts'
import { stepsOf } from './steps.ts'
import type { PossibleEffect } from './steps.ts'

type AnyNode = StateNode<any, any> // oxlint-disable-line typescript/no-explicit-any

/** What a survey is made of: a chart, how it may start, what may happen to it, and what makes two moments different. */
export interface Ground {
  readonly machine: AnyStateMachine
  readonly inputs: readonly unknown[]
  readonly samples: Readonly<Record<string, Readonly<Record<string, (context: never) => EventObject>>>>
  /** What is true at a moment besides its states; moments are told apart by pairs of such truths. */
  readonly truths: (context: never) => readonly string[]
  /** Truths that take no notice of one another: that they are true together is nothing new. */
  readonly apart?: readonly (readonly [RegExp, RegExp])[]
  /** Only the machine itself raises these: they are tabulated, but never lead anywhere. */
  readonly internal?: readonly string[]
}

export interface Visit {
  readonly snapshot: AnyMachineSnapshot
  /** The names of the moves that led here. */
  readonly path: readonly string[]
}

/** One event at one moment, and what came of it. */
export interface Move {
  readonly from: Visit
  readonly event: EventObject
  /** The sample's name: its type, and in brackets what kind of it. Deadlines are called `after …`. */
  readonly name: string
  readonly to: AnyMachineSnapshot
  readonly accepted: boolean
  readonly effects: readonly Effect[]
}

export interface Effect {
  /** The child it was sent to, or `tells` for what was emitted. */
  readonly to: string
  readonly event: EventObject
}

export interface Survey {
  readonly visits: readonly Visit[]
  readonly moves: readonly Move[]
}

/**
 * Walks a chart from its starts, trying everything everywhere. A moment is worth a visit when it shows two truths (states
 * are truths) together for the first time: every state meets every state it can meet, without the whole product.
 */
export function survey({ machine, inputs, samples, truths, internal = [], apart = [] }: Ground): Survey {
  const visits: Visit[] = []
  const moves: Move[] = []
  const isNews = news(apart)
  const { step } = stepsOf(machine)
  const hears = ears(machine)

  const visit = (snapshot: AnyMachineSnapshot, path: readonly string[]) => {
    if (snapshot.status !== 'active') return
    const here = [...leavesOf(snapshot.value), ...remembered(snapshot), ...truths(snapshot.context as never)]
    if (isNews(here)) visits.push({ snapshot, path })
  }

  for (const input of inputs) visit(initialTransition(machine, input)[0], [])
  for (let next = 0; next < visits.length; next++) {
    const from = visits[next] as Visit
    const active = activeNodes(machine, from.snapshot.value)
    for (const { name, event } of possible(active, from.snapshot, samples)) {
      if (!active.some((node) => hears(node, event.type))) {
        moves.push({ from, name, event, to: from.snapshot, accepted: false, effects: [] })
        continue
      }
      const [to, actions] = step(from.snapshot, event)
      moves.push({
        from,
        name,
        event,
        to,
        // asked of few of them
        get accepted() {
          return from.snapshot.can(event)
        },
        effects: effectsOf(actions)
      })
      if (!internal.includes(event.type)) visit(to, [...from.path, name])
    }
  }
  return { visits, moves }
}

/** Whether a state has anything to say to an event; to one that no active state listens to nothing can happen. */
function ears(machine: AnyStateMachine): (node: AnyNode, type: string) => boolean {
  const all = new Map(allNodes(machine).map((node) => [node, [...node.transitions.keys()]]))
  const curious = new Set(
    [...all].filter(([, types]) => types.some((type) => type.includes('*'))).map(([node]) => node)
  )
  return (node, type) => curious.has(node) || node.transitions.has(type)
}

function possible(active: readonly AnyNode[], snapshot: AnyMachineSnapshot, samples: Ground['samples']) {
  const events = Object.entries(samples).flatMap(([type, kinds]) =>
    Object.entries(kinds).map(([kind, sample]) => ({
      name: kind === '' ? type : `${type} (${kind})`,
      event: sample(snapshot.context as never)
    }))
  )
  const deadlines = active.flatMap(deadlinesOf).map(({ delay, type }) => ({ name: `after ${delay}`, event: { type } }))
  return [...events, ...deadlines]
}

/** The deadlines a state sets, by the name of their delay and the event that says they have passed. */
export function deadlinesOf(node: AnyNode): readonly { readonly delay: string; readonly type: string }[] {
  const deadlines = node.after.map(({ delay, eventType }) => ({ delay: String(delay), type: eventType }))
  return deadlines.filter(({ type }, index) => deadlines.findIndex((other) => other.type === type) === index)
}

export function activeNodes(machine: AnyStateMachine, value: StateValue): AnyNode[] {
  const below = (node: AnyNode, value: StateValue): AnyNode[] => {
    if (typeof value === 'string') return [node, childOf(node, value)]
    return [node, ...Object.entries(value).flatMap(([key, inner]) => within(childOf(node, key), inner))]
  }
  const within = (node: AnyNode, value: StateValue | undefined): AnyNode[] =>
    value === undefined ? [node] : below(node, value)
  return below(machine.root, value)
}

function childOf(node: AnyNode, key: string): AnyNode {
  const child = node.states[key]
  if (child === undefined) throw new Error(`${node.id} has no state ${key}`)
  return child
}

export function allNodes(machine: AnyStateMachine): AnyNode[] {
  const below = (node: AnyNode): AnyNode[] => [node, ...Object.values(node.states).flatMap(below)]
  return below(machine.root)
}

/** The innermost states, as paths: `progress.ringing`. */
export const leavesOf = perValue((value) => leavesBelow(value, []))

function leavesBelow(value: StateValue, path: readonly string[]): string[] {
  if (typeof value === 'string') return [[...path, value].join('.')]
  return Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined ? [[...path, key].join('.')] : leavesBelow(inner, [...path, key])
  )
}

/** What follows from the value of a moment alone is asked often, and worked out once. */
export function perValue<T>(work: (value: StateValue) => T): (value: StateValue) => T {
  const known = new WeakMap<object, T>()
  return (value) => {
    if (typeof value === 'string') return work(value)
    const found = known.get(value)
    if (found !== undefined) return found
    const worked = work(value)
    known.set(value, worked)
    return worked
  }
}

/** Where a chart would go back to: nothing that its states or its context show. */
function remembered({ historyValue }: AnyMachineSnapshot): string[] {
  const histories = Object.entries(historyValue as Readonly<Record<string, readonly AnyNode[]>>)
  return histories.map(([id, nodes]) => `${id}: ${nodes.map(({ key }) => key).join()}`)
}

function effectsOf(actions: readonly PossibleEffect[]): Effect[] {
  return actions.flatMap(({ type, params }) => {
    const { event, targetId } = (params ?? {}) as { event?: EventObject; targetId?: string }
    if (event === undefined) return []
    if (type === 'xstate.emit') return [{ to: 'tells', event }]
    if (type === 'xstate.sendTo') return [{ to: targetId ?? 'nobody', event }]
    return []
  })
}
