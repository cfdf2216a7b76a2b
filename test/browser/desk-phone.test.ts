/** A phone that nobody here wrote and that speaks plain RTP: baresip. */
import { expect, onTestFinished, test } from 'vitest'
import { withPhones } from '../support/browser/stage.ts'

withPhones('a call with a desk phone', (stage) => {
  async function scene(options: { answers?: boolean } = {}) {
    const phone = await stage.phone('alice')
    await phone.connect()
    const user = `desk-${phone.user}`
    const desk = await stage.server.deskPhone(user, options)
    onTestFinished(() => desk.stop())
    return { phone, desk, uri: stage.server.uri(user) }
  }

  test('carries sound both ways, through hold by either side', async () => {
    const { phone, desk, uri } = await scene({ answers: true })
    await phone.dial(uri)
    await phone.shows({ status: 'established', path: 'connected' })
    await phone.flows({ in: 'sound', out: 'packets' })

    await desk.say('hold')
    await phone.shows({ hold: { remote: 'held' } })
    await desk.say('resume')
    await phone.shows({ hold: { remote: 'active' } })
    await phone.flows({ in: 'sound', out: 'packets' })

    await phone.hold()
    await phone.flows({ in: 'nothing' })
    await phone.resume()
    await phone.flows({ in: 'sound', out: 'packets' })

    await desk.say('hangup')
    expect((await phone.shows({ status: 'ended' })).end).toMatchObject({ by: 'remote', reason: 'hangup' })
  })

  test('that it places is answered, and ended by us', async () => {
    const { phone, desk } = await scene()
    await desk.say('dial', phone.uri)
    await phone.shows({ status: 'ringing' })
    await phone.answer()
    await desk.tells('CALL_ESTABLISHED')
    await phone.flows({ in: 'sound', out: 'packets' })

    await phone.hangup()
    await desk.tells('CALL_CLOSED')
  })

  test('that it places and gives up is missed', async () => {
    const { phone, desk } = await scene()
    await desk.say('dial', phone.uri)
    await phone.shows({ status: 'ringing' })
    await desk.say('hangup')
    expect((await phone.shows({ status: 'ended' })).end).toMatchObject({ by: 'remote', reason: 'missed' })
  })

  test('takes keys in both directions, and ours as INFO too', async () => {
    const { phone, desk, uri } = await scene({ answers: true })
    await phone.dial(uri)
    await phone.shows({ status: 'established', path: 'connected' })

    await phone.dtmf('9', { method: 'rtp' })
    await desk.tells('CALL_DTMF_START', { param: '9' })
    await phone.dtmf('8', { method: 'info' })
    await desk.tells('CALL_DTMF_START', { param: '8' })
    const before = stage.server.bridge.keys
    await desk.say('sndcode', '5')
    await expect.poll(() => stage.server.bridge.keys.slice(before.length)).toBe('5')

    await phone.hangup()
  })
})
