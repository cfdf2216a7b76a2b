/**
 * Each work-around twice: JsSIP as it is, where the defect shows, and the adapter, where it does not. When JsSIP mends a
 * defect the first of the two fails and says so: then the work-around can go, and its tests with it.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PaperConnection } from '../../contract/sip/paper-connection.ts'
import {
  ourCalled,
  ourDialled,
  ourTalking,
  rawDialled,
  rawPhone,
  rawTalking,
  stillBroken,
  turns
} from '../../contract/sip/paper-phones.ts'
import { ask, broken, description, field, invitation, reply } from '../../contract/sip/scripted-line.ts'
import type { Line } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('an ICE restart of the peer’s', () => {
  /** Candidates take their time, as they do in a browser. */
  async function restarted({ line, invite, connection }: { line: Line; invite: string; connection: PaperConnection }) {
    line.receive(ask('INVITE', invite, { body: description('anew') }))
    await turns()
    const isEarly = line.has(/^SIP\/2.0 200/)
    connection.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: null }))
    await turns()
    return { isEarly, isAnswered: line.has(/^SIP\/2.0 200/) }
  }

  test('is answered by JsSIP before there are candidates', async () => {
    stillBroken(await restarted(await rawTalking())).toEqual({ isEarly: true, isAnswered: true })
  })

  test('is answered when there are', async () => {
    expect(await restarted(await ourTalking())).toEqual({ isEarly: false, isAnswered: true })
  })
})

describe('a call whose INVITE is numbered 0', () => {
  beforeEach(() => {
    const isNumbering = () => new Error().stack?.includes('new InitialOutgoingInviteRequest') === true
    vi.spyOn(Math, 'random').mockImplementation(() => (isNumbering() ? 0 : 0.5))
  })
  afterEach(() => void vi.restoreAllMocks())

  const numbersOf = ({ line, invite }: { line: Line; invite: string }) =>
    [invite, line.sent.findLast((text) => text.startsWith('ACK'))].map(
      (text) => field(text ?? '', 'CSeq').split(' ')[0]
    )

  test('is acknowledged by JsSIP under another number', async () => {
    const call = await rawTalking()

    stillBroken(numbersOf(call)).toEqual(['0', '5000'])
  })

  test('is numbered 1, and acknowledged so', async () => {
    expect(numbersOf(await ourTalking())).toEqual(['1', '1'])
  })
})

describe('a path that fails', () => {
  test('ends the call in JsSIP', async () => {
    const { connection, ended } = await rawTalking()

    connection.becomes('failed', 'failed')

    stillBroken(ended).toEqual(['RTP Timeout'])
  })

  test('is told, and the call goes on', async () => {
    const { connection, events, line } = await ourTalking()

    connection.becomes('failed', 'failed')

    expect(events.at(-1)).toEqual({ type: 'leg.path.failed' })
    expect(line.has(/^BYE/)).toBe(false)
  })
})

describe('a second device that answers', () => {
  async function answeredTwice({ line, invite }: { line: Line; invite: string }) {
    line.receive(reply(invite, 200, { tag: 'first', body: description('first') }))
    await turns()
    await line.next(/^ACK/)
    line.receive(reply(invite, 200, { tag: 'second', body: description('second') }))
    await turns()
  }

  test('ends the good call in JsSIP, and is never acknowledged', async () => {
    const call = await rawDialled()

    await answeredTwice(call)

    stillBroken(call.line.has(/^BYE sip:far@first/)).toBe(true)
    stillBroken(call.line.has(/^ACK sip:far@second/)).toBe(false)
  })

  test('is thanked and sent home, however often it answers', async () => {
    const call = await ourDialled()

    await answeredTwice(call)
    call.line.receive(reply(call.invite, 200, { tag: 'second', body: description('second') }))

    expect(call.line.has(/^BYE sip:far@first/)).toBe(false)
    expect(call.line.sent.filter((text) => text.startsWith('ACK sip:far@second'))).toHaveLength(2)
    expect(call.line.sent.filter((text) => text.startsWith('BYE sip:far@second'))).toHaveLength(1)
    expect(call.events.at(-1)).toEqual({ type: 'leg.answered' })
  })
})

describe('an answer that crosses our CANCEL', () => {
  test('is dropped by JsSIP: the callee talks to nobody', async () => {
    const { line, session, invite } = await rawDialled()
    line.receive(reply(invite, 180))
    await turns()

    session.terminate()
    line.receive(reply(invite, 200, { body: description('far') }))
    await turns()

    stillBroken(line.has(/^(ACK|BYE)/)).toBe(false)
  })

  test.each([[180], [100], [null]])('after %s is acknowledged and hung up', async (first) => {
    const { line, send, invite, events } = await ourDialled()
    if (first !== null) line.receive(reply(invite, first))
    await turns()

    await send({ type: 'hangup' })
    line.receive(reply(invite, 200, { body: description('far') }))
    line.receive(reply(invite, 200, { body: description('far') }))
    await turns()

    expect(line.sent.filter((text) => text.startsWith('ACK'))).toHaveLength(2)
    expect(line.sent.filter((text) => text.startsWith('BYE'))).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'leg.ended')).toHaveLength(1)
  })
})

describe('an answer that cannot be read', () => {
  test.each([[broken], ['']])('(%j) leaves the connection open in JsSIP', async (body) => {
    const { line, invite, connection, ended } = await rawDialled()

    line.receive(reply(invite, 200, { body }))
    await turns()

    expect(ended).toHaveLength(1)
    stillBroken(connection.signalingState).not.toBe('closed')
  })

  test.each([[broken], ['']])('(%j) ends the call, tells the callee, and closes everything', async (body) => {
    const { line, invite, connection, events } = await ourDialled()

    line.receive(reply(invite, 200, { body }))
    await turns()

    expect(events.at(-1)).toMatchObject({ type: 'leg.ended', end: { by: 'remote', reason: 'protocol' } })
    expect(line.has(/^ACK/)).toBe(true)
    expect(line.has(/^BYE/)).toBe(true)
    expect(connection.signalingState).toBe('closed')
  })
})

describe('a call that is refused', () => {
  const acknowledged = (invite: string) => {
    const head = invite.slice(0, invite.indexOf('Contact:')).replaceAll('INVITE', 'ACK')
    return head
      .replace('To: <sip:alice@example.test>', 'To: <sip:alice@example.test>;tag=any')
      .concat('Content-Length: 0\r\n\r\n')
  }

  test('leaves a timer in JsSIP', async () => {
    const { line, ua } = await rawPhone()
    const invite = invitation('sip:alice@example.test')
    ua.on('newRTCSession', ({ session }: { session: { terminate(): void } }) => session.terminate())
    line.receive(invite)
    await turns()

    line.receive(acknowledged(invite))
    await turns()

    stillBroken(vi.getTimerCount()).toBeGreaterThan(0)
  })

  test('leaves none', async () => {
    const { line, invite, send, transport } = await ourCalled()
    await send({ type: 'reject', reason: 'busy' })
    expect(line.has(/^SIP\/2.0 486/)).toBe(true)

    line.receive(acknowledged(invite))
    await turns()
    transport.dispose()
    await turns()

    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('WebRTC', () => {
  test('of another account in the same process is left alone', async () => {
    class Another extends PaperConnection {}

    await ourTalking({ RTCPeerConnection: Another as unknown as typeof RTCPeerConnection })
    const mine = PaperConnection.made.at(-1)
    await ourTalking()

    expect(mine).toBeInstanceOf(Another)
    expect(PaperConnection.made.at(-1)).not.toBeInstanceOf(Another)
  })
})
