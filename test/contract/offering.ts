import { describe, expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { hearEachOther, looks, soon } from './scene.ts'

export function offering(scene: Scene) {
  describe('an offer in a call', () => {
    scene.needing('script-offers', 'signalled-hold').for([488, 500, 503, 403])(
      'that is refused with %i changes nothing, and can be made again',
      async (status) => {
        const talk = await scene.talking()
        const { call, there } = talk
        there.offers(status)

        // 500 with a Retry-After says that another offer is in the way
        const code = expect.stringMatching(status === 500 ? /rejected|glare/ : /rejected/) as string
        await expect(call.hold()).rejects.toMatchObject({ code, provider: { code: status } })
        expect(call.state).toMatchObject({ status: 'established', negotiation: 'stable', hold: { local: 'active' } })
        await hearEachOther(talk)

        there.offers('accept')
        await call.hold()
        expect(there.held).toBe(true)
      }
    )

    scene.needing('script-offers', 'signalled-hold')(
      'that is refused does not resume a call that was to be resumed',
      async () => {
        const { call, there } = await scene.talking()
        await call.hold()
        there.offers(488)

        await expect(call.resume()).rejects.toMatchObject({ code: 'negotiation.rejected' })
        expect(call.state.hold.local).toBe('held')

        there.offers('accept')
        await call.resume()
        expect(there.held).toBe(false)
      }
    )

    scene.needing('script-offers', 'signalled-hold')(
      'that nobody answers changes nothing, and can be made again',
      async () => {
        const talk = await scene.talking({ policy: { deadlines: { offerDeadline: 12_000 } } })
        const { call, there } = talk
        there.offers('ignore')

        await expect(call.hold()).rejects.toMatchObject({ code: 'negotiation.timeout' })
        expect(call.state).toMatchObject({ status: 'established', hold: { local: 'active' } })
        await hearEachOther(talk)

        there.offers('accept')
        await call.hold()
        expect(call.state.hold.local).toBe('held')
        await soon(() => there.held, 'the far end is held')
      }
    )

    scene.needing('script-offers', 'signalled-hold')(
      'that nobody answered does not keep the far end from holding',
      async () => {
        const talk = await scene.talking({ policy: { deadlines: { offerDeadline: 12_000 } } })
        const { call, there } = talk
        there.offers('ignore')
        await expect(call.hold()).rejects.toMatchObject({ code: 'negotiation.timeout' })
        there.offers('accept')

        await soon(
          () =>
            there.hold().then(
              () => true,
              () => false
            ),
          'the far end holds'
        )

        await looks(call, ({ hold }) => hold.remote === 'held', 'held by the far end')
        expect(call.state.hold.local).toBe('active')
      }
    )

    scene.needing('offers-in-calls')('that the far end makes is answered, each time', async () => {
      const talk = await scene.talking()
      const { call, there } = talk

      for (let times = 0; times < 3; times++) {
        await there.hold()
        await looks(call, ({ hold }) => hold.remote === 'held', 'held by the far end')
        await there.resume()
        await looks(call, ({ hold }) => hold.remote === 'active', 'resumed by the far end')
      }

      expect(call.state).toMatchObject({ status: 'established', negotiation: 'stable', hold: { local: 'active' } })
      await hearEachOther(talk)
    })

    scene.needing('offers-in-calls')('that meets one of the far end goes through after it', async () => {
      const talk = await scene.talking()
      const { call, there } = talk

      const theirs = () => there.hold().catch(() => null)
      await Promise.all([call.hold(), theirs()])
      // a scripted far end does not try again by itself
      await soon(async () => call.state.hold.remote === 'held' || (await theirs()) === null, 'they hold as well')
      await looks(call, ({ hold }) => hold.local === 'held' && hold.remote === 'held', 'held by both')

      await Promise.all([call.resume(), there.resume().catch(() => null)])
      await soon(async () => !(await stillHeld(there, call)), 'held by nobody')
      await hearEachOther(talk)
    })

    test('that is no longer wanted before it is answered ends where it was wanted last', async () => {
      const talk = await scene.talking()
      const { call, there } = talk

      const [held, resumed] = await Promise.allSettled([call.hold(), call.resume()])

      expect([held?.status, resumed?.status].includes('fulfilled')).toBe(true)
      await looks(call, ({ hold, negotiation }) => hold.local === 'active' && negotiation === 'stable', 'at rest')
      await soon(() => !there.held, 'the far end is not held')
      await hearEachOther(talk)
    })

    scene.needing('script-offers', 'signalled-hold')('does not keep the call from being hung up', async () => {
      const { call, there } = await scene.talking()
      there.offers('ignore')
      const held = call.hold()

      await call.hangup()

      await expect(held).rejects.toMatchObject({ code: 'call.ended' })
      await there.reaches('ended')
    })
  })
}

async function stillHeld(
  there: { resume(): Promise<void> },
  call: { state: { hold: { remote: string; local: string } } }
) {
  if (call.state.hold.remote === 'held') await there.resume().catch(() => null)
  return call.state.hold.remote === 'held' || call.state.hold.local !== 'active'
}
