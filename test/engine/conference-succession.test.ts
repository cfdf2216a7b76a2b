import { describe, expect, test } from 'vitest'
import { errorOf, settled, watch } from './support/desk.ts'
import { setUpConference, setUpMeeting } from './support/meeting.ts'
import type { Peer } from './support/meeting.ts'

const refusesOffers = ({ leg }: Peer) => {
  leg.onSend = (command) => {
    if (command.type !== 'offer') return
    const cause = { code: 'negotiation.rejected', text: 'No' } as const
    leg.emit({ type: 'leg.offer.refused', attempt: command.attempt, glare: false, cause })
  }
}
const replaced = { type: 'leg.ended', end: { by: 'remote', reason: 'replaced' } } as const

describe('A call that takes the place of a member', () => {
  test.each(['before', 'after'])('joins in its place, %s that one has ended', async (when) => {
    const { transport, conference, ann, bea, plays, heardBy } = await setUpConference()

    const leg = transport.ring('cy', { replaces: ann.call.id })
    if (when === 'after') leg.onSend = () => {}
    await settled()
    ann.leg.emit(replaced)
    if (when === 'after') leg.answered()
    const cy = plays('cy', leg)
    await settled()

    expect(conference.calls$.value).toEqual([bea.call, cy.call])
    expect(conference.status$.value).toBe('together')
    expect([heardBy(bea), heardBy(cy)]).toEqual([
      ['cy', 'us'],
      ['bea', 'us']
    ])
    expect(leg.sent('offer')).toEqual([])
  })

  test('is muted where that one was, and leaves the user where he is', async () => {
    const { transport, conference, ann, bea, plays, heardBy, talk, engine } = await setUpConference()
    await ann.call.mute()
    const dan = await talk('dan')
    await settled()

    const leg = transport.ring('cy', { replaces: ann.call.id })
    await settled()
    ann.leg.emit(replaced)
    const cy = plays('cy', leg)
    await settled()

    expect(engine.current$.value).toBe(dan.call)
    expect(dan.call.state).toMatchObject({ attention: 'front', hold: { local: 'active' } })
    expect(conference.calls$.value).toEqual([bea.call, cy.call])
    expect([heardBy(bea), heardBy(cy), heardBy(dan)]).toEqual([[], [], ['us']])
    await engine.swap()
    await settled()
    expect([heardBy(bea), heardBy(cy), heardBy(dan)]).toEqual([['cy', 'us'], ['bea'], []])
  })

  test('takes over who waits for it to join', async () => {
    const { transport, conference, talk, plays, heardBy, audio } = await setUpMeeting()
    const [ann, bea] = [await talk('ann'), await talk('bea')]
    audio.mode = 'waits'
    const joined = watch(conference.join(ann.call, bea.call))
    const leg = transport.ring('cy', { replaces: ann.call.id })
    ann.leg.emit(replaced)
    const cy = plays('cy', leg)
    await settled()
    expect(joined.outcome).toBe('pending')
    expect(conference.status$.value).toBe('opening')

    audio.contexts[0]?.turn('closed')
    await settled()

    expect(joined.outcome).toMatchObject({ code: 'conference.failed' })
    audio.mode = 'opens'
    await conference.join(cy.call, bea.call)
    expect(heardBy(cy)).toEqual(['bea', 'us'])
  })

  test('that a peer wanted us to make joins when it is answered, and not when it is not', async () => {
    const { engine, transport, conference, ann, bea, plays, heardBy } = await setUpConference({
      transfer: { incoming: 'accept' }
    })
    const wish = { type: 'leg.refer.received', target: 'sip:cy@example.org' } as const

    ann.leg.emit({ ...wish, refer: '1' })
    await settled()
    const first = engine.calls$.value.at(-1)?.id ?? ''
    transport.leg(first).emit({ type: 'leg.rejected', end: { by: 'remote', reason: 'busy' } })
    await settled()
    expect(conference.calls$.value).toEqual([ann.call, bea.call])

    ann.leg.emit({ ...wish, refer: '2' })
    await settled()
    const leg = transport.leg(engine.calls$.value.at(-1)?.id ?? '')
    leg.answered()
    const cy = plays('cy', leg)
    await settled()

    expect(conference.calls$.value).toEqual([bea.call, cy.call])
    expect([heardBy(ann), heardBy(bea), heardBy(cy)]).toEqual([[], ['cy', 'us'], ['bea', 'us']])
  })

  test('leaves the others as they are when it fails at the last moment', async () => {
    const { transport, conference, ann, bea, heardBy } = await setUpConference()

    const leg = transport.ring('cy', { replaces: ann.call.id })
    leg.onSend = () => {}
    await settled()
    ann.leg.emit(replaced)
    leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })
    await settled()

    expect(conference.status$.value).toBe('idle')
    expect(heardBy(bea)).toEqual(['us'])
  })
})

