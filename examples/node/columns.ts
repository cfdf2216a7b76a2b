/** A timeline in two columns, one per phone, on a terminal. */
import { styleText } from 'node:util'

export interface Columns {
  /** Puts a line under this phone's name, with the seconds since the start. */
  note(name: string, text: string, kind: 'command' | 'event' | 'state'): void
}

const width = 38
const looks = { command: ['bold', 'cyan'], event: ['green'], state: ['dim'] } as const
const marks = { command: '▸', event: '•', state: ' ' }

export function createColumns(names: readonly string[]): Columns {
  const start = performance.now()
  console.log(`\n${style(['bold'], `seconds   ${names.map((name) => name.padEnd(width)).join('')}`.trimEnd())}`)
  return {
    note(name, text, kind) {
      const seconds = ((performance.now() - start) / 1000).toFixed(2).padStart(7)
      const indent = ' '.repeat(names.indexOf(name) * width)
      console.log(`${seconds}   ${indent}${style(looks[kind], `${marks[kind]} ${text}`)}`)
    }
  }
}

/** Colours where somebody looks at them: not in a file, and not where NO_COLOR is set. */
export function style(format: readonly ('bold' | 'dim' | 'cyan' | 'green' | 'red')[], text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText([...format], text) : text
}
