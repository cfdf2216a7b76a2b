/** A call whose connection was lost and is back: is it still there, and what was left unsaid. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { reconnected, registered } from '../../contract/sip/paper-account.ts'
import { ourPhone, ourTalking, turns } from '../../contract/sip/paper-phones.ts'
import type { OurCall, OurPhone } from '../../contract/sip/paper-phones.ts'
import { bodyIn, description, field, reply } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a call, after its connection came back,', () => {
  async function lost(parameters = ''): Promise<OurCall> {
    const phone = await ourPhone()
    await registered(phone, 1, parameters)
    const leg = phone.transport.leg('call')
    const call: OurCall = Object.assign(await ourTalkingOn(phone, leg), { leg })
    phone.line.drop()
    await reconnected(phone, 2)
    await registered(phone, 2, parameters)
    return call
  }
  const gruu = ';pub-gruu="sip:alice@example.test;gr=urn:uuid:1"'

  test('is asked after by an empty UPDATE where the server finds us by name', async () => {
    const { line, send, events } = await lost(gruu)

    await send({ type: 'verify', attempt: 1 })
    const update = await line.next(/^UPDATE/)
    expect(bodyIn(update)).toBe('')
    expect(field(update, 'Contact')).toContain(';gr=')
    line.receive(reply(update, 200))

    expect(events.at(-1)).toEqual({ type: 'leg.verified', attempt: 1 })
  })

  test.each([
    [405, 'leg.verified'],
    [501, 'leg.verified'],
    [481, 'leg.gone'],
    [480, 'leg.answered'],
    [503, 'leg.answered'],
    [408, 'leg.answered']
  ])('and asked after is answered with %i: %s', async (status, type) => {
    const { line, send, events } = await lost(gruu)

    await send({ type: 'verify', attempt: 1 })
    line.receive(reply(await line.next(/^UPDATE/), status))

    expect(events.at(-1)?.type).toBe(type)
  })

  test('is asked after again soon where the peer is not back yet either', async () => {
    const { line, send, events } = await lost(gruu)

    await send({ type: 'verify', attempt: 1 })
    line.receive(reply(await line.next(/^UPDATE/), 480))
    await vi.advanceTimersByTimeAsync(500)
    line.receive(reply(await line.next(/^UPDATE/), 200))

    expect(events.at(-1)).toEqual({ type: 'leg.verified', attempt: 1 })
  })

  test('is asked after once at a time', async () => {
    const { line, send } = await lost(gruu)

    await send({ type: 'verify', attempt: 1 })
    const first = await line.next(/^UPDATE/)
    await send({ type: 'verify', attempt: 2 })
    const second = await line.next(/^UPDATE/)
    line.receive(reply(first, 480))
    line.receive(reply(second, 480))
    await vi.advanceTimersByTimeAsync(500)

    await line.next(/^UPDATE/)
    expect(line.sent.filter((message) => message.startsWith('UPDATE'))).toHaveLength(3)
  })

  test('is offered anew where the server knew us by our connection', async () => {
    const { line, send, events } = await lost()

    await send({ type: 'verify', attempt: 1 })
    const offer = await line.next(/^INVITE/)
    expect(bodyIn(offer)).toContain('a=sendrecv')
    line.receive(reply(offer, 200, { body: description('far') }))
    await turns()

    expect(events.at(-1)).toEqual({ type: 'leg.verified', attempt: 1 })
  })

  test('is offered anew once more when both came back at the same moment', async () => {
    const { line, send, events } = await lost()

    await send({ type: 'verify', attempt: 1 })
    line.receive(reply(await line.next(/^INVITE/), 491))
    await turns()
    expect(events.at(-1)?.type).toBe('leg.answered')
    await vi.advanceTimersByTimeAsync(4_000)
    line.receive(reply(await line.next(/^INVITE/), 200, { body: description('far') }))
    await turns()

    expect(events.at(-1)).toEqual({ type: 'leg.verified', attempt: 1 })
  })

  test('is ended there, too, when it was hung up meanwhile', async () => {
    const phone = await ourPhone()
    await registered(phone)
    const call = await ourTalkingOn(phone, phone.transport.leg('call'))
    phone.line.drop()

    await call.send({ type: 'hangup' })
    expect(call.events.at(-1)).toMatchObject({ type: 'leg.ended', end: { by: 'local', reason: 'hangup' } })
    call.leg.dispose()
    expect(phone.line.has(/^BYE/)).toBe(false)
    await reconnected(phone, 2)
    await registered(phone, 2)

    expect(phone.line.sent.filter((text) => text.startsWith('BYE'))).toHaveLength(1)
  })

  test('is ended there, too, by an account that never registers', async () => {
    const call = await ourTalking()
    call.line.drop()
    await call.send({ type: 'hangup' })

    await reconnected(call, 2)

    expect(call.line.has(/^BYE/)).toBe(true)
  })
})

async function ourTalkingOn(phone: OurPhone, leg: OurCall['leg']): Promise<OurCall> {
  const events: OurCall['events'] = []
  leg.events.subscribe((event) => events.push(event))
  leg.send({ type: 'dial', target: 'sip:bob@example.test' })
  await turns()
  const invite = await phone.line.next(/^INVITE/)
  phone.line.receive(reply(invite, 200, { body: description('far') }))
  await turns()
  const send: OurCall['send'] = async (command) => {
    leg.send(command)
    await turns()
  }
  return { ...phone, leg, events, invite, send } as OurCall
}
