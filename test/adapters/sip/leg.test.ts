/** One call at the port: what comes in on the wire, what is told, and what goes out. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ourCalled, ourDialled, ourPhone, ourTalking, turns } from '../../contract/sip/paper-phones.ts'
import type { OurCall } from '../../contract/sip/paper-phones.ts'
import { ask, bodyIn, description, field, reply } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const types = ({ events }: OurCall) => events.map(({ type }) => type)

describe('a call that is placed', () => {
  test('and redirected is not followed: the callee is not to be had here', async () => {
    const { line, invite, events } = await ourDialled()

    line.receive(reply(invite, '302 Moved Temporarily', { headers: ['Contact: <sip:elsewhere@example.test>'] }))

    expect(events).toEqual([
      { type: 'leg.rejected', end: { by: 'remote', reason: 'unavailable', code: 302, text: 'Moved Temporarily' } }
    ])
    await turns()
    expect(line.has(/^INVITE/)).toBe(false)
  })

  test('is refused with what the network behind the server says', async () => {
    const { line, invite, events } = await ourDialled()

    const headers = ['Reason: Q.850;cause=17;text="User busy"', 'Retry-After: 60']
    line.receive(reply(invite, '486 Busy Here', { headers }))

    expect(events.at(-1)).toEqual({
      type: 'leg.rejected',
      end: {
        by: 'remote',
        reason: 'busy',
        code: 486,
        text: 'Busy Here',
        provider: { code: 'Q.850 17', text: 'User busy' }
      }
    })
  })

  test('rings, with sound or without', async () => {
    const call = await ourDialled()

    call.line.receive(reply(call.invite, 180))
    call.line.receive(reply(call.invite, 183, { body: description('far') }))
    await turns()

    expect(call.events).toEqual([
      { type: 'leg.ringing', earlyMedia: false },
      { type: 'leg.ringing', earlyMedia: true }
    ])
  })

  test('acknowledges an answer as often as it comes', async () => {
    const call = await ourTalking()

    call.line.receive(reply(call.invite, 200, { body: description('far') }))
    call.line.receive(reply(call.invite, 200, { body: description('far') }))

    expect(call.line.sent.filter((text) => text.startsWith('ACK'))).toHaveLength(3)
    expect(types(call)).toEqual(['leg.answered'])
  })

  test('that is hung up as the peer hangs up ends once', async () => {
    const call = await ourTalking()

    await call.send({ type: 'hangup' })
    call.line.receive(ask('BYE', call.invite))
    await turns()

    expect(types(call)).toEqual(['leg.answered', 'leg.ended'])
  })

  test('asks for no session timer where the application wants none, and lets the peer keep one', async () => {
    const call = await ourTalking({ sessionExpires: false })
    expect(field(call.invite, 'Session-Expires')).toBe('')
    expect(field(call.invite, 'Supported')).not.toContain('timer')

    call.line.receive(ask('UPDATE', call.invite, { headers: ['Session-Expires: 90;refresher=uac'] }))
    await vi.advanceTimersByTimeAsync(600_000)

    expect(call.line.has(/^SIP\/2.0 200[^]*CSeq: 1 UPDATE/)).toBe(true)
    expect(types(call)).toEqual(['leg.answered'])
  })
})

describe('a call that comes in', () => {
  test('is missed when the caller says how long it may ring', async () => {
    const call = await ourCalled()
    const again = await ourPhone()
    again.line.receive(call.invite.replace('Content-Type', 'Expires: 5\r\nContent-Type'))
    await turns()
    const incoming = again.told.find((event) => event.type === 'transport.incoming')
    const told: unknown[] = []
    again.transport.leg(incoming?.leg ?? '').events.subscribe((event) => told.push(event))

    await vi.advanceTimersByTimeAsync(5_000)

    expect(told).toMatchObject([{ type: 'leg.ended', end: { by: 'system', reason: 'missed' } }])
  })

  test.each([
    ['', { type: 'leg.cancelled', answeredElsewhere: false }],
    ['SIP;cause=200;text="Call completed elsewhere"', { type: 'leg.cancelled', answeredElsewhere: true }]
  ])('is taken back, and tells why (%j)', async (reason, event) => {
    const call = await ourCalled()

    const cancel = call.invite
      .slice(0, call.invite.indexOf('Contact:'))
      .replaceAll('INVITE', 'CANCEL')
      .concat(reason === '' ? '' : `Reason: ${reason}\r\n`, 'Content-Length: 0\r\n\r\n')
    call.line.receive(cancel)

    expect(call.events).toEqual([event])
  })

  test('without an offer is answered with one of ours', async () => {
    const call = await ourCalled({}, '')

    await call.send({ type: 'answer' })
    const answer = await call.line.next(/^SIP\/2.0 200/)
    expect(bodyIn(answer)).toContain('m=audio')
    call.line.receive(ask('ACK', answer, { body: description('far') }))
    await turns()

    expect(types(call)).toEqual(['leg.answered'])
  })

  test('repeats its answer until it is confirmed, and gives up in the end', async () => {
    const call = await ourCalled()

    await call.send({ type: 'answer' })
    await vi.advanceTimersByTimeAsync(32_000)

    expect(call.line.sent.filter((text) => text.startsWith('SIP/2.0 200')).length).toBeGreaterThan(5)
    expect(call.events).toMatchObject([{ type: 'leg.ended', end: { by: 'system', reason: 'timeout' } }])
  })

  test.each([
    ['busy', 486],
    ['declined', 603],
    ['no-answer', 480],
    ['unavailable', 480]
  ] as const)('is rejected as %s with %i', async (reason, status) => {
    const call = await ourCalled()

    await call.send({ type: 'reject', reason })

    expect(call.line.has(new RegExp(`^SIP/2.0 ${status}`))).toBe(true)
  })
})
