/** A telephone exchange that nobody here wrote and that speaks plain RTP: SIPp, which plays a script to the letter. */
import { expect, onTestFinished, test } from 'vitest'
import { withPhones } from '../support/browser/stage.ts'
import type { Script } from '../support/phones/sipp.ts'
import {
  ask,
  expectHeader,
  expectInviteToBeCancelled,
  expectRequest,
  expectResponse,
  invite,
  pausePlaying,
  play,
  reply,
  replyCancelled,
  replyInCall,
  resumePlaying,
  wait
} from '../support/phones/scenario.ts'

const number = '5551234'

withPhones('a call with an exchange', (stage) => {
  async function exchange(script: Script, callee?: string) {
    const playing = await stage.server.exchange(script, callee)
    onTestFinished(() => playing.stop())
    return playing
  }
  async function alice() {
    const phone = await stage.phone('alice')
    await phone.connect()
    return phone
  }

  test('that it places is heard, held, resumed and ended by it', async () => {
    const phone = await alice()
    const playing = await exchange(
      {
        calls: true,
        steps: [
          ...[invite({ media: 'sendrecv' }), expectResponse(200), ask('ACK', { sequence: 1 }), play, wait(2_000)],
          ...[ask('INVITE', { sequence: 2, media: 'sendonly' }), expectResponse(200), ask('ACK', { sequence: 2 })],
          ...[pausePlaying, wait(2_000)],
          ...[ask('INVITE', { sequence: 3, media: 'sendrecv' }), expectResponse(200), ask('ACK', { sequence: 3 })],
          ...[resumePlaying, wait(2_500), ask('BYE', { sequence: 4 }), expectResponse(200)]
        ]
      },
      phone.user
    )

    await phone.shows({ status: 'ringing', remote: { address: 'sip:1001@exchange.test', displayName: 'Desk Phone' } })
    await phone.answer()
    await phone.shows({ status: 'established', path: 'connected' })
    await phone.flows({ in: 'sound', out: 'packets' })
    await phone.shows({ hold: { remote: 'held' } })
    await phone.flows({ in: 'nothing' })
    await phone.shows({ hold: { remote: 'active' } })
    await phone.flows({ in: 'sound', out: 'packets' })

    expect((await phone.shows({ status: 'ended' })).end).toMatchObject({ by: 'remote', reason: 'hangup' })
    await playing.finished()
  })

  test('that we place is announced before it is answered, takes keys and is ended by us', async () => {
    const phone = await alice()
    const playing = await exchange({
      calls: false,
      steps: [
        ...[expectRequest('INVITE'), reply(183, 'Session Progress', { media: 'sendrecv' }), play, wait(1_500)],
        ...[reply(200, 'OK', { media: 'sendrecv' }), expectRequest('ACK')],
        ...[expectRequest('BYE'), replyInCall(200, 'OK')]
      ]
    })

    await phone.dial(`sip:${number}@example.test`)
    await phone.shows({ status: 'ringing', earlyMedia: true })
    await phone.flows({ in: 'sound' })
    await phone.shows({ status: 'established', path: 'connected' })
    await phone.flows({ in: 'sound', out: 'packets' })
    const before = stage.server.bridge.keys
    await phone.dtmf('157', { method: 'rtp' })
    await expect.poll(() => stage.server.bridge.keys.slice(before.length)).toBe('157')

    await phone.hangup()
    await playing.finished()
  })

  test('that we hold is silent until we resume it', async () => {
    const phone = await alice()
    const playing = await exchange({
      calls: false,
      steps: [
        ...[
          expectRequest('INVITE'),
          reply(180, 'Ringing'),
          reply(200, 'OK', { media: 'sendrecv' }),
          expectRequest('ACK'),
          play
        ],
        ...[expectRequest('INVITE'), pausePlaying, replyInCall(200, 'OK', { media: 'recvonly' })],
        ...[expectRequest('ACK')],
        ...[expectRequest('INVITE'), replyInCall(200, 'OK', { media: 'sendrecv' }), expectRequest('ACK')],
        ...[resumePlaying, expectRequest('BYE'), replyInCall(200, 'OK')]
      ]
    })
    await phone.dial(`sip:${number}@example.test`)
    await phone.shows({ status: 'established', path: 'connected' })

    await phone.hold()
    await phone.flows({ in: 'nothing' })
    await phone.resume()
    await phone.flows({ in: 'sound', out: 'packets' })
    await phone.hangup()

    await playing.finished()
  })

  test('that is busy or unknown ends so', async () => {
    for (const [status, reason, end] of [
      [486, 'Busy Here', 'busy'],
      [404, 'Not Found', 'not-found']
    ] as const) {
      const phone = await alice()
      const playing = await exchange({
        calls: false,
        steps: [expectRequest('INVITE'), reply(status, reason), expectRequest('ACK')]
      })
      await phone.dial(`sip:${number}@example.test`)
      expect((await phone.shows({ status: 'ended' })).end).toMatchObject({ by: 'remote', reason: end, code: status })
      await playing.finished()
    }
  })

  test('that we cancel while it rings is over on both sides', async () => {
    const phone = await alice()
    const playing = await exchange({
      calls: false,
      steps: [
        ...[expectInviteToBeCancelled, reply(180, 'Ringing'), expectRequest('CANCEL')],
        ...[replyCancelled, expectRequest('ACK')]
      ]
    })
    await phone.dial(`sip:${number}@example.test`)
    await phone.shows({ status: 'ringing' })

    await phone.hangup()

    expect((await phone.shows({ status: 'ended' })).end).toMatchObject({ by: 'local', reason: 'cancelled' })
    await phone.page.sees('received', 'SIP/2.0 487')
    await phone.page.sees('sent', 'ACK ')
    await playing.finished()
  })

  test('is refreshed as often as the exchange asks (RFC 4028)', async () => {
    const phone = await alice()
    const often = { headers: ['Session-Expires: 3;refresher=uac', 'Require: timer'] }
    const playing = await exchange({
      calls: false,
      steps: [
        ...[expectRequest('INVITE'), reply(200, 'OK', { media: 'sendrecv', ...often }), expectRequest('ACK'), play],
        ...[expectRequest('UPDATE'), replyInCall(200, 'OK', often)],
        ...[expectRequest('UPDATE'), replyInCall(405, 'Method Not Allowed')],
        ...[expectRequest('INVITE'), replyInCall(200, 'OK', { media: 'sendrecv' }), expectRequest('ACK')],
        ...[expectRequest('BYE'), replyInCall(200, 'OK')]
      ]
    })
    await phone.dial(`sip:${number}@example.test`)
    await phone.shows({ status: 'established', path: 'connected' })

    await phone.page.sees('received', 'SIP/2.0 405')
    await expect.poll(() => phone.trace.filter(({ text }) => text.startsWith('INVITE')).length).toBe(2)
    await phone.flows({ in: 'sound', out: 'packets' })
    await phone.hangup()

    await playing.finished()
  })

  test('is recorded by the exchange while it agrees', async () => {
    const phone = await stage.phone('alice', { sip: { recording: 'info' } })
    await phone.connect()
    const playing = await exchange({
      calls: false,
      steps: [
        ...[expectRequest('INVITE'), reply(200, 'OK', { media: 'sendrecv' }), expectRequest('ACK'), play],
        ...[expectHeader('INFO', 'Record', 'on'), replyInCall(200, 'OK')],
        ...[expectHeader('INFO', 'Record', 'off'), replyInCall(200, 'OK')],
        ...[expectHeader('INFO', 'Record', 'on'), replyInCall(403, 'Forbidden')],
        ...[expectRequest('BYE'), replyInCall(200, 'OK')]
      ]
    })
    const refusal = () => phone.page.evaluate(() => window.phone.call.record().catch(({ code }) => code as string))
    await phone.dial(`sip:${number}@example.test`)
    await phone.shows({ status: 'established', path: 'connected' })

    await phone.page.evaluate(() => window.phone.call.record())
    await phone.shows({ recording: { state: 'on', by: 'provider' } })
    await phone.page.evaluate(() => window.phone.call.stopRecording())
    await phone.shows({ recording: { state: 'off' } })
    expect(await refusal()).toBe('recording.rejected')

    await phone.shows({ status: 'established', recording: { state: 'off' } })
    await phone.flows({ in: 'sound', out: 'packets' })
    await phone.hangup()
    await playing.finished()
  })

  test('takes its keys that come as INFO', async () => {
    const phone = await alice()
    const key = { type: 'application/dtmf-relay', lines: ['Signal=5', 'Duration=160'] }
    const playing = await exchange(
      {
        calls: true,
        steps: [
          ...[invite({ media: 'sendrecv' }), expectResponse(200), ask('ACK', { sequence: 1 }), play],
          ...[ask('INFO', { sequence: 2, body: key }), expectResponse(200)],
          ...[ask('BYE', { sequence: 3 }), expectResponse(200)]
        ]
      },
      phone.user
    )
    await phone.shows({ status: 'ringing' })
    await phone.answer()
    await phone.shows({ status: 'ended' })
    expect(await phone.digits()).toBe('5')
    await playing.finished()
  })

  test('that offers no media of its own is answered with an offer of ours', async () => {
    const phone = await alice()
    const playing = await exchange(
      {
        calls: true,
        steps: [
          ...[invite(), expectResponse(200), ask('ACK', { sequence: 1, media: 'sendrecv' }), play, wait(2_500)],
          ...[ask('BYE', { sequence: 2 }), expectResponse(200)]
        ]
      },
      phone.user
    )
    await phone.shows({ status: 'ringing' })
    await phone.answer()
    await phone.shows({ status: 'established', path: 'connected' })
    await phone.flows({ in: 'sound', out: 'packets' })
    await phone.shows({ status: 'ended' })
    await playing.finished()
  })
})
