import { firstValueFrom } from 'rxjs'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SipEmulatedCall, SipEmulator, SipEmulatorOptions } from '../../../../adapters/sip/emulator.ts'
import { loadNodeWebRtc } from '../../../../src/testing/webrtc.ts'
import { field, request, response } from './raw-client.ts'
import type { Parts, RawClient } from './raw-client.ts'
import { following, INVITE, join, start, statusOf } from './scene.ts'
import { eventually } from '../../../support/eventually.ts'

const webRtc = await loadNodeWebRtc()
const SDP = 'Content-Type: application/sdp'

const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4)

/** A connection of the client's own and its offer. */
async function offering(): Promise<{ connection: RTCPeerConnection; sdp: string }> {
  const connection = new webRtc.RTCPeerConnection()
  onTestFinished(() => connection.close())
  connection.addTransceiver('audio')
  await connection.setLocalDescription(await connection.createOffer())
  return { connection, sdp: connection.localDescription?.sdp ?? '' }
}

interface Scene {
  readonly server: SipEmulator
  readonly alice: RawClient
  readonly call: SipEmulatedCall
  readonly invite: string
}

/** Alice's INVITE stands before bob, who waits to be steered. */
async function offered(parts: Parts = {}, options: SipEmulatorOptions = {}): Promise<Scene> {
  const server = await start(options)
  const alice = await join(server, 'alice')
  server.party('bob')
  const next = firstValueFrom(server.calls$)
  const invite = request({ ...INVITE, ...parts, headers: [...(INVITE.headers ?? []), ...(parts.headers ?? [])] })
  alice.send(invite)
  return { server, alice, invite, call: await next }
}

/** The call stands; `inside` makes the next request in it. */
async function established(sdp: string) {
  const scene = await offered({ headers: [SDP], body: sdp, cseq: 10 })
  await scene.call.answer()
  const answer = await scene.alice.next(/^SIP\/2\.0 200[^]*CSeq: 10 INVITE/)
  const dialog = {
    uri: 'sip:bob@parties.invalid;transport=ws',
    from: '<sip:alice@example.test>;tag=caller',
    to: field(answer, 'To'),
    callId: scene.call.id
  }
  scene.alice.send(request({ ...dialog, method: 'ACK', cseq: 10 }))
  await scene.call.reaches('established')
  const inside = (parts: Parts) => request({ ...dialog, ...parts })
  return { ...scene, answer, inside }
}

const CONTACT = 'Contact: <sip:alice@example.test;gr=urn:uuid:alice>'

