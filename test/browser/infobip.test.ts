/** Calls over Infobip's gateway: between two real browsers, and between one and a scripted party. */
import { filter, firstValueFrom } from 'rxjs'
import { expect, test } from 'vitest'
import type { InfobipEmulatedCall } from '../../adapters/infobip/emulator.ts'
import { onInfobip } from '../support/browser/stage.ts'
import type { InfobipServer } from '../support/browser/server.ts'
import { until } from '../support/until.ts'

onInfobip('a call', { resumes: false }, (stage) => {
  test('carries sound both ways once both sides see it established', async () => {
    const [alice, bob] = await stage.call()

    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))

    expect(await alice.history('status')).toEqual(['acquiring', 'connecting', 'ringing', 'established'])
    expect(await bob.history('status')).toEqual(['ringing', 'answering', 'established'])
  })

  test.each(['caller', 'callee'] as const)('is over for both when the %s hangs up', async (side) => {
    const [alice, bob] = await stage.call()
    const [one, other] = side === 'caller' ? [alice, bob] : [bob, alice]

    await one.hangup()

    expect((await one.shows({ status: 'ended' })).end).toMatchObject({ by: 'local', reason: 'hangup' })
    expect((await other.shows({ status: 'ended' })).end).toMatchObject({ by: 'remote', reason: 'hangup' })
  })

  test('that is rejected, or meets another one, ends as busy', async () => {
    const [alice, bob] = await stage.pair()
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })
    await bob.reject('busy')
    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'busy' } })

    const [carol] = await stage.phones(['carol'])
    await carol?.connect()
    await carol?.dial(bob)
    await bob.shows({ status: 'ringing' })
    await bob.answer()
    await bob.shows({ status: 'established', path: 'connected' })
    await alice.dial(bob)

    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'busy' } })
    await bob.flows({ in: 'sound', out: 'packets' })
  })

  test('that nobody answers is given up, and missed', async () => {
    const [alice, bob] = await stage.pair({ policy: { deadlines: { ringDeadline: 700 } } })

    await alice.dial(bob)

    await alice.shows({ status: 'ended', end: { by: 'system', reason: 'no-answer' } })
    await bob.shows({ status: 'ended', end: { by: 'remote', reason: 'missed' } })
  })

  test('is silent while either holds or mutes it, of which the other is told what there are words for', async () => {
    const [alice, bob] = await stage.call()

    await alice.mute()
    await Promise.all([alice.flows({ in: 'sound' }), bob.flows({ in: 'silence', out: 'packets' })])
    await bob.page.sees('received', '{"event":"info"')
    await alice.unmute()
    await bob.flows({ in: 'sound' })

    await bob.hold()
    await alice.flows({ in: 'silence' })
    await bob.resume()
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
  })

  test('ends with its connection, and the next one can be placed on another', async () => {
    const [alice, bob] = await stage.call()

    stage.server.relay(alice.user).cut()

    await alice.shows({ status: 'ended', end: { by: 'system', reason: 'network' } })
    await bob.shows({ status: 'ended', end: { by: 'remote' } })
    await alice.page.until(() => window.phone.engine.connection$.value.status === 'online')
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })
    await bob.answer()
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
  })

  test('with a scripted party is heard by both, is held by the party, and is hung up by it', async () => {
    const alice = await stage.phone('alice')
    await alice.connect()
    const { party, there } = expectCall(stage.server, alice.user)
    await alice.dial(party)
    await alice.shows({ status: 'established', path: 'connected' })

    await Promise.all([alice.flows({ in: 'sound', out: 'packets' }), heard(await there)])
    await (await there).hold()
    await alice.shows({ hold: { remote: 'held' } })
    await alice.flows({ out: 'nothing' })
    await (await there).resume()
    await alice.flows({ in: 'sound', out: 'packets' })

    await (await there).hangup()
    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
  })

  test('from a scripted party rings, is answered, and is heard by both', async () => {
    const alice = await stage.phone('alice')
    await alice.connect()
    const there = await stage.server.emulator.call(alice.user, { from: 'carol', displayName: 'Carol' })
    await alice.shows({ status: 'ringing', remote: { address: 'carol', displayName: 'Carol' } })

    await alice.answer()

    await Promise.all([alice.flows({ in: 'sound', out: 'packets' }), heard(there)])
    await alice.hangup()
    await there.reaches('ended')
  })
})

onInfobip('a call in dialect 2.6.1', { resumes: true }, (stage) => {
  test('goes on without its connection, is taken up on the next one, and is heard again', async () => {
    const [alice, bob] = await stage.call()
    const relay = stage.server.relay(alice.user)

    relay.refuse()
    relay.cut()
    await alice.shows({ status: 'established', signalling: 'detached' })
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
    relay.restore()

    await alice.shows({ status: 'established', signalling: 'attached' })
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
    await bob.hangup()
    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
  })

  test('that is hung up while the connection is lost is over on the other side when it is back', async () => {
    const [alice, bob] = await stage.call()
    const relay = stage.server.relay(alice.user)
    relay.refuse()
    relay.cut()
    await alice.shows({ signalling: 'detached' })

    await alice.hangup()
    await alice.shows({ status: 'ended', end: { by: 'local', reason: 'hangup' } })

    relay.restore()
    await bob.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
  })
})

/** A party that answers this user, and the call as it has it. */
function expectCall({ emulator }: InfobipServer, user: string) {
  const party = `party-of-${user}`
  emulator.party(party, { do: 'answer' })
  return { party, there: firstValueFrom(emulator.calls$.pipe(filter((call) => call.party === party))) }
}

/** The party hears more and more that is not silence. */
async function heard(there: InfobipEmulatedCall) {
  const { loud } = await there.media()
  await until(async () => (await there.media()).loud > loud + 5, { what: 'the party hears us' })
}
