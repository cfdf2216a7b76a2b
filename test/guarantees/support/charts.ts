/** Every machine there is, found and not listed, so that none can be forgotten. */
import { StateMachine } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import * as machines from '../../../machines/index.ts'
import * as grounds from '../../machines/support/grounds.ts'
import type { Ground } from '../../machines/support/survey.ts'

const isMachine = (value: unknown): value is AnyStateMachine => value instanceof StateMachine
const isGround = (value: unknown): value is Ground =>
  typeof value === 'object' && value !== null && 'machine' in value && isMachine(value.machine)

/** What `machines` exports. */
const exported: readonly AnyStateMachine[] = Object.values(machines).filter(isMachine)

/** The machines with all that can happen to them. */
export const charts: readonly { readonly name: string; readonly ground: Ground }[] = Object.values(grounds)
  .filter(isGround)
  .map((ground) => ({ name: ground.machine.id, ground }))

/** Machines that nobody said how to walk. */
export const forgotten = exported
  .filter((machine) => !charts.some(({ ground }) => ground.machine === machine))
  .map(({ id }) => id)
