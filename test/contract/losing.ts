import { describe, expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { hearEachOther, looks, soon } from './scene.ts'

const ways = [
  ['placed', 'talking'],
  ['received', 'answered']
] as const

export function losing(scene: Scene) {
  const outliving = scene.needing.bind(scene, 'outlive-connections')

  describe.each(ways)('a call that was %s, when the connection is lost', (_, begin) => {
    outliving()('goes on, is found again, and can be held and hung up', async () => {
      const talk = await scene[begin]()
      const { call, there, person } = talk

      await scene.cutOff(talk)
      await hearEachOther(talk)
      person.accept()

      await looks(call, ({ signalling }) => signalling === 'attached', 'attached')
      await call.hold()
      expect(there.held).toBe(scene.can('signalled-hold'))
      await call.resume()
      await hearEachOther(talk)
      await call.hangup()
      await there.reaches('ended')
    })

    outliving('offers-in-calls')('can be held and hung up by the far end afterwards', async () => {
      const talk = await scene[begin]()
      const { call, there, person } = talk
      await scene.cutOff(talk)
      person.accept()
      await looks(call, ({ signalling }) => signalling === 'attached', 'attached')

      await there.hold()
      await looks(call, ({ hold }) => hold.remote === 'held', 'held by the far end')
      await there.hangup()

      expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'hangup' })
      expect(person.microphones).toBe(0)
    })

    outliving()('ends at once when it is hung up meanwhile, and the far end hears of it afterwards', async () => {
      const talk = await scene[begin]()
      const { call, there, person } = talk
      await scene.cutOff(talk)

      await call.hangup()
      expect(call.state.end).toMatchObject({ by: 'local', reason: 'hangup' })
      expect(person.microphones).toBe(0)
      expect(there.state).toBe('established')
      person.accept()

      await there.reaches('ended')
    })

    outliving('send-digits')('keeps what was asked of it meanwhile, and does it afterwards', async () => {
      const talk = await scene[begin]()
      const { call, there, person } = talk
      await scene.cutOff(talk)

      const held = call.hold()
      const dialled = call.dtmf('42', { duration: 40, gap: 30 })
      person.accept()

      await Promise.all([held, dialled])
      expect(there.held).toBe(scene.can('signalled-hold'))
      await soon(() => there.digits === '42', 'the digits have arrived')
    })

    outliving('signalled-mute')('tells afterwards that we muted meanwhile', async () => {
      const talk = await scene[begin]()
      await scene.cutOff(talk)

      await talk.call.mute()
      expect(talk.there.muted).toBe(false)
      talk.person.accept()

      await soon(() => talk.there.muted, 'the far end knows')
    })

    outliving('signalled-hold')('lives through an offer that was under way, and is held in the end', async () => {
      const { call, person } = await scene[begin]()
      const offered = person.sent.length

      const held = call.hold()
      await soon(() => person.sent.length > offered, 'the offer leaves')
      person.cut()
      await held.catch(() => call.hold())

      expect(call.state).toMatchObject({ status: 'established', hold: { local: 'held' } })
      await looks(call, ({ signalling }) => signalling === 'attached', 'attached')
    })

    outliving()('is over after its grace, however long the connection stays away', async () => {
      const { call, person } = await scene[begin]({ policy: { deadlines: { signallingGrace: 400 } } })
      person.refuse()
      person.cut()

      expect(await call.ended()).toMatchObject({ by: 'system', reason: 'network' })
      expect(person.microphones).toBe(0)
    })

    test('is over on both sides, or goes on on both', async () => {
      const { call, there, person } = await scene[begin]()
      let isBack = false
      person.engine.events$.subscribe(({ event }) => (isBack ||= event.type === scene.backAgain))

      person.cut()

      await soon(() => isBack, 'reachable again')
      await soon(
        () => call.state.status === there.state && call.state.signalling !== 'detached',
        `the same on both sides (${call.state.status} here)`
      )
      const { status, end } = call.state
      const lost = { status: 'ended', end: { by: 'system', reason: 'network' } }
      expect({ status, end }).toMatchObject(
        scene.can('outlive-connections') ? { status: 'established', end: null } : lost
      )
    })
  })

  describe('when the connection is lost', () => {
    test('a call that comes in rings no longer', async () => {
      const { call, person } = await scene.called()

      person.cut()

      expect(await call.ended()).toMatchObject({ by: 'system', reason: 'network' })
      expect(person.engine.calls$.value).toEqual([])
      await soon(() => scene.isReachable(person), 'reachable again')
      await scene.reach(person)
    })

    test('a call that is being answered is not left half answered', async () => {
      const { call, person } = await scene.called()

      const answered = call.answer().then(
        () => 'answered',
        () => 'not answered'
      )
      person.cut()

      // the answer may have left or not: either way it can be ended, and holds nothing
      await soon(() => scene.isReachable(person), 'reachable again')
      await call.hangup()
      await answered
      await soon(() => person.microphones === 0, 'the microphone is closed')
    })

    test('a call that is placed and not answered is over', async () => {
      const { call, person } = await scene.ringing()

      person.cut()

      expect(await call.ended()).toMatchObject({ by: 'system', reason: 'network' })
      expect(person.microphones).toBe(0)
    })

    test('nothing can be dialled, which is said at once', async () => {
      const [person, far] = [await scene.person(), await scene.far()]
      person.refuse()
      person.cut()
      await soon(() => person.engine.connection$.value.status === 'reconnecting', 'reconnecting')

      await expect(person.engine.dial(far.address)).rejects.toMatchObject({ code: 'connection.offline' })
    })
  })

  outliving('forget-nobody')('when the server is restarted a call goes on', async () => {
    const talk = await scene.talking()

    await scene.bench.restart()

    await looks(talk.call, ({ signalling }) => signalling !== 'attached', 'detached')
    await hearEachOther(talk)
  })
}
