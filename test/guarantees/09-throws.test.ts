/** What throws, wherever it does, ends a call at most: nothing escapes, and all that the call held is given back. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { config } from 'rxjs'
import type { Observable } from 'rxjs'
import { PaperConnection } from '../contract/sip/paper-connection.ts'
import { setUpOnline } from '../engine/support/desk.ts'
import { PaperDesk } from './support/paper-desk.ts'
import { perform } from './support/paper-story.ts'
import type { PaperStep } from './support/paper-story.ts'

describe('Over SIP, whichever use of the media connection throws', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const life: PaperStep[] = [
    'we answer',
    'answers',
    'media flows',
    'we hold',
    'offers',
    'we press a key',
    'we resume',
    'the connection is lost',
    'seconds',
    'offers to hold',
    'a moment'
  ]

  test.each(['is placed', 'rings here'] as const)(
    'a call that %s settles every command once, can be hung up, and leaves nothing open',
    async (opening) => {
      let uses = 0
      for (let hasThrown = true; hasThrown; uses += 1) {
        hasThrown = false
        const desk = new PaperDesk(
          {},
          throwing(uses + 1, () => (hasThrown = true))
        )
        await desk.connect()
        await perform(desk, opening, life)

        const settlements = [desk.call.hold(), desk.call.hangup(), desk.call.ended()].map(counted)
        await desk.pass(40_000)

        expect(desk.call.state.status).toBe('ended')
        expect(desk.told.filter(({ type }) => type === 'call.ended')).toHaveLength(1)
        expect(settlements.map((count) => count())).toEqual([1, 1, 1])
        expect(desk.open).toEqual([])
        expect(desk.devices.open).toEqual([])
        desk.engine.dispose()
      }
      expect(uses).toBeGreaterThan(2)
    },
    300_000
  )
})

describe('Whoever listens and throws', () => {
  afterEach(() => {
    config.onUnhandledError = null
  })

  test('keeps nobody else from hearing, and no command from being done', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(['view', 'facts', 'calls', 'all facts', 'hold'] as const), async (throwers) => {
        const thrown: unknown[] = []
        // without this they are reported as any uncaught error, in a turn of their own
        config.onUnhandledError = (error) => void thrown.push(error)
        const { engine, established } = await setUpOnline()
        const { call } = await established()
        const sources = {
          view: call.view$,
          facts: call.events$,
          calls: engine.calls$,
          'all facts': engine.events$,
          hold: call.hold$
        }
        for (const name of throwers) {
          ;(sources[name] as Observable<unknown>).subscribe(() => {
            throw new Error('Boo')
          })
        }
        const seen: string[] = []
        call.hold$.subscribe(({ local }) => seen.push(local))

        await call.hold()
        await call.hangup()
        await new Promise((resolve) => setTimeout(resolve, 2))

        expect(seen).toEqual(expect.arrayContaining(['holding', 'held']))
        expect(call.state.status).toBe('ended')
        expect(engine.calls$.value).toEqual([])
        expect(thrown.length > 0).toBe(throwers.length > 0)
        expect(thrown.filter((error) => (error as Error).message !== 'Boo')).toEqual([])
      }),
      { numRuns: 12 }
    )
  })
})

/** Media connections of which the nth use of all throws, or rejects; closing them works first. */
function throwing(nth: number, thrown: () => void): typeof RTCPeerConnection {
  let left = nth
  const spoil = (target: PaperConnection, key: string | symbol) => {
    const value: unknown = Reflect.get(target, key, target)
    if (typeof value !== 'function' || !uses.includes(String(key))) return value
    return (...args: unknown[]) => {
      left -= 1
      if (left === 0) thrown()
      if (left === 0 && key !== 'close') throw new Error('Out of order')
      const result: unknown = value.apply(target, args)
      if (left === 0) throw new Error('Out of order')
      return result
    }
  }
  return new Proxy(PaperConnection, {
    construct: (Made) =>
      new Proxy(new Made(), { get: spoil, set: (target, key, value) => Reflect.set(target, key, value, target) })
  }) as unknown as typeof RTCPeerConnection
}

/** What a browser may refuse: what merely listens or reads does not throw. */
const uses = [
  'addTrack',
  'getSenders',
  'createOffer',
  'createAnswer',
  'setLocalDescription',
  'setRemoteDescription',
  'getStats',
  'close'
]

function counted(promise: Promise<unknown>): () => number {
  let settlements = 0
  const count = () => void (settlements += 1)
  promise.then(count, count)
  return () => settlements
}
