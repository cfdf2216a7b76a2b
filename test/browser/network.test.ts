/** Networks that break in the middle of a call between two real browsers. */
import { expect, test } from 'vitest'
import type { Phone } from '../support/browser/phones.ts'
import { onEachServer, onKamailio } from '../support/browser/stage.ts'
import type { Stage } from '../support/browser/stage.ts'

onEachServer('a call in a broken network', (stage) => {
  test.each(['caller', 'callee'] as const)('goes on when the connection of the %s is lost', (side) =>
    survivesLoss(stage, side)
  )

  test('goes on when the server restarts', async () => {
    const [alice, bob] = await stage.call()

    await stage.server.restart()
    await Promise.all([alice, bob].map(reattached))
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))

    await bob.hangup()
    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
  })

  test('can be hung up when nothing arrives any more', async () => {
    const [alice] = await stage.call()

    stage.server.relay(alice.user).blackhole()
    const start = Date.now()
    await alice.hangup()

    // the five seconds the far end is given to answer
    expect(Date.now() - start).toBeLessThan(5_500)
    await alice.shows({ status: 'ended', end: { by: 'local', reason: 'hangup' } })
  })

  test('can be hung up while the connection is lost, and the other side hears of it when it is back', async () => {
    const [alice, bob] = await stage.call()
    stage.server.relay(alice.user).refuse()
    stage.server.drop(alice.user)
    await alice.shows({ signalling: 'detached' })

    await alice.hangup()
    await alice.shows({ status: 'ended', end: { by: 'local', reason: 'hangup' } })

    stage.server.relay(alice.user).restore()
    await bob.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
  })
})

onKamailio('a call in a broken network without GRUU', { gruu: false }, (stage) => {
  test.each(['caller', 'callee'] as const)('goes on when the connection of the %s is lost', (side) =>
    survivesLoss(stage, side)
  )
})

async function survivesLoss(stage: Stage, side: 'caller' | 'callee'): Promise<void> {
  const [alice, bob] = await stage.call()
  const [one, other] = side === 'caller' ? [alice, bob] : [bob, alice]
  const relay = stage.server.relay(one.user)

  relay.refuse()
  stage.server.drop(one.user)
  await one.shows({ status: 'established', signalling: 'detached' })
  await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))

  relay.restore()
  await reattached(one)
  expect(await other.history('status')).not.toContain('ended')

  // both ways: we reach the other side, and it reaches us
  await one.hold()
  await other.shows({ hold: { remote: 'held' } })
  await Promise.all([one.flows({ in: 'nothing' }), other.flows({ in: 'silence', out: 'nothing' })])
  await one.resume()
  await other.hold()
  await one.shows({ hold: { local: 'active', remote: 'held' } })

  await one.hangup()
  await other.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
}

async function reattached(phone: Phone): Promise<void> {
  await phone.page.until(() => window.phone.history('signalling').includes('reattaching'))
  await phone.shows({ status: 'established', signalling: 'attached' })
  const history = (await phone.history('signalling')).filter((value) => value !== null)
  expect(history.slice(0, 2)).toEqual(['attached', 'detached'])
  expect(history.slice(-2)).toEqual(['reattaching', 'attached'])
}
