/** `InfobipRTC` as Infobip documents it: what can be done to a call, and calls that come in. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
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

  test('sends the microphone that is chosen, and keeps the one before where there is no such one', async () => {
    const asked: unknown[] = []
    const { mediaDevices } = phones.webRtc
    const getUserMedia: typeof mediaDevices.getUserMedia = (constraints) => {
      const { deviceId } = (constraints?.audio ?? {}) as { readonly deviceId?: { readonly exact?: string } }
      asked.push(deviceId?.exact)
      if (deviceId?.exact === 'none') return Promise.reject(new DOMException('No such one', 'NotFoundError'))
      return mediaDevices.getUserMedia({ audio: true })
    }
    const alice = await phones.connected(undefined, { mediaDevices: { getUserMedia } })
    const { call, there, names } = await phones.outgoing(alice)
    await there.answer()
    await soon(() => names().includes('established'), 'established')

    await call.setAudioInputDevice('headset')
    await expect(call.setAudioInputDevice('none')).rejects.toMatchObject({ id: '5082', name: 'DEVICE_NOT_FOUND' })

    expect(asked.slice(1)).toEqual(['headset', 'none'])
    expect(call.status()).toBe(CallStatus.ESTABLISHED)
  })

  test('says whether its caller has it recorded', async () => {
    const { call } = await phones.outgoing(await phones.connected())
    const { call: plain } = await phones.incoming(await phones.connected())
    const { call: recorded } = await phones.incoming(await phones.connected(), 'bob', { recording: true })

    expect([call.recording(), plain.recording(), recorded.recording()]).toEqual([false, false, true])
  })

  test('has no video unless somebody sends some', async () => {
    const { call } = await phones.outgoing(await phones.connected())

    expect([call.hasLocalVideo(), call.hasRemoteVideo()]).toEqual([false, false])
  })
})

describe('sendFeedback()', { timeout: 20_000 }, () => {
  test('reports what the user thinks of the call to the host that is given', async () => {
    const { url, reports } = await collector()
    const { call } = await phones.outgoing(await phones.connected('critic', { statsUrl: url }))

    call.sendFeedback({ score: 4, comment: 'A bit of an echo' })

    await soon(() => reports.length > 0, 'a report')
    const event = { event: 'call-feedback', callId: call.id(), data: { score: 4, comment: 'A bit of an echo' } }
    expect(reports).toEqual([
      {
        path: 'POST /webrtc/1/log',
        bearer: expect.stringMatching(/^Bearer .+/) as unknown,
        body: { logEvents: [{ ...event, timestamp: expect.any(Number) as unknown }] }
      }
    ])
  })

  test.each([0, 6, 2.5, '3', undefined])('throws for a score of %s', async (score) => {
    const { call } = await phones.outgoing(await phones.connected())

    expect(() => call.sendFeedback({ score: score as 5 })).toThrow('The score has to be a number from 1 to 5.')
  })

  test('harms nobody where no host is given, or none is there', async () => {
    const { call } = await phones.outgoing(await phones.connected())
    const { call: other } = await phones.outgoing(await phones.connected('lost', { statsUrl: 'http://127.0.0.1:9' }))

    expect(() => {
      call.sendFeedback({ score: 1 })
      other.sendFeedback({ score: 1 })
    }).not.toThrow()
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

interface Reported {
  readonly path: string
  readonly bearer: string | undefined
  readonly body: unknown
}

/** A host that collects reports. */
async function collector() {
  const reports: Reported[] = []
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      reports.push({ path: `${request.method} ${request.url}`, bearer: request.headers.authorization, body })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, reports }
}
