/** What takes the connection of a call away for a while, one thing after another, with sound before, meanwhile and after. */
import { expect, test } from 'vitest'
import type { Phone } from '../support/browser/phones.ts'
import { onKamailio } from '../support/browser/stage.ts'

onKamailio('a call whose server or network is gone for a while', {}, (stage) => {
  test('goes on when the server is killed and comes back', async () => {
    const phones = await stage.call()
    await bothHear(phones)

    await stage.server.kill()
    for (const phone of phones) await phone.shows({ status: 'established', signalling: 'detached' })
    await bothHear(phones)

    await stage.server.restart()
    for (const phone of phones) await reattached(phone)
    await canBeHeldAndHungUp(phones)
  })

  // by default nothing waits longer for an answer than 11 seconds in a call; the rest is for a busy machine
  test(
    'finds out by itself that nothing arrives any more, and goes on where something does',
    { timeout: 60_000 },
    async () => {
      const phones = await stage.call()
      const [alice, bob] = phones
      await bothHear(phones)

      stage.server.relay(alice.user).blackhole()
      await alice.shows({ status: 'established', signalling: 'detached' }, { within: 12_500 })
      await bothHear(phones)
      expect(await bob.history('signalling')).not.toContain('detached')

      stage.server.relay(alice.user).restore()
      await reattached(alice, 15_000) // the attempt that began in the dark is given up after ten
      await canBeHeldAndHungUp(phones)
    }
  )
})

async function bothHear(phones: readonly Phone[]): Promise<void> {
  await Promise.all(phones.map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
}

async function reattached(phone: Phone, within = 10_000): Promise<void> {
  await phone.page.until(() => window.phone.history('signalling').includes('reattaching'), undefined, { within })
  await phone.shows({ status: 'established', signalling: 'attached', path: 'connected' })
}

/** Both ways: each side reaches the other. */
async function canBeHeldAndHungUp(phones: readonly [Phone, Phone]): Promise<void> {
  const [alice, bob] = phones
  await alice.hold()
  await bob.shows({ hold: { remote: 'held' } })
  await Promise.all([alice.flows({ in: 'nothing' }), bob.flows({ in: 'silence', out: 'nothing' })])
  await alice.resume()
  await bob.shows({ hold: { remote: 'active' } })
  await bothHear(phones)

  await bob.hangup()
  for (const phone of phones) await phone.shows({ status: 'ended', end: { reason: 'hangup' } })
  for (const phone of phones)
    expect((await phone.history('status')).filter((status) => status === 'ended')).toHaveLength(1)
}
