/** What can happen to the networks of a call, as words: generated, played and shown when a test fails. */
import * as fc from 'fast-check'
import type { Turn } from '../turn.ts'
import { patience, pause, until } from '../until.ts'
import type { Phone } from './phones.ts'
import type { KamailioServer } from './server.ts'

const ofOne = ['drop', 'unplug', 'blackhole', 'restore', 'offline', 'online'] as const
const ofAll = ['kill', 'restart'] as const
/** What carries the media stops, goes on, is started anew; and both sides are to have noticed that they are not heard. */
const ofMedia = ['freeze', 'thaw', 'replace', 'notice'] as const
type Side = 'caller' | 'callee'

/** `blackhole caller`, `kill`, `freeze`, or how long nothing happens, in milliseconds. */
export type Trouble = `${(typeof ofOne)[number]} ${Side}` | (typeof ofAll)[number] | (typeof ofMedia)[number] | number

const sides = ['caller', 'callee'] as const
const words = sides.flatMap((side) => ofOne.map((word) => `${word} ${side}` as const))
const waits = fc.constantFrom<Trouble>(50, 250, 700, 1_500)

/** Short ones: a network is broken at most six times, and then it is whole again. */
export const troubles: fc.Arbitrary<readonly Trouble[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Trouble>(...words) },
    { weight: 1, arbitrary: fc.constantFrom<Trouble>(...ofAll) },
    { weight: 4, arbitrary: waits }
  ),
  { minLength: 1, maxLength: 6, size: 'max' }
)

/** The media of the call, and nothing else: it is taken away, for so long that both sides notice, and given back. */
export const mediaTroubles: fc.Arbitrary<readonly Trouble[]> = fc
  .tuple(fc.constantFrom<Trouble>('freeze', 'replace'), waits, fc.constantFrom<Trouble>('thaw', 'replace'))
  .map(([breaks, wait, heals]) => [breaks, 'notice', wait, heals])

/** The media, and in any order with it the signalling. */
export const bothTroubles: fc.Arbitrary<readonly Trouble[]> = fc
  .tuple(
    fc.array(fc.oneof(fc.constantFrom<Trouble>(...words), fc.constantFrom<Trouble>(...ofAll), waits), { maxLength: 2 }),
    fc.array(fc.constantFrom<Trouble>(...words, 'thaw', 'replace', 50, 700), { maxLength: 3 })
  )
  .map(([before, after]) => [...before, 'freeze', 'notice', ...after])

export interface Scene {
  readonly server: KamailioServer
  /** Where all media goes through. */
  readonly relay: Turn
  readonly caller: Phone
  readonly callee: Phone
}

export async function play(scene: Scene, script: readonly Trouble[]): Promise<void> {
  for (const trouble of script) await happen(scene, trouble)
}

/** After this script everything is there again. What was swallowed stays lost. */
export async function heal(scene: Scene, script: readonly Trouble[]): Promise<void> {
  if (script.findLast((trouble) => ofAll.some((word) => word === trouble)) === 'kill') await scene.server.restart()
  await happen(scene, 'thaw')
  for (const side of sides) {
    await happen(scene, `online ${side}`)
    await happen(scene, `restore ${side}`)
  }
}

async function happen(scene: Scene, trouble: Trouble): Promise<void> {
  const { relay: media, caller, callee } = scene
  if (trouble === 'kill' || trouble === 'restart') return scene.server[trouble]()
  if (trouble === 'freeze' || trouble === 'thaw') return media[trouble]()
  if (trouble === 'replace') return media.restart()
  if (trouble === 'notice') return notices([caller, callee], media.isFrozen)
  if (typeof trouble === 'number') return pause(trouble)

  const [word, side] = trouble.split(' ') as [(typeof ofOne)[number], Side]
  const { user, page } = scene[side]
  const relay = scene.server.relay(user)
  if (word === 'offline' || word === 'online') return page.page.context().setOffline(word === 'offline')
  if (word === 'blackhole' || word === 'restore') return relay[word]()
  if (word === 'unplug') relay.refuse()
  relay.cut()
}

/**
 * Chromium takes five and a half seconds to find out that nothing answers. What can be repaired may be so at the word of one
 * of them, before the other one has noticed anything.
 */
async function notices(phones: readonly Phone[], areBoth: boolean): Promise<void> {
  const says = () => window.phone.call.state.status === 'ended' || window.phone.call.state.path !== 'connected'
  const each = phones.map(({ name, page }) =>
    until(() => page.evaluate(says), { within: patience, what: `that ${name} says that nothing is heard` })
  )
  await (areBoth ? Promise.all(each) : Promise.any(each))
}
