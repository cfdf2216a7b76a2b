/** `InfobipRTC` as Infobip documents it: being connected, and every event of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soon } from '../../contract/scene.ts'
import { Phones } from './support/phones.ts'

let phones: Phones
beforeAll(async () => {
  phones = await Phones.start()
})
afterAll(() => phones.server.stop())

describe('connect()', { timeout: 20_000 }, () => {
  test('leads to "connected", with our identity', async () => {
    const { told } = await phones.connected('alice')

    expect(told).toEqual([['connected', { identity: 'alice' }]])
  })

  test('throws unless OFFLINE', async () => {
    const { phone } = phones.rtc()
    const connecting = phone.connect()

    const message = 'Cannot connect, required status is OFFLINE, current status is'
    expect(() => phone.connect()).toThrow(`${message} CONNECTING.`)
    await connecting
    expect(() => phone.connect()).toThrow(`${message} ONLINE.`)
  })

  test('fails with a token that is not good, and "disconnected" says why', async () => {
    const { phone, told } = phones.rtc('mallory', { token: 'not.a.token' })

    await expect(phone.connect()).rejects.toMatchObject({ code: 'registration.unauthorized' })

    expect(told).toEqual([['disconnected', { reason: expect.stringMatching(/./) as string }]])
  })

  test('fails when all attempts have', async () => {
    const quick = { setTimeout: (act: () => void, ms: number) => setTimeout(act, ms > 1_000 ? ms : 0) }
    const clock = { ...quick, clearTimeout: (id: never) => clearTimeout(id) }
    const { phone, told } = phones.rtc('lonely', { url: 'ws://127.0.0.1:1', clock })

    await expect(phone.connect()).rejects.toMatchObject({ code: 'connection.exhausted' })

    expect(told).toEqual([['disconnected', { reason: 'Connection error.' }]])
  })

  test('works again after "disconnected"', async () => {
    const { phone, names } = await phones.connected()
    phone.disconnect()
    await soon(() => names().includes('disconnected'), 'disconnected')

    await phone.connect()

    expect(names()).toEqual(['connected', 'disconnected', 'connected'])
  })
})

describe('disconnect()', { timeout: 20_000 }, () => {
  test('throws unless ONLINE', () => {
    const { phone } = phones.rtc()

    expect(() => phone.disconnect()).toThrow('Cannot disconnect, required status is ONLINE, current status is OFFLINE.')
    void phone.connect()
    expect(() => phone.disconnect()).toThrow('current status is CONNECTING.')
  })

  test('hangs up, and leads to "disconnected"', async () => {
    const alice = await phones.connected()
    const { there, names } = await phones.outgoing(alice)

    alice.phone.disconnect()

    await soon(() => alice.names().includes('disconnected'), 'disconnected')
    expect(alice.told.at(-1)).toEqual(['disconnected', { reason: '' }])
    expect(names()).toEqual(['hangup'])
    await there.reaches('ended')
  })
})

describe('on()', { timeout: 20_000 }, () => {
  test('throws for an event there is not', async () => {
    const { phone } = await phones.connected()

    expect(() => phone.on('conected' as 'connected', () => {})).toThrow('Unknown event: conected!')
    phones.server.party('bob')
    expect(() => phone.call('bob').on('toString' as 'hangup', () => {})).toThrow('Unknown event: toString!')
  })

  test('tells of "reconnecting" and "reconnected", and of the call that went with the connection before', async () => {
    const alice = await phones.connected()
    const { last } = await phones.outgoing(alice)
    const order: unknown[] = []
    alice.phone.on('reconnecting', () => order.push(last()))

    phones.server.drop(alice.user)

    await soon(() => alice.names().includes('reconnected'), 'reconnected')
    expect(alice.told.slice(1)).toEqual([
      ['reconnecting', {}],
      ['reconnected', {}]
    ])
    expect(order).toEqual([{ status: { id: 5050, name: 'EC_CONNECTION_ERROR', description: 'Connection error.' } }])
  })

  test('tells of "missed-call" when somebody calls meanwhile, and of nothing else', async () => {
    const alice = await phones.connected('busy-alice')
    const { there, names } = await phones.outgoing(alice)
    await there.answer()
    await soon(() => names().includes('established'), 'established')
    const second = {
      event: 'call',
      callId: 'second',
      caller: { identity: 'carol', displayName: 'Carol' },
      description: { type: 'offer', sdp: 'v=0\r\n' }
    }

    phones.server.inject('busy-alice', JSON.stringify(second))

    await soon(() => alice.names().includes('missed-call'), 'missed')
    expect(alice.told.at(-1)).toEqual(['missed-call', { caller: { identity: 'carol', displayName: 'Carol' } }])
    expect(alice.names()).not.toContain('incoming-call')
    expect(names()).toEqual(['established'])
    await soon(() => phones.server.trace.some(({ text }) => /"second".*"decline".*486/.test(text)), 'declined as busy')
  })
})
