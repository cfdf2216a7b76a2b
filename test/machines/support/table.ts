import type { EventObject, StateValue } from 'xstate'
import { allNodes, leavesOf, perValue } from './survey.ts'
import type { Effect, Ground, Move, Survey } from './survey.ts'

/** A part of a chart that gets a table of its own. */
export interface Region {
  readonly name: string
  /** Where it is in the chart; nothing for the whole. */
  readonly path: readonly string[]
  /** Regions inside it that have tables themselves; what they do is not told twice. */
  readonly without?: readonly string[]
  /** Which commands, facts and notes are this region's doing. */
  readonly owns: (effect: Effect, cause: EventObject) => boolean
  /** Whether the region lives only as long as its parent; that it ends with it is not told here. */
  readonly ends?: 'with its parent'
}

/** What a person or a program asks for; everything else is a fact. */
const isCommand = (type: string) => /^[a-z]+$/i.test(type) && type !== 'wake'

/** Every state × event cell of a region, as text: what happens, and by name what is refused or ignored. */
export function table(region: Region, { machine }: Ground, { moves }: Survey): string {
  const stateOf = perValue((value) => stateIn(region, value))
  const states = groupBy(moves, (move) => stateOf(move.from.snapshot.value) ?? '')
  states.delete('')
  const order = allNodes(machine).map((node) => stateAt(region, node.path))
  const sorted = [...states].toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
  const sections = sorted.map(([state, moves]) => section(region, state, moves))
  return [`# ${region.name}`, ...sections].join('\n\n')
}

function section(region: Region, state: string, moves: readonly Move[]): string {
  const lines: string[] = []
  const quiet = { refused: new Set<string>(), ignored: new Set<string>(), elsewhere: new Set<string>() }
  for (const [name, cell] of groupBy(moves, (move) => move.name)) {
    const outcomes = [...new Set(cell.map((move) => outcome(region, state, move)))]
    if (outcomes.every((text) => text === '')) quiet[silence(cell)].add(name)
    else lines.push(...outcomes.toSorted().map((text, index) => row(index === 0 ? name : '', text)))
  }
  const told = new Set(moves.map((move) => move.name))
  const rest = Object.entries(quiet).filter(([, names]) => names.size > 0)
  return [`## ${state}`, '', ...lines, ...rest.flatMap(([word, names]) => wrap(word, shortened(names, told)))].join(
    '\n'
  )
}

/** Where all kinds of an event fare alike, the event is named once. */
function shortened(names: ReadonlySet<string>, told: ReadonlySet<string>): string[] {
  const typeOf = (name: string) => name.replace(/ \(.*\)$/, '')
  const partial = new Set([...told].filter((name) => !names.has(name)).map(typeOf))
  return [...new Set([...names].map((name) => (partial.has(typeOf(name)) ? name : typeOf(name))))]
}

function silence(cell: readonly Move[]) {
  if (cell.some((move) => move.accepted)) return 'elsewhere' as const
  return cell.every(({ event }) => isCommand(event.type)) ? ('refused' as const) : ('ignored' as const)
}

function row(name: string, text: string) {
  return `  ${name.padEnd(38)} ${text === '' ? 'nothing here' : text}`
}

function wrap(word: string, names: readonly string[]): string[] {
  const lines: string[] = []
  for (const name of names) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + name.length < 78) lines[lines.length - 1] = `${last}, ${name}`
    else lines.push(name)
  }
  return lines.map((line, index) => `  ${(index === 0 ? `${word}:` : '').padEnd(11)} ${line}`)
}

function outcome(region: Region, from: string, { event, effects, to, from: { snapshot } }: Move): string {
  if (to === snapshot && effects.length === 0) return ''
  const target = stateIn(region, to.value)
  const notes = notesOf(snapshot.context, to.context)
  const own = [...effects, ...notes].filter((effect) => region.owns(effect, event)).map(describe)
  const stays = target === from || (region.ends === 'with its parent' && (target === null || to.status !== 'active'))
  const next = stays ? [] : [`→ ${target ?? '(left)'}`]
  return [...next, ...own].join('  ')
}

/** Changes of the context that no command and no fact shows, written as effects on it. */
function notesOf(before: Record<string, unknown>, after: Record<string, unknown>): Effect[] {
  const changed = ['stale', 'digits', 'pathIsUp', 'earlyMedia', 'connection'].filter(
    (key) => before[key] !== after[key]
  )
  return changed.map((type) => ({ to: 'notes', event: { type } }))
}

function describe({ to, event: { type, ...detail } }: Effect): string {
  const values = Object.values(detail).filter((value) => typeof value !== 'number')
  const text = values.length === 0 ? '' : ` ${values.map(short).join(' ')}`
  return to === 'tells' ? `“${type}${text}”` : `${to} ← ${type}${text}`
}

function short(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { reason, code, hold, video, restarts } = value as Record<string, string | number | boolean | undefined>
  const terms = [
    hold === true ? 'hold' : 'no hold',
    video === 'off' ? '' : `video ${video}`,
    restarts === 0 ? '' : 'restart'
  ]
  if (restarts !== undefined) return `{${terms.filter((term) => term !== '').join(', ')}}`
  return `{${String(reason ?? code ?? Object.keys(value).join(' '))}}`
}

function stateIn(region: Region, value: StateValue): string | null {
  const found = pathsOf(value).find((path) => region.path.every((key, index) => path[index] === key))
  return found === undefined ? null : stateAt(region, found)
}

const pathsOf = perValue((value) => leavesOf(value).map((leaf) => leaf.split('.')))

function stateAt({ path, without = [] }: Region, full: readonly string[]): string {
  const inner = full.slice(path.length)
  const cut = inner.findIndex((key) => without.includes(key))
  return (cut === -1 ? inner : inner.slice(0, cut + 1)).join('.')
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}
