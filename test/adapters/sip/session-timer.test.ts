/** Session timers (RFC 4028): who says that a call still stands, and what becomes of one of which nobody does. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sipTransport } from '../../../adapters/sip/index.ts'
import {
  ourCalled,
  ourDialled,
  ourPhone,
  ourTalking,
  rawTalking,
  stillBroken,
  turns
} from '../../contract/sip/paper-phones.ts'
import type { OurCall } from '../../contract/sip/paper-phones.ts'
import { ask, description, field, openLine, reply } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const after = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000)
const isOver = ({ events }: OurCall) => events.some(({ type }) => type === 'leg.ended')

/** Our call is answered with this in the answer. */
async function answeredWith(...headers: string[]): Promise<OurCall> {
  const call = await ourDialled()
  call.line.receive(reply(call.invite, 200, { headers, body: description('far') }))
  await turns()
  await call.line.next(/^ACK/)
  return call
}

/** We have answered a call that came with this. */
async function calledWith(...headers: string[]): Promise<{ call: OurCall; answer: string }> {
  const call = await ourCalled({}, description('far'), headers)
  await call.send({ type: 'answer' })
  const answer = await call.line.next(/^SIP\/2.0 200/)
  call.line.receive(ask('ACK', answer))
  await turns()
  return { call, answer }
}

describe('a call of ours', () => {
  test('asks for a session of half an hour, or of what the application wants', async () => {
    const { invite } = await ourDialled()
    expect(field(invite, 'Session-Expires')).toBe('1800')
    expect(field(invite, 'Supported')).toContain('timer')

    expect(field((await ourDialled({ sessionExpires: 600 })).invite, 'Session-Expires')).toBe('600')

    const none = await ourDialled({ sessionExpires: false })
    expect(none.invite).not.toMatch(/Session-Expires|timer/)
  })

  test.each([89, 0, 120.5, Number.NaN])('cannot be asked to be refreshed every %d seconds', (sessionExpires) => {
    const options = { url: 'ws://line.test', uri: 'sip:alice@example.test', WebSocket: openLine().WebSocket }
    expect(() => sipTransport({ ...options, sessionExpires })).toThrow(/at least 90/)
  })

  test('is refreshed by us at half time, again and again, when we were made the refresher', async () => {
    const call = await answeredWith('Session-Expires: 200;refresher=uac')

    for (let round = 1; round <= 3; round += 1) {
      await after(99)
      expect(call.line.has(/^UPDATE/)).toBe(false)
      await after(1)
      const update = await call.line.next(/^UPDATE/)
      expect(field(update, 'Session-Expires')).toBe('200;refresher=uac')
      expect(field(update, 'Supported')).toContain('timer')
      expect(field(update, 'Content-Length')).toBe('0')
      call.line.receive(reply(update, 200, { headers: ['Session-Expires: 200;refresher=uac'] }))
      await turns()
    }
    expect(isOver(call)).toBe(false)
  })

  test('is not refreshed by us when the peer does that, and stands as long as the peer does', async () => {
    const call = await answeredWith('Session-Expires: 120;refresher=uas')

    for (let round = 1; round <= 4; round += 1) {
      await after(60)
      const headers = ['Session-Expires: 120;refresher=uac', 'Supported: timer']
      call.line.receive(ask('UPDATE', call.invite, { cseq: round, headers }))
      await turns()
      const answer = await call.line.next(/^SIP\/2.0 200/)
      expect(field(answer, 'Session-Expires')).toBe('120;refresher=uac')
      expect(field(answer, 'Require')).toBe('timer')
    }
    expect(call.line.has(/^UPDATE/)).toBe(false)
    expect(isOver(call)).toBe(false)
  })

  test('whose peer should refresh it and does not is asked after, and goes on when the peer is there', async () => {
    const call = await answeredWith('Session-Expires: 120;refresher=uas')

    await after(88)
    const update = await call.line.next(/^UPDATE/)
    call.line.receive(reply(update, 200, { headers: ['Session-Expires: 120;refresher=uas'] }))
    await after(60)

    expect(isOver(call)).toBe(false)
    expect(call.line.has(/^BYE/)).toBe(false)
  })

  test('of which the peer says nothing any more is over when its time is', async () => {
    const call = await answeredWith('Session-Expires: 120;refresher=uas')

    await after(119)
    expect(isOver(call)).toBe(false)
    await after(60)

    expect(call.events.filter(({ type }) => type === 'leg.ended')).toMatchObject([
      { end: { by: 'system', reason: 'timeout' } }
    ])
    expect(call.line.has(/^BYE/)).toBe(true)
  })

  test('is over at once when the peer says that there is none', async () => {
    const call = await answeredWith('Session-Expires: 120;refresher=uac')

    await after(60)
    call.line.receive(reply(await call.line.next(/^UPDATE/), 481))
    await turns()

    expect(call.events.at(-1)).toMatchObject({ type: 'leg.ended', end: { by: 'remote', code: 481 } })
  })

  test('stands while the connection is lost, however long', async () => {
    const call = await answeredWith('Session-Expires: 120;refresher=uac')

    call.line.drop()
    await after(600)
    expect(isOver(call)).toBe(false)

    call.transport.send({ type: 'connect', attempt: 2 })
    await after(5)
    const update = await call.line.next(/^UPDATE/)
    call.line.receive(reply(update, 200, { headers: ['Session-Expires: 120;refresher=uac'] }))
    await after(59)
    expect(isOver(call)).toBe(false)
  })

  test('is refreshed by an offer that changes nothing where the peer knows no UPDATE', async () => {
    const call = await answeredWith('Session-Expires: 120;refresher=uac')

    await after(60)
    call.line.receive(reply(await call.line.next(/^UPDATE/), 405))
    await turns()
    const offer = await call.line.next(/^INVITE/)
    expect(field(offer, 'Session-Expires')).toBe('120;refresher=uac')
    call.line.receive(reply(offer, 200, { headers: ['Session-Expires: 120;refresher=uac'], body: description('far') }))
    await after(60)

    expect(call.line.has(/^UPDATE/)).toBe(false)
    expect(call.line.has(/^INVITE/)).toBe(true)
    expect(call.events.map(({ type }) => type)).toEqual(['leg.answered'])
  })

  test('is refreshed less often when the peer finds it too often', async () => {
    const call = await answeredWith('Session-Expires: 120;refresher=uac')

    await after(60)
    call.line.receive(reply(await call.line.next(/^UPDATE/), 422, { headers: ['Min-SE: 300'] }))
    await turns()

    expect(field(await call.line.next(/^UPDATE/), 'Session-Expires')).toBe('300;refresher=uac')
  })

  test('that asks for too short a session is placed again with a longer one, once', async () => {
    const call = await ourDialled({ sessionExpires: 90 })

    call.line.receive(reply(call.invite, 422, { headers: ['Min-SE: 400'] }))
    await turns()
    const again = await call.line.next(/^INVITE/)
    expect(field(again, 'Session-Expires')).toBe('400')
    expect(field(again, 'Min-SE')).toBe('400')
    expect(call.events).toEqual([])

    call.line.receive(reply(again, 422, { headers: ['Min-SE: 900'] }))
    await turns()
    expect(call.events).toMatchObject([{ type: 'leg.rejected', end: { code: 422 } }])
  })

  test('that was placed again can be answered', async () => {
    const call = await ourDialled()

    call.line.receive(reply(call.invite, 422, { headers: ['Min-SE: 3600'] }))
    await turns()
    const again = await call.line.next(/^INVITE/)
    call.line.receive(reply(again, 200, { body: description('far') }))
    await turns()

    expect(call.events.map(({ type }) => type)).toEqual(['leg.answered'])
  })

  test('to a peer without timers has none', async () => {
    const call = await ourTalking()

    await after(24 * 3_600)

    expect(call.line.has(/^UPDATE/)).toBe(false)
    expect(isOver(call)).toBe(false)
  })

  test('is refreshed by every offer, too', async () => {
    const call = await answeredWith('Session-Expires: 120;refresher=uac')

    await after(50)
    await call.send({ type: 'offer', attempt: 1, terms: { hold: true, video: 'off', restarts: 0 } })
    const offer = await call.line.next(/^INVITE/)
    call.line.receive(
      reply(offer, 200, { headers: ['Session-Expires: 120;refresher=uac'], body: description('far', 'recvonly') })
    )
    await after(59)

    expect(call.line.has(/^UPDATE/)).toBe(false)
    await after(1)
    expect(call.line.has(/^UPDATE/)).toBe(true)
  })

  test('says nothing more of it when it is over', async () => {
    const call = await answeredWith('Session-Expires: 120;refresher=uac')

    await call.send({ type: 'hangup' })
    await after(600)

    expect(call.line.has(/^UPDATE/)).toBe(false)
  })
})

