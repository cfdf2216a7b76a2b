/** `InfobipRTC` as Infobip documents it: calls that are placed, and every event, state and error of them. */
import { firstValueFrom } from 'rxjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CallStatus, OutgoingCall } from '../../../adapters/infobip/index.ts'
import { soon } from '../../contract/scene.ts'
import { Phones, watch } from './support/phones.ts'

let phones: Phones
beforeAll(async () => {
  phones = await Phones.start()
})
afterAll(() => phones.server.stop())

describe('call() and callPhoneNumber()', { timeout: 20_000 }, () => {
  test('throw unless ONLINE', () => {
    const { phone } = phones.rtc()

    expect(() => phone.call('bob')).toThrow('Cannot call, required status is ONLINE, current status is OFFLINE.')
    expect(() => phone.callPhoneNumber('41793026727')).toThrow('Cannot callPhoneNumber, required status is ONLINE')
  })

  test('throw for a destination that is none, and while there is a call', async () => {
    const { phone } = await phones.connected()

    expect(() => phone.call('b b')).toThrow('Invalid destination.')
    expect(() => phone.call('+41793026727')).toThrow('Invalid destination.')
    expect(() => phone.callPhoneNumber('bob')).toThrow('Invalid destination.')
    phones.server.party('bob')
    phone.call('bob')
    expect(() => phone.call('bob')).toThrow('Call already in progress.')
  })

  test('give an OutgoingCall that tells how it goes, from the first moment to the last', async () => {
    const alice = await phones.connected('teller')
    const { call, there, told, names } = await phones.outgoing(alice)
    expect(call).toBeInstanceOf(OutgoingCall)
    expect(call.status()).toBe(CallStatus.CALLING)
    expect(call.source()).toEqual({ identity: 'teller', displayName: 'Alice Example' })
    expect(call.destination()).toEqual({ identity: 'bob', displayName: null })
    expect([call.id(), call.correlationId()]).toEqual([there.id, expect.stringMatching(/^[\da-f-]{36}$/)])
    expect([call.duration(), call.establishTime(), call.endTime()]).toEqual([0, undefined, undefined])

    await there.ring()
    await there.answer()
    await soon(() => names().includes('established'), 'established')
    expect(told).toEqual([
      ['ringing', {}],
      ['established', { localStream: expect.anything() as unknown, remoteStream: expect.anything() as unknown }]
    ])
    expect(call.status()).toBe(CallStatus.ESTABLISHED)
    expect(call.establishTime()).toBeInstanceOf(Date)

    call.hangup()
    expect(call.status()).toBe(CallStatus.FINISHED)
    await soon(() => names().includes('hangup'), 'hangup')
    expect(told.at(-1)).toEqual(['hangup', { status: { id: 0, name: 'NO_ERROR', description: 'No Error.' } }])
    expect(call.endTime()).toBeInstanceOf(Date)
    expect(names()).toEqual(['ringing', 'established', 'hangup'])
  })

  test('tell of early media', async () => {
    const { there, names } = await phones.outgoing(await phones.connected())

    await there.ring({ earlyMedia: true })
    await soon(() => names().includes('early-media'), 'early media')
    await there.answer()

    await soon(() => names().includes('established'), 'established')
    expect(names()).toEqual(['early-media', 'established'])
  })

  test.each([
    [5002, 'EC_VOICE_USER_BUSY'],
    [5003, 'EC_VOICE_NO_ANSWER'],
    [5404, 'EC_VOICE_ERROR_DESTINATION_NOT_FOUND'],
    [5480, 'EC_VOICE_ERROR_TEMPORARILY_NOT_AVAILABLE']
  ])('tell by "hangup" with %i why it came to nothing', async (id, name) => {
    const { phone } = await phones.connected()
    phones.server.fault(`nobody-${id}`, { id })

    const { told } = watch(phone.call(`nobody-${id}`))

    await soon(() => told.length > 0, 'the end')
    expect(told).toEqual([['hangup', { status: { id, name, description: expect.any(String) as string } }]])
  })

  test('tell by "error" that the gateway failed, and by nothing else', async () => {
    const { phone } = await phones.connected()
    phones.server.fault('fails', { id: 5403, as: 'call-error' })

    const { told } = watch(phone.call('fails'))

    await soon(() => told.length > 0, 'the error')
    expect(told).toMatchObject([['error', { status: { id: 5403, name: 'EC_VOICE_ERROR_FORBIDDEN' } }]])
  })

  test.each([
    ['NotAllowedError', '5081', 'PERMISSION_DENIED'],
    ['NotFoundError', '5082', 'DEVICE_NOT_FOUND'],
    ['NotReadableError', '5083', 'DEVICE_NOT_AVAILABLE']
  ])('tell by "error" that the microphone is not to be had: %s', async (fault, id, name) => {
    const mediaDevices = { getUserMedia: () => Promise.reject(new DOMException('No', fault)) }
    const { phone } = await phones.connected(undefined, { mediaDevices })

    const { told } = watch(phone.call('bob'))

    await soon(() => told.length > 0, 'the error')
    expect(told).toMatchObject([['error', { status: { id, name } }]])
  })

  test('take from, video and audio', async () => {
    const asked: MediaStreamConstraints[] = []
    const mediaDevices = {
      getUserMedia(constraints: MediaStreamConstraints) {
        asked.push(constraints)
        return phones.webRtc.mediaDevices.getUserMedia({ audio: true })
      }
    }
    const { phone } = await phones.connected('optional', { mediaDevices })
    phones.server.party('bob')
    const next = firstValueFrom(phones.server.calls$)

    const call = phone.call('bob', { from: 'Support', video: true, audio: false })

    await next
    expect(asked).toEqual([{ audio: {}, video: { width: 640, height: 480 } }])
    expect(phones.server.trace.findLast(({ text }) => text.includes('"from"'))?.text).toContain('"from":"Support"')
    expect(call.muted()).toBe(true)
  })

  test('reach phones', async () => {
    const { phone } = await phones.connected()
    phones.server.party('41793026727', { do: 'answer' })

    const { names } = watch(phone.callPhoneNumber('41793026727', { from: '41793026731' }))

    await soon(() => names().includes('established'), 'established')
    expect(phones.server.trace.findLast(({ text }) => text.includes('pstn_call'))?.text).toContain(
      '"from":"41793026731"'
    )
  })

  test('are possible again from within "hangup"', async () => {
    const { phone } = await phones.connected()
    phones.server.fault('first', { id: 5002 })
    phones.server.party('second', { do: 'answer' })
    const names: string[] = []
    phone.call('first').on('hangup', () => {
      phone.call('second').on('established', () => names.push('established'))
    })

    await soon(() => names.length > 0, 'the second call is established')
  })

  test('outlive a handler that throws', async () => {
    const { phone } = await phones.connected()
    phones.server.fault('first', { id: 5002 })
    const reported = new Promise((resolve) => {
      const [listener] = process.listeners('uncaughtException')
      process.removeAllListeners('uncaughtException')
      process.once('uncaughtException', (error) => {
        if (listener) process.on('uncaughtException', listener)
        resolve(error)
      })
    })
    const call = phone.call('first')
    call.on('hangup', () => {
      throw new Error('not our fault')
    })
    const { names } = watch(call)

    await expect(reported).resolves.toMatchObject({ message: 'not our fault' })
    expect(names()).toEqual(['hangup'])
  })
})
