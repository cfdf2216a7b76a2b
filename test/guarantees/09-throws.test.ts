/** What throws, wherever it does, ends a call at most: nothing escapes, and all that the call held is given back. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { config } from 'rxjs'
import type { Observable } from 'rxjs'
import { PaperConnection } from '../contract/sip/paper-connection.ts'
import { setUpOnline } from '../engine/support/desk.ts'
import { FullDesk } from './support/full-desk.ts'
import { perform as act } from './support/full-story.ts'
import type { FullStep } from './support/full-story.ts'
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

describe('With video, recordings and other microphones, whichever use of the browser, the tape or the leg throws', () => {
  const life: FullStep[] = [
    'we answer with video',
    'they answer',
    'they are heard',
    'we record',
    'we hold',
    'we take the headset',
    'they offer video',
    'we show the screen',
    'seconds',
    'we resume',
    'the headset is unplugged',
    'we pause the recording',
    'seconds',
    'they are heard',
    'what is shown is ended by the browser',
    'we go on recording',
    'the connection is lost',
    'seconds',
    'we stop video',
    'we press keys',
    'they offer to hold',
    'we show ourselves',
    'we stop recording',
    'a moment'
  ]
  const ofBrowser = ['getUserMedia', 'getDisplayMedia', 'enumerateDevices']
  const ofTape = ['start', 'follow', 'pause', 'resume', 'stop']

  test.each([
    ['is placed with video', 'throws'],
    ['is placed with video', 'rejects'],
    ['rings here', 'throws']
  ] as const)(
    'a call that %s settles every command once, can be hung up, and leaves nothing open, where it %s',
    async (opening, how) => {
      const uses = how === 'throws' ? ['send', 'attach', 'measure', 'dispose'] : ['measure']
      let count = 0
      for (let hasThrown = true; hasThrown; count += 1) {
        hasThrown = false
        const desk = new FullDesk()
        let left = count + 1
        let thrown = 'nothing'
        const spoil = (target: object, names: readonly string[]) => {
          for (const name of names) {
            const use = (Reflect.get(target, name) as (...args: unknown[]) => unknown).bind(target)
            Reflect.set(target, name, (...args: unknown[]) => {
              left -= 1
              if (left !== 0) return use(...args)
              hasThrown = true
              thrown = name
              // it lets go all the same
              if (name === 'stop' || name === 'dispose') void use(...args)
              const error = new Error('Out of order')
              if (how === 'rejects') return Promise.reject(error)
              throw error
            })
          }
        }
        spoil(desk.room, ofBrowser)
        desk.onTape = (tape) => spoil(tape, how === 'throws' ? ofTape : ofTape.filter((name) => name !== 'follow'))
        const spoilt = new WeakSet()
        desk.transport.onLeg = (leg) => {
          if (!spoilt.has(leg)) spoil(leg, uses)
          spoilt.add(leg)
        }
        await desk.engine.connect()
        await act(desk, opening, life)

        for (const each of ['hangup', 'ended'] as const) desk.give(each, () => desk.call[each]())
        await desk.pass(5_000)

        expect(desk.call.state.status).toBe('ended')
        expect(desk.told.filter(({ type }) => type === 'call.ended')).toHaveLength(1)
        expect({ thrown, left: desk.left }).toEqual({ thrown, left: [] })
        desk.engine.dispose()
      }
      expect(count).toBeGreaterThan(15)
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
