import { describe, expect, test } from 'vitest'
import { errorOf, settled } from './support/desk.ts'
import { setUpConference } from './support/meeting.ts'

describe('The sound of a conference', () => {
  test.each(['is closed by the browser', 'may not flow any more'])(
    'that %s leaves ordinary calls, and the user on the last',
    async (how) => {
      const { conference, audio, heardBy, ann, bea, engine } = await setUpConference()
      const [context] = audio.contexts
      audio.mode = 'fails'

      context?.turn(how === 'is closed by the browser' ? 'closed' : 'suspended')
      await settled()

      expect([conference.calls$.value, conference.status$.value]).toEqual([[], 'idle'])
      expect([ann, bea].map(heardBy)).toEqual([[], ['us']])
      expect(engine.current$.value).toBe(bea.call)
      expect(audio.open).toBe(0)
    }
  )

  test('that cannot be mixed leaves ordinary calls, and the user where he was', async () => {
    const { conference, audio, heardBy, ann, bea, talk, engine } = await setUpConference()
    const cy = await talk('cy')
    audio.isBroken = true

    expect(await errorOf(conference.join(cy.call))).toMatchObject({ code: 'conference.failed' })
    await settled()

    expect([conference.calls$.value, conference.status$.value]).toEqual([[], 'idle'])
    expect([ann, bea, cy].map(heardBy)).toEqual([[], [], ['us']])
    expect(engine.current$.value).toBe(cy.call)
  })

  test('flows on after a pause that the browser makes', async () => {
    const { conference, audio } = await setUpConference()

    audio.contexts[0]?.turn('suspended')
    await settled()

    expect([audio.contexts[0]?.state, conference.status$.value]).toEqual(['running', 'together'])
  })
})
