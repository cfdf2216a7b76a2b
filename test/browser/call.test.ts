/** Calls between two real browsers: what each side really sends and hears, through hold and mute. */
import { expect, test } from 'vitest'
import { atTheSameInstant } from '../support/browser.ts'
import { onEachServer } from '../support/browser/stage.ts'

onEachServer('a call', (stage) => {
  test('carries sound both ways once both sides see it established', async () => {
    const [alice, bob] = await stage.call()

    const toAll = await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))

    for (const flow of toAll) {
      expect(flow).toMatchObject({ connectionState: 'connected', directions: ['audio:sendrecv/sendrecv'] })
    }
    expect(await alice.history('status')).toEqual(['acquiring', 'connecting', 'ringing', 'established'])
    expect(await bob.history('status')).toEqual(['ringing', 'answering', 'established'])
  })

  test('that is held sends nothing and plays nothing, until it is resumed', async () => {
    const [alice, bob] = await stage.call()

    await alice.hold()
    await bob.shows({ hold: { local: 'active', remote: 'held' } })
    await Promise.all([alice.flows({ in: 'nothing' }), bob.flows({ in: 'silence', out: 'nothing' })])
    expect(await playsRemoteSound(alice)).toBe(false)

    await alice.resume()
    await bob.shows({ hold: { local: 'active', remote: 'active' } })
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
  })

  test('is silent as long as either side holds it', async () => {
    const [alice, bob] = await stage.call()

    await alice.hold()
    await bob.shows({ hold: { remote: 'held' } })
    await bob.hold()
    await alice.shows({ hold: { local: 'held', remote: 'held' } })
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'nothing', out: 'nothing' })))

    await alice.resume()
    await bob.shows({ hold: { local: 'held', remote: 'active' } })
    await Promise.all([bob.flows({ in: 'nothing' }), alice.flows({ in: 'silence', out: 'nothing' })])

    await bob.resume()
    await alice.shows({ hold: { local: 'active', remote: 'active' } })
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
  })

  test('sends silence while it is muted, and goes on', async () => {
    const [alice, bob] = await stage.call()

    await alice.mute()
    const [, toBob] = await Promise.all([alice.flows({ in: 'sound' }), bob.flows({ in: 'silence', out: 'packets' })])
    expect(toBob.audioIn).toBeGreaterThan(0)
    await bob.shows({ status: 'established', hold: { remote: 'active' } })

    await alice.unmute()
    await bob.flows({ in: 'sound' })
  })

  test('stays muted through hold and resume', async () => {
    const [alice, bob] = await stage.call()

    await alice.mute()
    await alice.hold()
    await alice.resume()
    await alice.shows({ microphone: 'muted', hold: { local: 'active' } })
    await Promise.all([alice.flows({ in: 'sound' }), bob.flows({ in: 'silence' })])

    await alice.unmute()
    await bob.flows({ in: 'sound' })
  })

  test('stays muted when the other side holds and resumes', async () => {
    const [alice, bob] = await stage.call()

    await alice.mute()
    await bob.hold()
    await alice.shows({ hold: { remote: 'held' } })
    await bob.resume()
    await alice.shows({ microphone: 'muted', hold: { remote: 'active' } })
    await Promise.all([alice.flows({ in: 'sound' }), bob.flows({ in: 'silence', out: 'packets' })])

    await alice.unmute()
    await bob.flows({ in: 'sound' })
  })

  test('that was muted while it rang is silent from the first word', async () => {
    const [alice, bob] = await stage.pair()
    await alice.dial(bob)
    await Promise.all([alice.shows({ status: 'ringing' }), bob.shows({ status: 'ringing' })])

    await Promise.all([alice.mute(), bob.mute()])
    await bob.answer()
    await Promise.all([alice, bob].map((phone) => phone.shows({ path: 'connected', microphone: 'muted' })))
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'silence', out: 'packets' })))

    await bob.unmute()
    await alice.flows({ in: 'sound' })
  })

  test('is over for both when one side hangs up, whichever it is', async () => {
    for (const side of ['caller', 'callee'] as const) {
      const [alice, bob] = await stage.call()
      const [one, other] = side === 'caller' ? [alice, bob] : [bob, alice]

      await one.hangup()

      expect((await one.shows({ status: 'ended' })).end).toMatchObject({ by: 'local', reason: 'hangup' })
      expect((await other.shows({ status: 'ended' })).end).toMatchObject({ by: 'remote', reason: 'hangup' })
    }
  })

  test('ends once for each side when both hang up at once', async () => {
    const [alice, bob] = await stage.call()

    await atTheSameInstant([alice.page, bob.page], () => window.phone.run('hangup', []))

    for (const phone of [alice, bob]) {
      await phone.shows({ status: 'ended', end: { reason: 'hangup' } })
      expect((await phone.facts()).filter(({ event }) => event.type === 'call.ended')).toHaveLength(1)
    }
  })
})

/** Whether anything of what the peer sends would be heard. */
function playsRemoteSound({ page }: { page: { evaluate<R>(action: () => R): Promise<R> } }): Promise<boolean> {
  return page.evaluate(() => window.phone.call.remoteStream$.value?.getTracks().some(({ enabled }) => enabled) ?? false)
}
