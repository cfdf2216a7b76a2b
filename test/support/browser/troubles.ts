/** What can happen to the network of a call, as words: generated, played and shown when a test fails. */
import * as fc from 'fast-check'
import { pause } from '../until.ts'
import type { Phone } from './phones.ts'
import type { KamailioServer } from './server.ts'

const ofOne = ['drop', 'unplug', 'blackhole', 'restore', 'offline', 'online'] as const
const ofAll = ['kill', 'restart'] as const
type Side = 'caller' | 'callee'

/** `blackhole caller`, `kill`, or how long nothing happens, in milliseconds. */
export type Trouble = `${(typeof ofOne)[number]} ${Side}` | (typeof ofAll)[number] | number

const sides = ['caller', 'callee'] as const
const words = sides.flatMap((side) => ofOne.map((word) => `${word} ${side}` as const))

/** Short ones: a network is broken at most six times, and then it is whole again. */
export const troubles: fc.Arbitrary<readonly Trouble[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Trouble>(...words) },
    { weight: 1, arbitrary: fc.constantFrom<Trouble>(...ofAll) },
    { weight: 4, arbitrary: fc.constantFrom<Trouble>(50, 250, 700, 1_500) }
  ),
  { minLength: 1, maxLength: 6, size: 'max' }
)

export interface Scene {
  readonly server: KamailioServer
  readonly caller: Phone
  readonly callee: Phone
}

export async function play(scene: Scene, script: readonly Trouble[]): Promise<void> {
  for (const trouble of script) await happen(scene, trouble)
}

/** After this script everything is there again. What was swallowed stays lost. */
export async function heal(scene: Scene, script: readonly Trouble[]): Promise<void> {
  if (script.findLast((trouble) => ofAll.some((word) => word === trouble)) === 'kill') await scene.server.restart()
  for (const side of sides) {
    await happen(scene, `online ${side}`)
    await happen(scene, `restore ${side}`)
  }
}

async function happen(scene: Scene, trouble: Trouble): Promise<void> {
  if (typeof trouble === 'number') return pause(trouble)
  if (trouble === 'kill' || trouble === 'restart') return scene.server[trouble]()

  const [word, side] = trouble.split(' ') as [(typeof ofOne)[number], Side]
  const { user, page } = scene[side]
  const relay = scene.server.relay(user)
  if (word === 'offline' || word === 'online') return page.page.context().setOffline(word === 'offline')
  if (word === 'blackhole' || word === 'restore') return relay[word]()
  if (word === 'unplug') relay.refuse()
  relay.cut()
}
