/** Offers in a real call that come to nothing: it goes on as it was, and is heard. SIPp plays the other side. */
import { expect, onTestFinished, test } from 'vitest'
import type { Policy } from '../../src/index.ts'
import { withPhones } from '../support/browser/stage.ts'
import {
  expectInviteToBeCancelled,
  expectRequest,
  play,
  reply,
  replyCancelledInCall,
  replyInCall
} from '../support/phones/scenario.ts'
import { until } from '../support/until.ts'

withPhones('a call goes on', (stage) => {
  /** A call with an exchange that has answered, and what that one does from then on. */
  async function callWith(steps: readonly string[], policy: Policy = {}) {
    const playing = await stage.server.exchange({
      calls: false,
      steps: [
        ...[expectRequest('INVITE'), reply(200, 'OK', { media: 'sendrecv' }), expectRequest('ACK'), play],
        ...steps,
        ...[expectRequest('BYE'), replyInCall(200, 'OK')]
      ]
    })
    onTestFinished(() => playing.stop())
    const phone = await stage.phone('alice', { policy })
    await phone.connect()
    await phone.dial('sip:5551234@example.test')
    await phone.shows({ status: 'established', path: 'connected' })

    const isAsBefore = async () => {
      await phone.shows({ status: 'established', hold: { local: 'active' }, negotiation: 'stable' })
      await phone.flows({ in: 'sound', out: 'packets' })
    }
    const ends = async () => {
      await phone.hangup()
      await playing.finished()
    }
    return { phone, isAsBefore, ends }
  }

  test.each([
    ['refuses to be held', 488, 'Not Acceptable Here'],
    ['fails over it', 500, 'Server Internal Error']
  ])('when the exchange %s', async (_, code, reason) => {
    const refused = [expectRequest('INVITE'), replyInCall(code, reason), expectRequest('ACK')]
    const { phone, isAsBefore, ends } = await callWith(refused)

    await expect(phone.hold()).rejects.toThrow(/negotiation\.rejected/)
    await isAsBefore()
    await ends()
  })

  test('when the exchange says nothing to being held', async () => {
    const { phone, isAsBefore, ends } = await callWith(
      [
        ...[expectInviteToBeCancelled, replyInCall(100, 'Trying'), expectRequest('CANCEL')],
        ...[replyCancelledInCall, expectRequest('ACK')],
        // whether it was heard is in doubt, so it is told what holds
        ...[expectRequest('INVITE'), replyInCall(200, 'OK', { media: 'sendrecv' }), expectRequest('ACK')]
      ],
      { deadlines: { offerDeadline: 2_000 } }
    )

    await expect(phone.hold()).rejects.toThrow(/negotiation\.timeout/)
    // JsSIP acknowledges only what it takes as the end of the offer
    const sent = () => phone.trace.filter(({ direction }) => direction === 'sent').map(({ text }) => text.split(' ')[0])
    const said = () => sent().filter((method) => method !== 'OPTIONS')
    await until(() => said().slice(-4).join() === 'CANCEL,ACK,INVITE,ACK', { what: 'agreement on what holds' })
    await isAsBefore()
    await ends()
  })

  test('when the browser cannot describe a hold, and it can be held afterwards', async () => {
    const { phone, isAsBefore, ends } = await callWith([
      ...[expectRequest('INVITE'), replyInCall(200, 'OK', { media: 'recvonly' }), expectRequest('ACK')]
    ])
    await phone.page.evaluate(() => {
      const real = Object.getOwnPropertyDescriptor(RTCPeerConnection.prototype, 'createOffer') ?? {}
      const once = () => {
        Object.defineProperty(RTCPeerConnection.prototype, 'createOffer', real)
        return Promise.reject(new DOMException('Out of codecs', 'OperationError'))
      }
      Object.defineProperty(RTCPeerConnection.prototype, 'createOffer', { ...real, value: once })
    })

    await expect(phone.hold()).rejects.toThrow(/negotiation\.failed/)
    await isAsBefore()
    await phone.hold()
    await phone.shows({ hold: { local: 'held' } })
    await ends()
  })
})
