import { describe, expect, test } from 'vitest'
import { audioMixer, createConference } from '../../src/conference/index.ts'
import type { Call } from '../../src/index.ts'
import { createDevices } from '../../src/index.ts'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'
import { FakeMediaDevices } from './support/fake-media.ts'
import { measureOf } from './support/measures.ts'
import { setUpConference, setUpMeeting } from './support/meeting.ts'

describe('In a conference', () => {
  test('each hears us and the others, and nobody himself; who was held goes on', async () => {
    const { conference, heardBy, ann, bea, talk, engine } = await setUpConference()
    expect([heardBy(ann), heardBy(bea)]).toEqual([
      ['bea', 'us'],
      ['ann', 'us']
    ])
    expect([ann, bea].map(({ call }) => call.state.hold.local)).toEqual(['active', 'active'])
    expect(conference.status$.value).toBe('together')

    const cy = await talk('cy')
    expect([heardBy(ann), heardBy(bea), heardBy(cy)]).toEqual([[], [], ['us']])
    expect(engine.current$.value).toBe(cy.call)
    await conference.join(cy.call)
    await settled()

    expect([heardBy(cy), heardBy(ann), heardBy(bea)]).toEqual([
      ['ann', 'bea', 'us'],
      ['bea', 'cy', 'us'],
      ['ann', 'cy', 'us']
    ])
    expect(conference.calls$.value).toEqual([ann.call, bea.call, cy.call])
    for (const { call } of [ann, bea, cy]) expect(call.state).toMatchObject({ attention: 'front' })
  })

  test('nothing is negotiated for it but that a held call goes on', async () => {
    const meeting = await setUpMeeting({ calls: { autoHold: false } })
    const [ann, bea] = [await meeting.talk('ann'), await meeting.talk('bea')]

    await meeting.conference.join(ann.call, bea.call)

    expect([...ann.leg.sent('offer'), ...bea.leg.sent('offer')]).toEqual([])
    expect(meeting.heardBy(ann)).toEqual(['bea', 'us'])
  })

  test('muting a call silences us there, and nobody else', async () => {
    const { heardBy, ann, bea } = await setUpConference()

    await ann.call.mute()

    expect([heardBy(ann), heardBy(bea)]).toEqual([['bea'], ['ann', 'us']])
  })

  test('a call that is held hears nobody and is heard by nobody, until it is resumed', async () => {
    const { heardBy, ann, bea } = await setUpConference()

    await ann.call.hold()
    expect([heardBy(ann), heardBy(bea)]).toEqual([[], ['us']])
    await ann.call.resume()

    expect([heardBy(ann), heardBy(bea)]).toEqual([
      ['bea', 'us'],
      ['ann', 'us']
    ])
  })

  test('the music of a peer that holds us is not for the others', async () => {
    const { heardBy, ann, bea } = await setUpConference()
    ann.leg.emit({ type: 'leg.offer.received' })
    ann.leg.onSend = ({ type }) => type === 'accept' && ann.leg.emit({ type: 'leg.offer.answered', peerHolds: true })
    ann.leg.emit({ type: 'leg.offer.received' })
    await settled()

    expect(ann.call.state.hold.remote).toBe('held')
    expect([heardBy(ann), heardBy(bea)]).toEqual([['bea', 'us'], ['us']])
  })

  test('what a peer sends anew is heard by the others', async () => {
    const { ann, bea, audio, talk, conference } = await setUpConference()
    await conference.join((await talk('cy')).call)

    const voice = ann.leg.plays().tracks[0]

    const heard = audio.heardIn(bea.leg.attached.at(-1) as never)
    expect(heard).toContain(voice)
    expect(heard).not.toContain(ann.voice)
  })

  test('another microphone reaches the others', async () => {
    const mediaDevices = new FakeMediaDevices()
    const devices = createDevices({ mediaDevices })
    const { audio, clock, conference, talk } = await setUpMeeting({}, { devices, media: { mediaDevices } })
    const [ann, bea] = [await talk('ann'), await talk('bea')]
    await conference.join(ann.call, bea.call)

    const done = watch(bea.call.useMicrophone('headset'))
    for (let packets = 10; packets < 200; packets += 10) {
      bea.leg.measured = measureOf({ sent: { packets } })
      clock.increment(100)
      await settled()
    }

    expect(done.outcome).toBe('resolved')
    const heard = audio.heardIn(bea.leg.attached.at(-1) as never).map(({ deviceId }) => deviceId)
    expect(heard).toContain('headset')
    expect(heard).not.toContain('desk')
    devices.dispose()
  })
})

