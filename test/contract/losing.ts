import { describe, expect, test } from 'vitest'
import type { Scene, Talk } from './scene.ts'
import { hearEachOther, looks, soon } from './scene.ts'

const ways = [
  ['placed', 'talking'],
  ['received', 'answered']
] as const

export function losing(scene: Scene) {
  describe.each(ways)('a call that was %s, when the connection is lost', (_, begin) => {
    test('goes on, is found again, and can be held and hung up', async () => {
      const talk = await scene[begin]()
      const { call, there, person } = talk

      person.refuse()
      person.cut()
      await looks(call, ({ signalling }) => signalling === 'detached', 'detached')
      await hearEachOther(talk)
      person.accept()

      await looks(call, ({ signalling }) => signalling === 'attached', 'attached')
      await call.hold()
      expect(there.held).toBe(true)
      await call.resume()
      await call.hangup()
      await there.reaches('ended')
    })

    test('can be held and hung up by the far end afterwards', async () => {
      const talk = await scene[begin]()
      const { call, there, person } = talk
      await loses(talk)

      await there.hold()
      await looks(call, ({ hold }) => hold.remote === 'held', 'held by the far end')
      await there.hangup()

      expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'hangup' })
      expect(person.microphones).toBe(0)
    })

    test('ends at once when it is hung up meanwhile, and the far end hears of it afterwards', async () => {
      const { call, there, person } = await scene[begin]()
      person.refuse()
      person.cut()
      await looks(call, ({ signalling }) => signalling === 'detached', 'detached')

      await call.hangup()
      expect(call.state.end).toMatchObject({ by: 'local', reason: 'hangup' })
      expect(person.microphones).toBe(0)
      expect(there.state).toBe('established')
      person.accept()

      await there.reaches('ended')
    })

    test('keeps what was asked of it meanwhile, and does it afterwards', async () => {
      const { call, there, person } = await scene[begin]()
      person.refuse()
      person.cut()
      await looks(call, ({ signalling }) => signalling === 'detached', 'detached')

      const held = call.hold()
      const dialled = call.dtmf('42', { duration: 40, gap: 30 })
      person.accept()

      await Promise.all([held, dialled])
      expect(there.held).toBe(true)
      await soon(() => there.digits === '42', 'the digits have arrived')
    })

    test('lives through an offer that was under way, and is held in the end', async () => {
      const { call, person } = await scene[begin]()
      const offered = person.sent.length

      const held = call.hold()
      await soon(() => person.sent.length > offered, 'the offer leaves')
      person.cut()
      await held.catch(() => call.hold())

      expect(call.state).toMatchObject({ status: 'established', hold: { local: 'held' } })
      await looks(call, ({ signalling }) => signalling === 'attached', 'attached')
    })

    test('is over after its grace, however long the connection stays away', async () => {
      const { call, person } = await scene[begin]({ policy: { deadlines: { signallingGrace: 400 } } })
      person.refuse()
      person.cut()

      expect(await call.ended()).toMatchObject({ by: 'system', reason: 'network' })
      expect(person.microphones).toBe(0)
    })
  })

  describe('when the connection is lost', () => {
    test('a call that comes in rings no longer', async () => {
      const { call, person } = await scene.called()

      person.cut()

      expect(await call.ended()).toMatchObject({ by: 'system', reason: 'network' })
      expect(person.engine.calls$.value).toEqual([])
      await soon(() => person.engine.registration$.value.status === 'registered', 'registered again')
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
      await soon(() => person.engine.registration$.value.status === 'registered', 'registered again')
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

  scene.needing('forget-nobody')('when the server is restarted a call goes on', async () => {
    const talk = await scene.talking()

    await scene.bench.restart()

    await looks(talk.call, ({ signalling }) => signalling !== 'attached', 'detached')
    await hearEachOther(talk)
  })
}

async function loses({ person, call }: Talk) {
  person.refuse()
  person.cut()
  await looks(call, ({ signalling }) => signalling === 'detached', 'detached')
  person.accept()
  await looks(call, ({ signalling }) => signalling === 'attached', 'attached')
}
