import { describe, expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { hearEachOther, hearing, looks, soon } from './scene.ts'

export function placing(scene: Scene) {
  describe('a call that is placed', () => {
    test('rings, is answered, and both hear each other', async () => {
      const talk = await scene.talking()

      expect(talk.call.state).toMatchObject({
        direction: 'outgoing',
        status: 'established',
        path: 'connected',
        signalling: 'attached',
        hold: { local: 'active', remote: 'active' }
      })
      await hearEachOther(talk)
    })

    scene.needing('early-media')('is heard ringing before it is answered', async () => {
      const { call, there } = await scene.dialled()

      await there.ring({ earlyMedia: true })
      await looks(call, ({ status, earlyMedia }) => status === 'ringing' && earlyMedia, 'early media')

      const here = hearing(call)
      await soon(() => here.loud > 3, 'the far end is heard before it answers')
      await Promise.all([there.answer(), call.established()])
    })

    scene.needing('signalled-mute')('that is muted before it is answered tells so when it is', async () => {
      const { call, there } = await scene.ringing()

      await call.mute()
      expect(there.muted).toBe(false)
      await Promise.all([there.answer(), call.established()])

      await soon(() => there.muted, 'the far end knows')
    })

    test.each([['busy'], ['declined']] as const)('ends as %s when the far end is', async (reason) => {
      const { call, there } = await scene.ringing()

      await there.reject(reason)

      expect(await call.ended()).toMatchObject({ by: 'remote', reason })
      await expect(call.established()).rejects.toMatchObject({ code: 'call.ended', end: { reason } })
    })

    scene.needing('know-everybody')('to nobody ends as not found', async () => {
      const { engine } = await scene.person()

      const call = await engine.dial(scene.bench.nobody)

      expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'not-found' })
    })

    scene.needing('know-who-is-there')('to somebody who is not there ends as unavailable', async () => {
      const [person, absent] = [await scene.person(), await scene.person({ online: false })]

      const call = await person.engine.dial(absent.address)

      expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'unavailable' })
    })

    scene.needing('silence')('is cancelled before the far end has said anything', async () => {
      const { call, there } = await scene.dialled()

      await call.hangup()

      expect(call.state.end).toMatchObject({ by: 'local', reason: 'cancelled' })
      await there.reaches('ended')
    })

    test('is cancelled in the moment it was dialled', async () => {
      const [person, far] = [await scene.person(), await scene.far()]
      const call = await person.engine.dial(far.address)

      await call.hangup()

      expect(call.state.end).toMatchObject({ by: 'local', reason: 'cancelled' })
      await soon(() => person.microphones === 0, 'the microphone is closed, which was being opened')
    })

    test('is cancelled while it rings', async () => {
      const { call, there } = await scene.ringing()

      await call.hangup()

      expect(call.state.end).toMatchObject({ by: 'local', reason: 'cancelled' })
      await there.reaches('ended')
    })

    test('that is cancelled while it is being answered is over on both sides', async () => {
      const { call, there } = await scene.ringing()

      await Promise.allSettled([there.answer(), call.hangup()])

      expect(call.state.status).toBe('ended')
      await there.reaches('ended')
    })

    test('that nobody answers is given up', async () => {
      const { call, there } = await scene.ringing({ policy: { deadlines: { ringDeadline: 400 } } })

      expect(await call.ended()).toMatchObject({ by: 'system', reason: 'no-answer' })
      await there.reaches('ended')
    })

    test('is hung up by us', async () => {
      const { call, there, person } = await scene.talking()

      await Promise.all([call.hangup(), call.hangup()])

      expect(call.state.end).toMatchObject({ by: 'local', reason: 'hangup' })
      expect(person.microphones).toBe(0)
      expect(person.engine.calls$.value).toEqual([])
      await there.reaches('ended')
    })

    test('is hung up by the far end', async () => {
      const { call, there, person } = await scene.talking()

      await there.hangup()

      expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'hangup' })
      expect(person.microphones).toBe(0)
    })

    test('is hung up by both at once, and ends once', async () => {
      const { call, there } = await scene.talking()
      const ends: unknown[] = []
      call.events$.subscribe((event) => {
        if (event.type === 'call.ended') ends.push(event)
      })

      await Promise.all([call.hangup(), there.hangup()])

      expect(ends).toHaveLength(1)
      await there.reaches('ended')
    })

    scene.needing('several-calls')('is one of several, and none knows of the others', async () => {
      const person = await scene.person()
      const fars = await Promise.all([scene.far(), scene.far()])
      const next = fars.map((far) => far.next())
      const calls = await Promise.all(fars.map((far) => person.engine.dial(far.address)))
      const [first, second] = await Promise.all(next)
      await Promise.all([first?.ring(), second?.ring()])
      await Promise.all([first?.answer(), second?.answer(), ...calls.map((call) => call.established())])

      await first?.hangup()
      await calls[0]?.ended()

      expect(calls[1]?.state.status).toBe('established')
      expect(second?.state).toBe('established')
    })
  })
}
