/** One account at the port: connecting, registering, being silent, coming back. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ourCalled, ourPhone } from '../../contract/sip/paper-phones.ts'
import type { OurPhone } from '../../contract/sip/paper-phones.ts'
import { granted, registered } from '../../contract/sip/paper-account.ts'
import { field, reply } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

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
    line.receive(reply(await line.next(/^OPTIONS sip:example\.test SIP/), status))

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
