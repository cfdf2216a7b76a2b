/** Both sides of a real call change their mind at the same instant: their offers collide on the wire (RFC 3261 §14.1). */
import { expect, test } from 'vitest'
import { atTheSameInstant } from '../support/browser.ts'
import type { Phone } from '../support/browser/phones.ts'
import { onEachServer, onEmulator } from '../support/browser/stage.ts'

onEachServer('two who hold at the same instant', (stage) => {
  test('come to agree, every time, and hear what they should', async () => {
    const [alice, bob] = await stage.call()
    const both = [alice, bob]

    for (const command of ['hold', 'resume', 'hold', 'resume', 'hold'] as const) {
      await atTheSameInstant([alice.page, bob.page], (wanted) => window.phone.run(wanted, []), command)

      const state = command === 'hold' ? 'held' : 'active'
      const agreed = { local: state, remote: state } as const
      await Promise.all(
        both.map((phone) => phone.shows({ status: 'established', hold: agreed, negotiation: 'stable' }))
      )
    }
    await Promise.all(both.map((phone) => phone.flows({ in: 'nothing', out: 'nothing' })))

    await Promise.all(both.map((phone) => phone.resume()))
    await Promise.all(both.map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
    expect(collisionsOf(alice) + collisionsOf(bob)).toBeGreaterThan(0)
  })

  test('come to agree when one holds as the other resumes', async () => {
    const [alice, bob] = await stage.call()
    await alice.hold()
    await bob.shows({ hold: { remote: 'held' } })

    await atTheSameInstant(
      [alice.page, bob.page],
      (resuming) =>
        window.phone.run(window.phone.engine.connection$.value.identity === resuming ? 'resume' : 'hold', []),
      alice.uri
    )

    await alice.shows({ hold: { local: 'active', remote: 'held' }, negotiation: 'stable' })
    await bob.shows({ hold: { local: 'held', remote: 'active' }, negotiation: 'stable' })
    await Promise.all([alice.flows({ in: 'silence', out: 'nothing' }), bob.flows({ in: 'nothing' })])
  })
})

/** How often three pairs try, so that all of them together come to two hundred. */
const perPair = 68

/** What both do at once, again and again, and how it ends for both of them. */
const rounds = [
  ['hold', { hold: { local: 'held', remote: 'held' } }],
  ['resume', { hold: { local: 'active', remote: 'active' } }],
  ['enableVideo', { video: { local: 'on', remote: 'on' } }],
  ['disableVideo', { video: { local: 'off', remote: 'off' } }]
] as const

onEmulator('three pairs who want the same at the same instant', (stage) => {
  test('come to agree in two hundred of two hundred times, and hear each other', { timeout: 600_000 }, async () => {
    const names = [1, 2, 3].flatMap((pair) => [`alice${pair}`, `bob${pair}`])
    const phones = await stage.phones(names)
    for (const phone of phones) await phone.connect()
    const pairs = phones.flatMap((phone, index) => (index % 2 === 0 ? [[phone, phones[index + 1] as Phone]] : []))
    // one after the other: a browser that opens many microphones at once says that some are in use
    for (const pair of pairs) {
      const [alice, bob] = pair as [Phone, Phone]
      await alice.dial(bob)
      await bob.shows({ status: 'ringing' })
      await bob.answer()
      await Promise.all(pair.map((phone) => phone.shows({ path: 'connected' })))
    }

    const agreed = await Promise.all(
      pairs.map(async (pair) => {
        let count = 0
        for (let round = 0; round < perPair; round++) {
          const [command, look] = rounds[round % rounds.length] as (typeof rounds)[number]
          // what counts is where both end
          await atTheSameInstant(
            pair.map(({ page }) => page),
            (wanted) => window.phone.run(wanted, []).catch(() => {}),
            command
          )
          const shown = pair.map((phone) => phone.shows({ ...look, negotiation: 'stable' }, { within: 60_000 }))
          await Promise.all(shown)
          count += 1
        }
        await Promise.all(pair.map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
        return count
      })
    )

    expect(agreed).toEqual(pairs.map(() => perPair))
    expect(phones.reduce((sum, phone) => sum + collisionsOf(phone), 0)).toBeGreaterThan(100)
  })
})

function collisionsOf({ trace }: Phone): number {
  return trace.filter(({ direction, text }) => direction === 'received' && text.startsWith('SIP/2.0 491')).length
}
