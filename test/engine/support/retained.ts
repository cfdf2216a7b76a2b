import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { settled } from './desk.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** How many of these are still held by somebody. */
export async function retained(references: readonly WeakRef<object>[]): Promise<number> {
  for (let round = 0; round < 5; round++) {
    await settled()
    collect()
  }
  return references.filter((reference) => reference.deref() !== undefined).length
}