describe('Who cannot join', () => {
  test('leaves the user on the call that will not be held', async () => {
    const { conference, ann, bea, talk, heardBy, engine } = await setUpConference({
      calls: { whenHoldFails: 'refuse' }
    })
    const cy = await talk('cy')
    const dan = await talk('dan')
    refusesOffers(dan)

    expect(await errorOf(conference.join(cy.call))).toMatchObject({ code: 'negotiation.rejected' })
    await settled()

    expect(engine.current$.value).toBe(dan.call)
    expect([ann, bea, cy, dan].map(heardBy)).toEqual([[], [], [], ['us']])
    expect(conference.calls$.value).toEqual([ann.call, bea.call])
  })

  test.each(['silence', 'refuse'] as const)(
    'leaves the user where he was, who was held for it (%s)',
    async (whenHoldFails) => {
      const { conference, ann, bea, talk, heardBy, engine } = await setUpConference({ calls: { whenHoldFails } })
      const cy = await talk('cy')
      const dan = await talk('dan')
      refusesOffers(cy)

      expect(await errorOf(conference.join(cy.call))).toMatchObject({ code: 'negotiation.rejected' })
      await settled()

      expect(engine.current$.value).toBe(dan.call)
      expect([ann, bea, cy, dan].map(heardBy)).toEqual([[], [], [], ['us']])
    }
  )

  test('leaves no conference of one: whoever talked before talks again', async () => {
    const { conference, talk, heardBy, engine } = await setUpMeeting({ calls: { whenHoldFails: 'refuse' } })
    const [ann, bea, cy] = [await talk('ann'), await talk('bea'), await talk('cy')]
    refusesOffers(bea)

    expect(await errorOf(conference.join(ann.call, bea.call))).toMatchObject({ code: 'negotiation.rejected' })
    await settled()

    expect(engine.current$.value).toBe(cy.call)
    expect([ann, bea, cy].map(heardBy)).toEqual([[], [], ['us']])
    expect(ann.call.state.hold.local).toBe('held')
  })
})

describe('Members of a conference', () => {
  test.each([0, 1])('are silent for another call as soon as each has said whether it is held (%i)', async (which) => {
    const { ann, bea, talk, heardBy } = await setUpConference()
    const stubborn = which === 0 ? ann : bea
    refusesOffers(stubborn)

    const cy = await talk('cy')

    expect([ann, bea, cy].map(heardBy)).toEqual([[], [], ['us']])
    expect(stubborn.call.state.hold.local).toBe('active')
  })

  test('go on when one of them will not be held, and so another call has to wait', async () => {
    const { conference, ann, bea, heardBy, dial } = await setUpConference({ calls: { whenHoldFails: 'refuse' } })
    refusesOffers(bea)

    expect(await errorOf(dial('sip:cy@example.org').then(() => {}))).toMatchObject({ code: 'negotiation.rejected' })
    await settled()

    expect([heardBy(ann), heardBy(bea)]).toEqual([
      ['bea', 'us'],
      ['ann', 'us']
    ])
    expect(conference.status$.value).toBe('together')
  })
})