describe('a call that came in', () => {
  test.each([
    [['Session-Expires: 300', 'Supported: timer'], '300;refresher=uas', ''],
    [['Session-Expires: 300;refresher=uac', 'Supported: timer'], '300;refresher=uac', 'timer'],
    [['Session-Expires: 300;refresher=uas', 'Supported: 100rel, timer'], '300;refresher=uas', ''],
    // a proxy asked for it; the caller itself knows nothing of timers
    [['Session-Expires: 300;refresher=uac'], '300;refresher=uas', ''],
    [[], '1800;refresher=uas', '']
  ])('with %j is answered with %j', async (headers, interval, required) => {
    const { answer } = await calledWith(...headers)

    expect(field(answer, 'Session-Expires')).toBe(interval)
    expect(field(answer, 'Require')).toBe(required)
  })

  test('is refreshed by us when we are the refresher', async () => {
    const { call } = await calledWith('Session-Expires: 120', 'Supported: timer')

    await after(60)

    const update = await call.line.next(/^UPDATE/)
    expect(field(update, 'Session-Expires')).toBe('120;refresher=uac')
  })

  test('is asked after when the caller should refresh it and does not', async () => {
    const { call } = await calledWith('Session-Expires: 90;refresher=uac', 'Supported: timer')

    await after(59)
    expect(call.line.has(/^UPDATE/)).toBe(false)
    await after(1)
    expect(call.line.has(/^UPDATE/)).toBe(true)
  })

  test('has no timer of ours when the application wants none', async () => {
    const call = await ourCalled({ sessionExpires: false }, description('far'), [
      'Session-Expires: 90',
      'Supported: timer'
    ])
    await call.send({ type: 'answer' })
    const answer = await call.line.next(/^SIP\/2.0 200/)

    expect(answer).not.toMatch(/Session-Expires/)
  })
})

test('a timer that nobody stopped does not outlive its account', async () => {
  const phone = await ourPhone()
  phone.transport.dispose()

  await after(1)

  expect(vi.getTimerCount()).toBe(0)
})

describe('JsSIP alone', () => {
  test('hangs up when a refresh falls into a lost connection', async () => {
    const call = await rawTalking({ session_timers: true, connection_recovery_min_interval: 60 })
    await after(44)
    call.line.drop()
    await after(1)

    stillBroken(call.ended).toEqual(['Connection Error'])
  })
})