describe('Who leaves a conference', () => {
  test('is heard by nobody but us, and held, as the user is on the others', async () => {
    const { conference, heardBy, ann, bea, talk } = await setUpConference()
    const cy = await talk('cy')
    await conference.join(cy.call)

    await conference.leave(cy.call)
    await settled()

    expect(cy.call.state).toMatchObject({ hold: { local: 'held' }, attention: 'aside' })
    expect([heardBy(ann), heardBy(bea), heardBy(cy)]).toEqual([['bea', 'us'], ['ann', 'us'], []])
    await cy.call.resume()
    await settled()
    expect([heardBy(ann), heardBy(bea), heardBy(cy)]).toEqual([[], [], ['us']])
  })

  test('talks on with us where calls are not held', async () => {
    const { conference, talk, heardBy } = await setUpMeeting({ calls: { autoHold: false } })
    const [ann, bea, cy] = [await talk('ann'), await talk('bea'), await talk('cy')]
    await conference.join(ann.call, bea.call, cy.call)

    await conference.leave(ann.call)

    expect([heardBy(ann), heardBy(bea), heardBy(cy)]).toEqual([['us'], ['cy', 'us'], ['bea', 'us']])
  })

  test('leaves the last one an ordinary call, and nothing open', async () => {
    const { conference, heardBy, ann, bea, audio, engine } = await setUpConference()

    bea.leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })
    await settled()

    expect(conference.status$.value).toBe('idle')
    expect(conference.calls$.value).toEqual([])
    expect(heardBy(ann)).toEqual(['us'])
    expect(ann.call.state).toMatchObject({ hold: { local: 'active' }, attention: 'front' })
    expect(engine.current$.value).toBe(ann.call)
    expect(audio.open).toBe(0)
  })

  test('by the end of the call leaves the others talking', async () => {
    const { conference, heardBy, ann, bea, talk } = await setUpConference()
    const cy = await talk('cy')
    await conference.join(cy.call)

    await cy.call.hangup()

    expect([heardBy(ann), heardBy(bea)]).toEqual([
      ['bea', 'us'],
      ['ann', 'us']
    ])
  })

  test('with everybody else leaves the user on the last one', async () => {
    const { conference, heardBy, ann, bea, audio, engine } = await setUpConference()

    await conference.split()
    await settled()

    expect([heardBy(ann), heardBy(bea)]).toEqual([[], ['us']])
    expect(engine.current$.value).toBe(bea.call)
    expect(ann.call.state.hold.local).toBe('held')
    expect(audio.open).toBe(0)
  })

  test('by hanging up all of them leaves no call', async () => {
    const { conference, engine, audio, devices } = await setUpConference()

    await conference.end()

    expect(engine.calls$.value).toEqual([])
    expect([audio.open, devices.open.length]).toEqual([0, 0])
    expect(conference.can('join')).toBe(false)
  })

  test('because the engine is disposed of leaves nothing open', async () => {
    const { conference, engine, audio, devices } = await setUpConference()

    engine.dispose()

    expect([audio.open, devices.open.length, conference.calls$.value.length]).toEqual([0, 0, 0])
  })
})

