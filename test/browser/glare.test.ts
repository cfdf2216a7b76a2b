/** Both sides of a real call change their mind at the same instant: their offers collide on the wire (RFC 3261 §14.1). */
import { expect, test } from 'vitest'
import { atTheSameInstant } from '../support/browser.ts'
import type { Phone } from '../support/browser/phones.ts'
import { onEachServer } from '../support/browser/stage.ts'

onEachServer('two who hold at the same instant', (stage) => {
  test('come to agree, every time, and hear what they should', { timeout: 60_000 }, async () => {
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

  test('come to agree when one holds as the other resumes', { timeout: 60_000 }, async () => {
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

function collisionsOf({ trace }: Phone): number {
  return trace.filter(({ direction, text }) => direction === 'received' && text.startsWith('SIP/2.0 491')).length
}
