/** Calls of real browsers through an embedded AZStack: to and from telephones, and between two users. */
import { firstValueFrom } from 'rxjs'
import { expect, test } from 'vitest'
import type { AzstackEmulatedCall } from '../../adapters/azstack/emulator.ts'
import type { EndReason } from '../../src/index.ts'
import type { Phone } from '../support/browser/phones.ts'
import type { AzstackServer } from '../support/browser/server.ts'
import type { Stage } from '../support/browser/stage.ts'
import { onAzstack } from '../support/browser/stage.ts'

const number = '84901234567'

onAzstack('a call to a telephone', (stage) => {
  test('carries sound both ways', async () => {
    const [alice, there] = await talking(stage)

    await hearEachOther(alice, there)
    expect(await alice.history('status')).toEqual(['acquiring', 'connecting', 'ringing', 'established'])

    await alice.hangup()
    await there.reaches('ended')
  })

  test('is over when the telephone hangs up', async () => {
    const [alice, there] = await talking(stage)

    await there.hangup()

    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup', code: 700 } })
  })

  test('is over there when we hang up while it rings', async () => {
    const [alice, there] = await dialled(stage)
    await there.ring()
    await alice.shows({ status: 'ringing' })

    await alice.hangup()

    await there.reaches('ended')
    await alice.shows({ status: 'ended', end: { by: 'local', reason: 'cancelled' } })
  })

  test.each<[EndReason, number]>([
    ['busy', 486],
    ['no-answer', 480],
    ['declined', 403],
    ['unavailable', 408]
  ])('that ends as %s says so', async (reason, code) => {
    const [alice, there] = await dialled(stage)
    await there.ring()

    await there.status(code)

    await alice.shows({ status: 'ended', end: { by: 'remote', reason, code } })
  })

  test.each([
    ['a number nobody has', 'invalid-number', -5],
    ['no money left', 'payment-required', -4]
  ] as const)('with %s is refused before it is placed', async (what, reason, code) => {
    const alice = await online(stage)
    const { emulator } = stage.server
    if (what === 'no money left') emulator.party('84900000002', { do: 'reject', reason })

    await alice.dial(what === 'no money left' ? '84900000002' : '84000000000')

    await alice.shows({ status: 'ended', end: { by: 'remote', reason, code } })
  })

  test('goes on when the connection drops, and is hung up on the next one', async () => {
    const [alice, there] = await talking(stage)
    const relay = stage.server.relay(alice.user)

    relay.refuse()
    relay.cut()
    await alice.shows({ status: 'established', signalling: 'detached' })
    await hearEachOther(alice, there)
    relay.restore()
    await alice.shows({ status: 'established', signalling: 'attached' })
    await hearEachOther(alice, there)

    await alice.hangup()
    await there.reaches('ended')
  })

  test('that is hung up without a connection is over here at once, and there as soon as there is one', async () => {
    const [alice, there] = await talking(stage)
    const relay = stage.server.relay(alice.user)
    relay.refuse()
    relay.cut()
    await alice.shows({ signalling: 'detached' })

    await alice.hangup()
    await alice.shows({ status: 'ended', end: { by: 'local', reason: 'hangup' } })
    expect(there.state).toBe('established')
    relay.restore()

    await there.reaches('ended')
  })

  test('is silent there while we mute or hold it, which only we know of', async () => {
    const [alice, there] = await talking(stage)
    await hearEachOther(alice, there)

    await alice.mute()
    await fallsSilent(there)
    await alice.unmute()
    await hearEachOther(alice, there)
    await alice.hold()
    await fallsSilent(there)
    await alice.resume()

    await hearEachOther(alice, there)
  })
})

onAzstack('a call from a telephone', (stage) => {
  test('rings, and carries sound both ways once it is answered', async () => {
    const [alice, there] = await called(stage)
    await there.reaches('ringing')
    expect((await alice.shows({ status: 'ringing' })).remote.address).toBe('84911111111')

    await alice.answer()

    await alice.shows({ status: 'established', path: 'connected' })
    await hearEachOther(alice, there)
    await there.hangup()
    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
  })

  test('that was answered is over there when we hang up', async () => {
    const [alice, there] = await called(stage)
    await alice.answer()
    await there.reaches('established')

    await alice.hangup()

    await there.reaches('ended')
  })

  test.each(['busy', 'declined'] as const)('that we reject as %s is over there', async (reason) => {
    const [alice, there] = await called(stage)

    await alice.reject(reason)

    await there.reaches('ended')
    await alice.shows({ status: 'ended', end: { by: 'local' } })
  })

  test('that is given up has been missed', async () => {
    const [alice, there] = await called(stage)

    await there.hangup()

    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'missed' } })
  })
})

onAzstack('a call between two users', (stage) => {
  test('carries sound both ways, and is over for both when one hangs up', async () => {
    const [alice, bob] = await stage.call()

    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
    await bob.hangup()

    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup', code: 700 } })
    await bob.shows({ status: 'ended', end: { by: 'local', reason: 'hangup' } })
  })

  test('that is rejected says so', async () => {
    const [alice, bob] = await stage.pair()
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })

    await bob.reject('busy')

    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'busy', code: 600 } })
  })

  test('goes on when both connections drop', async () => {
    const [alice, bob] = await stage.call()

    for (const { user } of [alice, bob]) stage.server.relay(user).cut()
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
    await Promise.all([alice, bob].map((phone) => phone.shows({ signalling: 'attached' })))
    await expect.poll(() => stage.server.emulator.clients.length).toBe(2)

    await alice.hangup()
    await bob.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
  })
})

async function online(stage: Stage<AzstackServer>): Promise<Phone> {
  const alice = await stage.phone('alice')
  await alice.connect()
  return alice
}

/** alice has dialled a telephone, which has not done anything yet. */
async function dialled(stage: Stage<AzstackServer>): Promise<[Phone, AzstackEmulatedCall]> {
  const alice = await online(stage)
  stage.server.emulator.party(number)
  const offered = firstValueFrom(stage.server.emulator.calls$)
  await alice.dial(number)
  return [alice, await offered]
}

async function talking(stage: Stage<AzstackServer>): Promise<[Phone, AzstackEmulatedCall]> {
  const [alice, there] = await dialled(stage)
  await there.ring()
  await there.answer()
  await alice.shows({ status: 'established', path: 'connected' })
  return [alice, there]
}

async function called(stage: Stage<AzstackServer>): Promise<[Phone, AzstackEmulatedCall]> {
  const alice = await online(stage)
  const there = await stage.server.emulator.call(alice.user, { from: '84911111111' })
  await alice.shows({ status: 'ringing' })
  return [alice, there]
}

/** From now on: sound and packets as the page counts them, and packets and frames that are not silence there. */
async function hearEachOther(alice: Phone, there: AzstackEmulatedCall) {
  const before = await there.media()
  await alice.flows({ in: 'sound', out: 'packets' })
  await expect.poll(async () => (await there.media()).loud).toBeGreaterThan(before.loud + 5)
  const after = await there.media()
  expect(after.packetsReceived).toBeGreaterThan(before.packetsReceived)
  expect(after.packetsSent).toBeGreaterThan(before.packetsSent)
}

/** What was on its way is heard; after that a second of packets is not. The fake microphone beeps twice in it. */
async function fallsSilent(there: AzstackEmulatedCall) {
  let since = await there.media()
  const silence = async () => {
    const now = await there.media()
    if (now.loud > since.loud) since = now
    return now.packetsReceived - since.packetsReceived
  }
  await expect.poll(silence).toBeGreaterThan(60)
}
