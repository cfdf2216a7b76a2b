/** “Established” means that both sides can hear and reach each other, or says which of it is missing. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { settled, setUpOnline } from '../engine/support/desk.ts'
import { anyStory, play, runs } from '../machines/support/stories.ts'
import { watch } from './support/watching.ts'

describe('Whatever happens to a call that is established', () => {
  test('its path stands only while the leg says so, and then it stands or is doubted', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (call) =>
          watch(call, (state) => {
            const path = state.value.progress?.established?.path
            if (path === undefined) return
            const said = call.log.findLast(
              ({ who, event }) => who === 'hears' && /^leg\.path\.(connected|interrupted|failed)$/.test(event.type)
            )
            // after a sleep, or without packets, it is asked for again before it is believed
            const isSaid = said?.event.type === 'leg.path.connected'
            expect(isSaid ? ['connected', 'doubted'] : ['not connected']).toContain(
              path === 'connected' || isSaid ? path : 'not connected'
            )
          })
        )
      }),
      runs
    )
  })

  test('its signalling stands exactly from a proof to the next loss', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (call) =>
          watch(call, (state) => {
            const signalling = state.value.progress?.established?.signalling
            if (signalling === undefined) return
            const established = call.log.findIndex(({ event }) => event.type === 'call.established')
            const lost = call.log.findLastIndex(({ event }, at) => at > established && event.type === 'connection.lost')
            const proved = call.log.findLastIndex(({ event }) => event.type === 'leg.verified')
            // what is lost before a call is established is told by its leg
            const isProven = lost === -1 || proved > lost
            expect(signalling === 'attached' ? isProven : lost > -1).toBe(true)
          })
        )
      }),
      runs
    )
  })
})

test('The view of an established call names what is missing, in whichever order it comes and goes', async () => {
  const happenings = fc.array(fc.constantFrom('path up', 'path down', 'lost', 'back'), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(happenings, async (happenings) => {
      const { engine, transport, clock, dial } = await setUpOnline({
        policy: { backoff: { initialDelay: 100, jitter: 'none' } }
      })
      const { call, leg } = await dial()
      leg.emit({ type: 'leg.answered' })
      let [isUp, isThere] = [false, true]

      for (const happening of happenings) {
        if (happening === 'path up') leg.emit({ type: 'leg.path.connected' })
        if (happening === 'path down') leg.emit({ type: 'leg.path.interrupted' })
        if (happening === 'lost') {
          transport.ignores.add('connect')
          transport.close()
        }
        if (happening === 'back') {
          transport.ignores.delete('connect')
          clock.increment(200)
          clock.increment(200)
          await settled()
        }
        isUp = happening === 'path up' || (isUp && happening !== 'path down')
        isThere = isThere ? happening !== 'lost' : happening === 'back' && call.state.signalling === 'attached'

        const { path, signalling } = call.state
        expect({ up: path === 'connected', there: signalling === 'attached' }).toEqual({ up: isUp, there: isThere })
      }
      engine.dispose()
    }),
    { numRuns: 60 }
  )
})
