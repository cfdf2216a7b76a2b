import { firstValueFrom } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { Person, Scene } from './scene.ts'
import { soon } from './scene.ts'

/** Brings somebody into a state; what is open then has to be closed by `dispose` alone. */
const states: Record<string, (scene: Scene) => Promise<Person>> = {
  'not connected': (scene) => scene.person({ online: false }),
  async connecting(scene) {
    const person = await scene.person({ online: false })
    void person.engine.connect()
    return person
  },
  async 'trying in vain'(scene) {
    const person = await scene.person({ online: false, unreachable: true })
    void person.engine.connect()
    await soon(() => person.engine.connection$.value.tries > 1, 'the second try')
    return person
  },
  registered: (scene) => scene.person(),
  async dialling(scene) {
    const [person, far] = [await scene.person(), await scene.far()]
    await person.engine.dial(far.address)
    return person
  },
  dialled: async (scene) => (await scene.dialled()).person,
  'ringing there': async (scene) => (await scene.ringing()).person,
  'ringing here': async (scene) => (await scene.called()).person,
  async answering(scene) {
    const { person, call } = await scene.called()
    void call.answer()
    return person
  },
  talking: async (scene) => (await scene.talking()).person,
  'talking, called': async (scene) => (await scene.answered()).person,
  async holding(scene) {
    const { person, call } = await scene.talking()
    void call.hold()
    return person
  },
  async held(scene) {
    const { person, call } = await scene.talking()
    await call.hold()
    return person
  },
  async 'in a dead network'(scene) {
    const { person } = await scene.talking()
    person.blackhole()
    return person
  }
}

/** The same, where a call goes on without its connection. */
const cutOff: typeof states = {
  async 'cut off'(scene) {
    const talk = await scene.talking()
    await scene.cutOff(talk)
    return talk.person
  },
  async 'hung up while cut off'(scene) {
    const talk = await scene.talking()
    await scene.cutOff(talk)
    await talk.call.hangup()
    return talk.person
  }
}

export function leaving(scene: Scene) {
  describe('disposing of an engine', () => {
    test.each(Object.entries(states))('that is %s leaves nothing open and says nothing more', (_, reach) =>
      leavesNothing(reach)
    )
    scene.needing('outlive-connections').for(Object.entries(cutOff))(
      'that is %s leaves nothing open and says nothing more',
      ([, reach]) => leavesNothing(reach)
    )

    async function leavesNothing(reach: (typeof states)[string]) {
      const person = await reach(scene)
      const calls = person.engine.calls$.value
      const ended = Promise.all(calls.map((call) => call.ended()))

      person.engine.dispose()

      let told = 0
      person.engine.events$.subscribe(() => (told += 1))
      for (const end of await ended) expect(end).toMatchObject({ by: 'local' })
      await soon(() => person.open.length === 0, `everything is closed (${person.open.join(', ')})`)
      await soon(() => person.microphones === 0, 'the microphone is closed, also one that was being opened')
      expect(told).toBe(0)
      await expect(person.engine.connect()).rejects.toMatchObject({ code: 'engine.disposed' })
    }

    test('in a call tells the far end', async () => {
      const { person, there } = await scene.talking()

      person.engine.dispose()

      await there.reaches('ended')
    })

    test('that dials tells the far end', async () => {
      const { person, there } = await scene.dialled()

      person.engine.dispose()

      await there.reaches('ended')
    })

    test('that is called tells the caller', async () => {
      const { person, there } = await scene.called()

      person.engine.dispose()

      await there.reaches('ended')
    })

    scene.needing('know-who-is-there')('takes it off the list of who can be reached', async () => {
      const [person, other] = [await scene.person(), await scene.person()]

      person.engine.dispose()
      await soon(() => person.open.length === 0, 'everything is closed')

      const call = await other.engine.dial(person.address)
      const [end] = await Promise.all([call.ended(), firstValueFrom(call.end$)])
      expect(end).toMatchObject({ by: 'remote', reason: 'unavailable' })
    })
  })
}