describe('a call before it is answered', () => {
  test('is refused when the party has no media, and the trace says so', async () => {
    const { sdp } = await offering()
    const { server, alice, call } = await offered({ headers: [SDP], body: sdp }, { RTCPeerConnection: null })

    await expect(call.answer()).rejects.toThrow('cannot take the offer')

    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6][^]*INVITE/))).toBe('488 Not Acceptable Here')
    expect(server.trace.find(({ fault }) => fault)?.fault).toContain('Parties have no media')
  })

  test.each(['nonsense', 'v=0\r\ns=-\r\n', 'm=audio 9 nonsense'])('is refused when its offer is %j', async (body) => {
    const { alice, call } = await offered({ headers: [SDP], body })

    await expect(call.answer()).rejects.toThrow('cannot take the offer')

    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6][^]*INVITE/))).toBe('488 Not Acceptable Here')
  })

  test('is refused when it requires what the party does not know', async () => {
    const server = await start()
    const alice = await join(server, 'alice')
    server.party('bob')
    alice.send(request({ ...INVITE, headers: [...(INVITE.headers ?? []), 'Require: 100rel'] }))

    const refusal = await alice.next(/^SIP\/2\.0 [2-6][^]*INVITE/)

    expect([statusOf(refusal), field(refusal, 'Unsupported')]).toEqual(['420 Bad Extension', '100rel'])
  })

  test('is refused when its offer is written in another language', async () => {
    const server = await start()
    const alice = await join(server, 'alice')
    server.party('bob')
    alice.send(request({ ...INVITE, headers: [...(INVITE.headers ?? []), 'Content-Type: text/plain'], body: 'hello' }))

    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6][^]*INVITE/))).toBe('415 Unsupported Media Type')
  })

  test('is over once it was taken back, and can be steered no more', async () => {
    const { alice, invite, call } = await offered()
    await call.ring()
    alice.send(following(invite, 'CANCEL'))

    await call.reaches('ended')

    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6][^]*INVITE/))).toBe('487 Request Terminated')
    await expect(call.ring()).rejects.toThrow('answered or over')
    await expect(call.hold()).rejects.toThrow('not established but ended')
  })

  test('can be answered with an offer, which the ACK answers', async () => {
    const { alice, call } = await offered({ cseq: 10 })
    await call.answer()
    const answer = await alice.next(/^SIP\/2\.0 200[^]*INVITE/)
    const { connection } = await offering()
    await connection.setLocalDescription({ type: 'rollback' })
    await connection.setRemoteDescription({ type: 'offer', sdp: bodyOf(answer) })
    await connection.setLocalDescription(await connection.createAnswer())

    alice.send(
      request({
        method: 'ACK',
        uri: 'sip:bob@parties.invalid;transport=ws',
        from: '<sip:alice@example.test>;tag=caller',
        to: field(answer, 'To'),
        callId: call.id,
        cseq: 10,
        headers: [SDP],
        body: connection.localDescription?.sdp ?? ''
      })
    )

    await call.reaches('established')
  })

  test('is answered again and again until that is acknowledged', async () => {
    const { sdp } = await offering()
    const { alice, call } = await offered({ headers: [SDP], body: sdp })

    await call.answer()

    await alice.next(/^SIP\/2\.0 200[^]*INVITE/)
    await alice.next(/^SIP\/2\.0 200[^]*INVITE/)
    expect(call.state).toBe('offered')
  })
})

describe('a call that stands', () => {
  test('takes an UPDATE without description as a sign of life', async () => {
    const { alice, call, inside } = await established((await offering()).sdp)

    alice.send(inside({ method: 'UPDATE', cseq: 11, headers: [CONTACT] }))

    expect(statusOf(await alice.next(/CSeq: 11/))).toBe('200 OK')
    expect(call.held).toBe(false)
  })

  test.each([
    ['application/dtmf-relay', 'Signal= 5\r\nDuration= 100\r\n', '5'],
    ['application/dtmf-relay', 'Signal=#\r\n', '#'],
    ['application/dtmf', 'a', 'A'],
    ['application/dtmf', 'what', ''],
    ['text/plain', '5', '']
  ])('reads from %s %j the digit %j', async (type, body, digit) => {
    const { alice, call, inside } = await established((await offering()).sdp)

    alice.send(inside({ method: 'INFO', cseq: 11, headers: [`Content-Type: ${type}`], body }))

    expect(statusOf(await alice.next(/CSeq: 11/))).toBe('200 OK')
    expect(call.digits).toBe(digit)
  })

  test('refuses offers for as long as it is told to, and goes on', async () => {
    const { sdp } = await offering()
    const { alice, call, inside } = await established(sdp)
    const reinvite = (cseq: number) => inside({ method: 'INVITE', cseq, headers: [CONTACT, SDP], body: sdp })
    call.refuseOffers(488)
    alice.send(reinvite(11))
    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6][^]*CSeq: 11/))).toBe('488 Not Acceptable Here')

    call.acceptOffers()
    alice.send(reinvite(12))

    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6][^]*CSeq: 12/))).toBe('200 OK')
    expect(call.state).toBe('established')
  })

  test('refuses an offer that meets its own', async () => {
    const { sdp } = await offering()
    const { alice, call, inside } = await established(sdp)
    const holding = call.hold()
    const its = await alice.next(/^INVITE/)

    alice.send(inside({ method: 'INVITE', cseq: 11, headers: [CONTACT, SDP], body: sdp }))
    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6][^]*CSeq: 11/))).toBe('491 Request Pending')
    alice.send(response(its, '491 Request Pending'))

    await expect(holding).rejects.toThrow('491 Request Pending')
    expect(call.state).toBe('established')
  })

  test('describes each time the same session in a newer version', async () => {
    const { sdp } = await offering()
    const { alice, answer, inside } = await established(sdp)

    alice.send(inside({ method: 'INVITE', cseq: 11, headers: [CONTACT, SDP], body: sdp }))
    const again = await alice.next(/^SIP\/2\.0 200[^]*CSeq: 11/)

    expect(/^o=.*/m.exec(answer)?.[0]).toBe('o=- 1 1 IN IP4 127.0.0.1')
    expect(/^o=.*/m.exec(again)?.[0]).toBe('o=- 1 2 IN IP4 127.0.0.1')
  })

  test('refuses what comes out of order, and what belongs to no call', async () => {
    const { alice, inside } = await established((await offering()).sdp)

    alice.send(inside({ method: 'INFO', cseq: 3 }))
    alice.send(inside({ method: 'INFO', cseq: 12, to: '<sip:bob@example.test>;tag=other' }))
    alice.send(inside({ method: 'REFER', cseq: 13 }))

    expect(statusOf(await alice.next(/CSeq: 3 /))).toBe('500 CSeq Out Of Order')
    expect(statusOf(await alice.next(/CSeq: 12 /))).toBe('481 Call/Transaction Does Not Exist')
    expect(statusOf(await alice.next(/CSeq: 13 /))).toBe('405 Method Not Allowed')
  })

  test('hangs up when its answer is never acknowledged', async () => {
    const { sdp } = await offering()
    const { alice, call } = await offered({ headers: [SDP], body: sdp }, { transactionTimeout: 400 })
    await call.answer()

    await alice.next(/^BYE/)

    await call.reaches('ended')
  })
})

