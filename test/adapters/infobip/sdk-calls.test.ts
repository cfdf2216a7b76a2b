/** `InfobipRTC` as Infobip documents it: what can be done to a call, and calls that come in. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CallStatus, IncomingCall } from '../../../adapters/infobip/index.ts'
import { soon } from '../../contract/scene.ts'
import { Phones } from './support/phones.ts'

let phones: Phones
beforeAll(async () => {
  phones = await Phones.start()
})
afterAll(() => phones.server.stop())

describe('a call', { timeout: 20_000 }, () => {
  test('can be muted in the moment it is placed', async () => {
    const { phone } = await phones.connected()
    phones.server.party('bob')

    const call = phone.call('bob')
    await call.mute(true)

    expect(call.muted()).toBe(true)
  })

  test('is muted and unmuted', async () => {
    const { call, there, names } = await phones.outgoing(await phones.connected())
    await there.answer()
    await soon(() => names().includes('established'), 'established')

    await call.mute(true)
    expect(call.muted()).toBe(true)
    await call.mute(false)
    expect(call.muted()).toBe(false)
  })

  test('sends digits, and says when it cannot', async () => {
    const { call, there, names } = await phones.outgoing(await phones.connected())
    await expect(call.sendDTMF('1')).rejects.toMatchObject({ id: expect.anything() as unknown })
    await there.answer()
    await soon(() => names().includes('established'), 'established')

    await call.sendDTMF('12#')
    await soon(() => there.digits === '12#', 'the digits arrive')
    await expect(call.sendDTMF('x')).rejects.toMatchObject({ id: '5073', name: 'INVALID_DTMF_TONE' })
  })

  test('has no video unless somebody sends some', async () => {
    const { call } = await phones.outgoing(await phones.connected())

    expect([call.hasLocalVideo(), call.hasRemoteVideo()]).toEqual([false, false])
  })
})

describe('"incoming-call"', { timeout: 20_000 }, () => {
  test('brings an IncomingCall, whatever a handler takes it for', async () => {
    const alice = await phones.connected('taker')

    const { call } = await phones.incoming(alice)

    const caller = { identity: 'bob', displayName: 'Bob' }
    expect(call).toBeInstanceOf(IncomingCall)
    expect(call).toMatchObject({ caller, customData: { order: '42' } })
    expect(call.incomingCall).toBe(call)
    expect([call.source(), call.destination()]).toEqual([caller, { identity: 'taker', displayName: 'Alice Example' }])
    expect(call.status()).toBe(CallStatus.CALLING)
  })

  test.each(['accept', 'answer'] as const)('is answered by %s(), once', async (method) => {
    const { call, there, names } = await phones.incoming(await phones.connected())

    call[method]()
    call[method]()

    await there.reaches('established')
    await soon(() => names().includes('established'), 'established')
    await there.hangup()
    await soon(() => names().includes('hangup'), 'hangup')
    expect(names()).toEqual(['established', 'hangup'])
  })

  test('is declined by decline()', async () => {
    const { call, there, last } = await phones.incoming(await phones.connected())

    call.decline()
    call.decline()

    await there.reaches('ended')
    await soon(() => last(), 'hangup')
    expect(last()).toMatchObject({ status: { id: 0 } })
    expect(call.status()).toBe(CallStatus.FINISHED)
  })

  test('is hung up by the caller before it was answered', async () => {
    const { call, there, last } = await phones.incoming(await phones.connected())

    await there.hangup()

    await soon(() => last(), 'hangup')
    expect(last()).toEqual({ status: { id: 0, name: 'NO_ERROR', description: 'No Error.' } })
    expect(call.status()).toBe(CallStatus.FINISHED)
  })

  test('that cannot be answered for want of a microphone ends with "error", for the caller too', async () => {
    const mediaDevices = { getUserMedia: () => Promise.reject(new DOMException('No', 'NotAllowedError')) }
    const { call, there, told } = await phones.incoming(await phones.connected(undefined, { mediaDevices }))

    call.accept()

    await there.reaches('ended')
    expect(told).toMatchObject([['error', { status: { id: '5081', name: 'PERMISSION_DENIED' } }]])
  })
})
