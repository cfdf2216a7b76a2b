/**
 * Each work-around twice: JsSIP as it is, where the defect shows, and the adapter, where it does not. When JsSIP mends a
 * defect the first of the two fails and says so: then the work-around can go, and its tests with it.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ourTalking, rawTalking, stillBroken, turns } from '../../contract/sip/paper-phones.ts'
import { ask, bodyIn, broken, description, field, reply } from '../../contract/sip/scripted-line.ts'
import type { Line } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('an in-dialog request that fails', () => {
  const lost = (line: Line) => line.next(/^INFO/).then((info) => line.receive(reply(info, 408)))

  test('ends the call in JsSIP, be it one digit', async () => {
    const { line, session, ended } = await rawTalking()

    session.sendDTMF('1')
    await lost(line)
    await turns()

    stillBroken(ended).toEqual(['Request Timeout'])
  })

  test('is a digit that was not sent', async () => {
    const { line, send, events } = await ourTalking()

    await send({ type: 'dtmf', attempt: 1, tone: '1', duration: 100 })
    await lost(line)

    expect(events.at(-1)).toMatchObject({ type: 'leg.dtmf.failed', attempt: 1, cause: { code: 'dtmf.timeout' } })
    expect(line.has(/^BYE/)).toBe(false)
  })
})

describe('an offer of ours that is refused', () => {
  test('ends the call in JsSIP', async () => {
    const { line, session, ended } = await rawTalking()

    session.hold()
    await turns()
    line.receive(reply(await line.next(/^INVITE/), 488))
    await turns()

    stillBroken(ended).toEqual(['WebRTC Error'])
    stillBroken(line.has(/^BYE/)).toBe(true)
  })

  test('is rolled back, and the call goes on', async () => {
    const { line, send, events, connection } = await ourTalking()

    await send({ type: 'offer', attempt: 1, terms: { hold: true, video: 'off', restarts: 0 } })
    line.receive(reply(await line.next(/^INVITE/), 488))
    await turns()

    expect(events.at(-1)).toMatchObject({ type: 'leg.offer.refused', glare: false, cause: { provider: { code: 488 } } })
    expect(connection).toMatchObject({ signalingState: 'stable', rollbacks: 1 })
    expect(line.has(/^BYE/)).toBe(false)
  })
})

describe('an offer of ours that meets one of the peer’s', () => {
  test('is repeated by JsSIP a second later, as it was', async () => {
    const { line, session } = await rawTalking()

    session.hold()
    await turns()
    const first = await line.next(/^INVITE/)
    line.receive(reply(first, 491))
    await vi.advanceTimersByTimeAsync(1_000)

    stillBroken(line.has(/^INVITE/)).toBe(true)
    const again = await line.next(/^INVITE/)
    stillBroken(field(again, 'CSeq')).toBe(field(first, 'CSeq'))
    stillBroken(bodyIn(again)).toBe(bodyIn(first))
  })

  test('is left to the chart to make again', async () => {
    const { line, send, events } = await ourTalking()

    await send({ type: 'offer', attempt: 1, terms: { hold: true, video: 'off', restarts: 0 } })
    line.receive(reply(await line.next(/^INVITE/), 491))
    await vi.advanceTimersByTimeAsync(10_000)

    expect(events.at(-1)).toMatchObject({ type: 'leg.offer.refused', glare: true, cause: { provider: { code: 491 } } })
    expect(line.has(/^INVITE/)).toBe(false)
  })

  test('is refused by JsSIP, which takes it all the same', async () => {
    const { line, session, invite, connection } = await rawTalking()

    session.hold()
    await turns()
    line.receive(ask('INVITE', invite, { body: description('theirs', 'sendonly') }))
    await turns()

    expect(line.has(/^SIP\/2.0 491/)).toBe(true)
    stillBroken(connection.remoteDescription?.sdp).toContain('theirs')
  })

  test('is refused, and nothing of it is taken', async () => {
    const { line, send, invite, connection } = await ourTalking()

    await send({ type: 'offer', attempt: 1, terms: { hold: true, video: 'off', restarts: 0 } })
    line.receive(ask('INVITE', invite, { body: description('theirs', 'sendonly') }))
    await turns()

    expect(line.has(/^SIP\/2.0 491/)).toBe(true)
    expect(connection.remoteDescription?.sdp).not.toContain('theirs')
  })
})

describe('an offer of ours that nobody answers', () => {
  const minutes = 10 * 60_000

  test('lasts for ever in JsSIP, and keeps the peer from offering', async () => {
    const { line, session, invite } = await rawTalking()

    session.renegotiate()
    await turns()
    line.receive(reply(await line.next(/^INVITE/), 100))
    await vi.advanceTimersByTimeAsync(minutes)
    line.receive(ask('INVITE', invite, { body: description('theirs') }))
    await turns()

    stillBroken(line.has(/^CANCEL/)).toBe(false)
    stillBroken(line.has(/^SIP\/2.0 491/)).toBe(true)
  })

  test('is taken back, also when the peer does not even confirm that, and then it is the peer’s turn', async () => {
    const { line, send, invite, events } = await ourTalking()

    await send({ type: 'offer', attempt: 1, terms: { hold: true, video: 'off', restarts: 0 } })
    line.receive(reply(await line.next(/^INVITE/), 100))
    await vi.advanceTimersByTimeAsync(minutes)
    expect(line.has(/^CANCEL/)).toBe(true)
    expect(events.at(-1)).toMatchObject({ type: 'leg.offer.refused', cause: { code: 'negotiation.timeout' } })
    line.receive(ask('INVITE', invite, { body: description('far') }))
    await turns()

    expect(line.has(/^SIP\/2.0 491/)).toBe(false)
    expect(line.has(/^SIP\/2.0 200[^]*CSeq: 1 INVITE/)).toBe(true)
  })

  test('and is answered long after it was taken back, is acknowledged, and put right', async () => {
    const { line, send } = await ourTalking()

    await send({ type: 'offer', attempt: 1, terms: { hold: true, video: 'off', restarts: 0 } })
    const offer = await line.next(/^INVITE/)
    line.receive(reply(offer, 100))
    await vi.advanceTimersByTimeAsync(minutes)
    line.receive(reply(offer, 200, { body: description('far', 'recvonly') }))
    await turns()

    expect(field(await line.next(/^ACK/), 'CSeq')).toBe(field(offer, 'CSeq').replace('INVITE', 'ACK'))
    expect(bodyIn(await line.next(/^INVITE/))).toContain('a=sendrecv')
  })

  test('is acknowledged after a reconnect, should the answer be what got lost', async () => {
    const { line, send, transport } = await ourTalking()
    await send({ type: 'offer', attempt: 1, terms: { hold: true, video: 'off', restarts: 0 } })
    const offer = await line.next(/^INVITE/)

    line.drop()
    transport.send({ type: 'connect', attempt: 2 })
    await turns()
    await send({ type: 'verify', attempt: 1 })

    expect(field(await line.next(/^ACK/), 'CSeq')).toBe(field(offer, 'CSeq').replace('INVITE', 'ACK'))
  })
})

describe('the peer’s offer while we hold', () => {
  test('opens the call again in JsSIP', async () => {
    const { line, session, invite } = await rawTalking()
    session.hold()
    await turns()
    line.receive(reply(await line.next(/^INVITE/), 200, { body: description('far', 'recvonly') }))
    await turns()

    line.receive(ask('INVITE', invite, { body: description('far') }))
    await turns()

    expect(session.isOnHold().local).toBe(true)
    stillBroken(bodyIn(await line.next(/^SIP\/2.0 200/))).toContain('a=sendrecv')
  })

  test.each([
    ['an offer', description('far')],
    ['the wish for an offer', '']
  ])('which is %s is met with our hold', async (_, body) => {
    const { line, leg, invite } = await ourTalking()
    // the chart's answer, in the same breath
    leg.events.subscribe(({ type }) => {
      if (type === 'leg.offer.received') leg.send({ type: 'accept', hold: true })
    })

    line.receive(ask('INVITE', invite, { body }))
    await turns()

    expect(bodyIn(await line.next(/^SIP\/2.0 200/))).toContain('a=sendonly')
  })
})

describe('an offer of the peer’s that cannot be read', () => {
  test('is refused by JsSIP, and reported as answered', async () => {
    const { line, session, invite } = await rawTalking()
    let isAnswered = false
    session.on('reinvite', (event: { callback?: () => void }) => {
      event.callback = () => {
        isAnswered = true
      }
    })

    line.receive(ask('INVITE', invite, { body: broken }))
    await turns()

    expect(line.has(/^SIP\/2.0 488/)).toBe(true)
    stillBroken(isAnswered).toBe(true)
  })

  test('is refused, which is said', async () => {
    const { line, invite, events } = await ourTalking()

    line.receive(ask('INVITE', invite, { body: broken }))
    await turns()

    expect(line.has(/^SIP\/2.0 488/)).toBe(true)
    expect(events.slice(-2)).toMatchObject([{ type: 'leg.offer.received' }, { type: 'leg.offer.failed' }])
  })
})

describe('the microphone when the peer ends its hold', () => {
  async function heldAndResumed({ line, invite }: { line: Line; invite: string }) {
    for (const [index, direction] of ['sendonly', 'sendrecv'].entries()) {
      line.receive(ask('INVITE', invite, { body: description('far', direction), cseq: index + 1 }))
      await turns()
      line.receive(ask('ACK', invite, { cseq: index + 1 }))
      await turns()
    }
  }

  test('is opened by JsSIP, whoever has closed it', async () => {
    const call = await rawTalking()
    const [track] = call.stream.getAudioTracks()
    Object.assign(track ?? {}, { enabled: false })

    await heldAndResumed(call)

    stillBroken(track?.enabled).toBe(true)
  })

  test('stays as it is', async () => {
    const call = await ourTalking()
    const [track] = call.stream.getAudioTracks()
    Object.assign(track ?? {}, { enabled: false })

    await heldAndResumed(call)

    expect(track?.enabled).toBe(false)
  })
})