describe('a call of the party', () => {
  test('stands with the device that answers first; the other is hung up on', async () => {
    const server = await start()
    const [desk, mobile] = [await join(server, 'alice', 'desk'), await join(server, 'alice', 'mobile')]
    const call = await server.call('alice')
    const [atDesk, atMobile] = [await desk.next(/^INVITE/), await mobile.next(/^INVITE/)]
    const answer = async (device: RawClient, invite: string, name: string) => {
      const connection = new webRtc.RTCPeerConnection()
      onTestFinished(() => connection.close())
      await connection.setRemoteDescription({ type: 'offer', sdp: bodyOf(invite) })
      await connection.setLocalDescription(await connection.createAnswer())
      const headers = [`Contact: <sip:alice@${name}.invalid>`, SDP]
      device.send(response(invite, '200 OK', headers, name, connection.localDescription?.sdp))
    }

    await answer(desk, atDesk, 'desk')
    await answer(mobile, atMobile, 'mobile')

    await Promise.all([desk.next(/^ACK/), mobile.next(/^ACK/), mobile.next(/^BYE/), call.reaches('established')])
    expect(desk.received.some((text) => text.startsWith('BYE'))).toBe(false)
  })

  test('ends when nobody answers', async () => {
    const server = await start({ transactionTimeout: 30 })
    await join(server, 'alice')

    const call = await server.call('alice')

    await call.reaches('ended')
  })

  test('tells every state it goes through', async () => {
    const server = await start()
    const alice = await join(server, 'alice')
    const call = await server.call('alice')
    const seen: string[] = []
    call.state$.subscribe((state) => seen.push(state))

    const invite = await alice.next(/^INVITE/)
    alice.send(response(invite, '180 Ringing'))
    await call.reaches('ringing')
    alice.send(response(invite, '603 Decline'))
    await call.reaches('ended')

    expect(seen).toEqual(['offered', 'ringing', 'ended'])
    await eventually(() => expect(alice.received.some((text) => text.startsWith('ACK'))).toBe(true))
  })
})
