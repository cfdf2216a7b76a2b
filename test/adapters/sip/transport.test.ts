/** One account at the port: connecting, registering, being silent, coming back. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ourCalled, ourPhone, ourTalking, turns } from '../../contract/sip/paper-phones.ts'
import type { OurCall, OurPhone } from '../../contract/sip/paper-phones.ts'
import { bodyIn, description, field, reply } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function granted(request: string, parameters = '') {
  const contact = field(request, 'Contact').replace(/;expires=\d+/, '')
  return reply(request, 200).replace(/^Contact: .*$/m, `Contact: ${contact};expires=600${parameters}`)
}

async function registered(phone: OurPhone, attempt = 1, parameters = '') {
  phone.transport.send({ type: 'register', attempt })
  phone.line.receive(granted(await phone.line.next(/^REGISTER/), parameters))
  await turns()
}

async function reconnected(phone: OurPhone, attempt: number) {
  phone.transport.send({ type: 'connect', attempt })
  await turns()
}

const types = ({ told }: OurPhone) => told.map(({ type }) => type)

describe('a registration', () => {
  test.each([
    [401, 'registration.unauthorized', true],
    [403, 'registration.forbidden', true],
    [404, 'registration.forbidden', true],
    [500, 'registration.rejected', false],
    [503, 'registration.rejected', false],
    [480, 'registration.rejected', false]
  ])('that is refused with %i is %s, for good: %s', async (status, code, permanent) => {
    const { line, transport, told } = await ourPhone({ password: '' })

    transport.send({ type: 'register', attempt: 3 })
    line.receive(reply(await line.next(/^REGISTER/), status))

    expect(told.at(-1)).toMatchObject({
      type: 'transport.refused',
      attempt: 3,
      permanent,
      cause: { code, provider: { code: status } }
    })
  })

  test('that nobody answers is told as that', async () => {
    const { transport, told } = await ourPhone({ silence: 1_000_000 })

    transport.send({ type: 'register', attempt: 1 })
    await vi.advanceTimersByTimeAsync(32_000)

    expect(told.at(-1)).toMatchObject({ type: 'transport.refused', cause: { code: 'registration.timeout' } })
  })

  test('that is too short for the registrar is asked for again', async () => {
    const phone = await ourPhone({ expires: 30 })

    phone.transport.send({ type: 'register', attempt: 1 })
    const first = await phone.line.next(/^REGISTER/)
    phone.line.receive(reply(first, 423, { headers: ['Min-Expires: 120'] }))
    const second = await phone.line.next(/^REGISTER/)

    expect(field(first, 'Expires')).toBe('30')
    expect(field(second, 'Expires')).toBe('120')
  })

  test('that is taken back is told when the registrar says so', async () => {
    const phone = await ourPhone()
    await registered(phone)

    phone.transport.send({ type: 'unregister', attempt: 2 })
    const goodbye = await phone.line.next(/^REGISTER/)
    expect(types(phone)).toEqual(['transport.opened', 'transport.registered'])
    phone.line.receive(reply(goodbye, 200))

    expect(field(goodbye, 'Expires')).toBe('0')
    expect(phone.told.at(-1)).toEqual({ type: 'transport.unregistered', attempt: 2 })
  })

  test('that is taken back while it is on its way is taken back when it arrives', async () => {
    const phone = await ourPhone()
    phone.transport.send({ type: 'register', attempt: 1 })

    phone.transport.send({ type: 'unregister', attempt: 2 })
    expect(phone.told.at(-1)).toEqual({ type: 'transport.unregistered', attempt: 2 })
    phone.line.receive(granted(await phone.line.next(/^REGISTER/)))

    expect(field(await phone.line.next(/^REGISTER/), 'Expires')).toBe('0')
    expect(types(phone)).not.toContain('transport.registered')
  })
})

describe('a connection', () => {
  test('that is lost is told before anything that is lost with it', async () => {
    const phone = await ourPhone()
    phone.transport.send({ type: 'register', attempt: 1 })

    phone.line.drop()

    expect(types(phone).slice(0, 2)).toEqual(['transport.opened', 'transport.closed'])
    expect(phone.told[1]).toMatchObject({ attempt: 1, permanent: false, cause: { code: 'connection.lost' } })
  })

  test('on which nothing comes in for a while is told to be silent, again and again', async () => {
    const phone = await ourPhone({ silence: 1_000 })

    await vi.advanceTimersByTimeAsync(900)
    phone.line.receive('\r\n')
    await vi.advanceTimersByTimeAsync(900)
    expect(types(phone)).toEqual(['transport.opened'])
    await vi.advanceTimersByTimeAsync(1_100)

    expect(types(phone)).toEqual(['transport.opened', 'transport.silent', 'transport.silent'])
  })

  test.each([200, 404, 405, 503])('is proved by any answer at all (%i)', async (status) => {
    const { transport, line, told } = await ourPhone()

    transport.send({ type: 'probe', attempt: 5 })
    line.receive(reply(await line.next(/^OPTIONS/), status))

    expect(told.at(-1)).toEqual({ type: 'transport.proved', attempt: 5 })
  })

  test('is not proved by silence', async () => {
    const phone = await ourPhone({ silence: 1_000_000 })

    phone.transport.send({ type: 'probe', attempt: 5 })
    await vi.advanceTimersByTimeAsync(60_000)

    expect(types(phone)).toEqual(['transport.opened'])
  })

  test('answers the server that asks whether we are there', async () => {
    const { line } = await ourPhone()

    line.receive('\r\n\r\n')

    expect(line.has(/^\r\n$/)).toBe(true)
  })

  test.each([
    ['half a message', 'INVITE sip:alice@example.test SIP/2.0\r\nVia: SIP/2.0/WS x\r\n'],
    ['another protocol', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['a message that JsSIP chokes on', 'SIP/2.0 200 OK\r\nCSeq: x\r\n\r\n']
  ])('on which %s comes in says so, and lives', async (_, text) => {
    const phone = await ourPhone()

    phone.line.receive(text)
    phone.transport.send({ type: 'probe', attempt: 1 })
    phone.line.receive(reply(await phone.line.next(/^OPTIONS/), 200))

    expect(types(phone)).toEqual(['transport.opened', 'transport.garbage', 'transport.proved'])
  })

  test('that is given up takes a call that rings with it', async () => {
    const call = await ourCalled()

    call.transport.send({ type: 'disconnect' })

    expect(call.events).toMatchObject([{ type: 'leg.ended', end: { by: 'system', reason: 'network' } }])
  })
})

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
