import { describe, expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { hearEachOther, soon } from './scene.ts'

export function receiving(scene: Scene) {
  describe('a call that comes in', () => {
    test('rings with the name of the caller, is answered, and both hear each other', async () => {
      const talk = await scene.called()
      expect(talk.call.state).toMatchObject({ direction: 'incoming', status: 'ringing' })
      expect(talk.call.state.remote.address).toBe(talk.far.address)

      await Promise.all([talk.call.answer(), talk.there.reaches('established')])

      await hearEachOther(talk)
    })

    test.each([['busy'], ['declined']] as const)('is rejected as %s', async (reason) => {
      const { call, there, person } = await scene.called()

      await call.reject(reason)

      expect(call.state.end).toMatchObject({ by: 'local', reason })
      expect(person.microphones).toBe(0)
      await there.reaches('ended')
    })

    test('is missed when the caller gives up', async () => {
      const { call, there } = await scene.called()

      await there.hangup()

      expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'missed' })
    })

    test('is missed when nobody answers, and the caller is told', async () => {
      const { call, there } = await scene.called({ policy: { deadlines: { incomingDeadline: 400 } } })

      expect(await call.ended()).toMatchObject({ by: 'system', reason: 'missed' })
      await there.reaches('ended')
    })

    test('that is given up while we answer is over on both sides', async () => {
      const { call, there } = await scene.called()

      await Promise.allSettled([call.answer(), there.hangup()])

      await there.reaches('ended')
      await call.ended()
    })

    test('is hung up by us', async () => {
      const { call, there, person } = await scene.answered()

      await call.hangup()

      expect(call.state.end).toMatchObject({ by: 'local', reason: 'hangup' })
      expect(person.microphones).toBe(0)
      await there.reaches('ended')
    })

    test('is hung up by the far end', async () => {
      const { call, there, person } = await scene.answered()

      await there.hangup()

      expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'hangup' })
      expect(person.microphones).toBe(0)
    })

    test('rings on when the microphone is refused, and can be answered again', async () => {
      const { mediaDevices } = scene.bench.webRtc
      let refusals = 1
      const devices = {
        getUserMedia: (constraints: MediaStreamConstraints) =>
          refusals-- > 0
            ? Promise.reject(new DOMException('No', 'NotAllowedError'))
            : mediaDevices.getUserMedia(constraints)
      }
      const talk = await scene.called({ mediaDevices: devices })

      await expect(talk.call.answer()).rejects.toMatchObject({ code: 'media.denied' })
      expect(talk.call.state.status).toBe('ringing')
      await Promise.all([talk.call.answer(), talk.there.reaches('established')])

      await hearEachOther(talk)
    })

    scene.needing('several-devices')('rings at every device, and at none any more once one has answered', async () => {
      const { persons, calls, there } = await scene.ringingTwice()

      await Promise.all([calls[0]?.answer(), there.reaches('established')])

      expect(await calls[1]?.ended()).toMatchObject({ by: 'remote', reason: 'answered-elsewhere' })
      expect(persons[1]?.microphones).toBe(0)
    })

    scene.needing('several-devices')(
      'answered by two devices at once goes to one of them, and the other one hears of it',
      async () => {
        const { calls, there } = await scene.ringingTwice()

        await Promise.allSettled([...calls.map((call) => call.answer()), there.reaches('established')])

        await soon(() => calls.filter(({ state }) => state.status === 'established').length === 1, 'one device has it')
        expect(there.state).toBe('established')
        const winner = calls.find(({ state }) => state.status === 'established')
        await winner?.hangup()
        await there.reaches('ended')
      }
    )
  })
}