describe('Beside a conference', () => {
  test('another call is held while the user is with it, and it while the user is on that one', async () => {
    const { heardBy, ann, bea, talk, engine } = await setUpConference()
    const cy = await talk('cy')
    expect([ann, bea].map(({ call }) => call.state.hold.local)).toEqual(['held', 'held'])

    await engine.swap()
    await settled()

    expect([heardBy(ann), heardBy(bea), heardBy(cy)]).toEqual([['bea', 'us'], ['ann', 'us'], []])
    expect(cy.call.state).toMatchObject({ hold: { local: 'held' }, attention: 'aside' })
    await engine.swap()
    await settled()
    expect([heardBy(ann), heardBy(bea), heardBy(cy)]).toEqual([[], [], ['us']])
  })

  test('a member that refuses to be held is silent all the same', async () => {
    const { heardBy, ann, bea, talk } = await setUpConference()
    ann.leg.onSend = (command) => {
      if (command.type !== 'offer') return
      const cause = { code: 'negotiation.rejected', text: 'No' } as const
      ann.leg.emit({ type: 'leg.offer.refused', attempt: command.attempt, glare: false, cause })
    }
    bea.leg.onSend = () => {}
    const cy = talk('cy')
    await settled()

    expect([heardBy(ann), heardBy(bea)]).toEqual([[], []])
    bea.leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })
    await settled()
    expect(ann.call.state.attention).toBe('aside')
    void cy.catch(() => {})
  })
})

describe('A conference is refused', () => {
  test('where nothing can be mixed', async () => {
    const conference = createConference({ mixer: audioMixer() })
    const desk = await setUpOnline({ engine: { conference } })
    const { call } = await desk.established()

    expect(conference.can('join')).toBe(false)
    expect(await errorOf(conference.join(call, call))).toMatchObject({ code: 'conference.unsupported' })
  })

  test('to one alone, to calls that are not established, and to those of others', async () => {
    const { conference, talk, dial } = await setUpMeeting()
    const ann = await talk('ann')
    const { call } = await dial('sip:bob@example.org')
    const stranger = await (await setUpOnline()).established()

    for (const calls of [[ann.call], [ann.call, call], [ann.call, stranger.call]] as readonly Call[][])
      expect(await errorOf(conference.join(...calls))).toMatchObject({ code: 'call.refused' })
    expect(await errorOf(conference.leave(ann.call))).toMatchObject({ code: 'call.refused' })
    expect(conference.status$.value).toBe('idle')
  })

  test('by a page that may make no sound, in time', async () => {
    const { conference, talk, audio, clock, heardBy } = await setUpMeeting()
    const [ann, bea] = [await talk('ann'), await talk('bea')]
    audio.mode = 'waits'
    const joined = watch(conference.join(ann.call, bea.call))
    await settled()
    expect([joined.outcome, conference.status$.value]).toEqual(['pending', 'opening'])

    clock.increment(5_000)
    await settled()

    expect(joined.outcome).toMatchObject({ code: 'conference.timeout', retryable: true })
    expect([heardBy(ann), heardBy(bea), audio.open]).toEqual([[], ['us'], 0])
    audio.mode = 'fails'
    expect(await errorOf(conference.join(ann.call, bea.call))).toMatchObject({ code: 'conference.failed' })
    audio.mode = 'opens'
    await conference.join(ann.call, bea.call)
    expect(heardBy(ann)).toEqual(['bea', 'us'])
  })

  test('to who cannot be resumed: the others talk on', async () => {
    const { conference, ann, bea, talk, heardBy } = await setUpConference()
    const cy = await talk('cy')
    await conference.join(cy.call)
    await conference.leave(cy.call)
    await settled()
    cy.leg.onSend = (command) => {
      if (command.type !== 'offer') return
      const cause = { code: 'negotiation.rejected', text: 'No' } as const
      cy.leg.emit({ type: 'leg.offer.refused', attempt: command.attempt, glare: false, cause })
    }

    expect(await errorOf(conference.join(cy.call))).toMatchObject({ code: 'negotiation.rejected' })

    expect(conference.calls$.value).toEqual([ann.call, bea.call])
    expect([heardBy(ann), heardBy(bea), heardBy(cy)]).toEqual([['bea', 'us'], ['ann', 'us'], []])
  })
})
