/** Several real calls on one page: who is heard, who hears busy, and what becomes of two who call each other. */
import { expect, test } from 'vitest'
import { atTheSameInstant } from '../support/browser.ts'
import type { Phone, PhoneOptions } from '../support/browser/phones.ts'
import { onEachServer } from '../support/browser/stage.ts'
import type { Stage } from '../support/browser/stage.ts'

onEachServer('a user with several calls', (stage) => {
  test('is heard by one at a time, through ten swaps', async () => {
    const [alice, bob, carol] = await three(stage)
    await callBoth(alice, bob, carol)

    let [now, before] = [carol, bob]
    for (let swaps = 0; swaps <= 10; swaps++) {
      if (swaps > 0) {
        await alice.page.evaluate(() => window.phone.engine.swap())
        ;[now, before] = [before, now]
      }
      expect(await currentOf(alice)).toContain(now.user)
      await Promise.all([now.shows({ hold: { remote: 'active' } }), before.shows({ hold: { remote: 'held' } })])
      await Promise.all([now.flows({ in: 'sound' }), before.flows({ in: 'silence', out: 'nothing' })])
    }
  })

  test('answers a second call, and the first one is held before', async () => {
    const [alice, bob, carol] = await three(stage)
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })
    await bob.answer()
    await alice.shows({ status: 'established', path: 'connected' })

    await carol.dial(alice)
    await alice.shows({ status: 'ringing', attention: 'waiting' })
    await alice.answer()

    await bob.shows({ hold: { remote: 'held' } })
    await Promise.all([carol.flows({ in: 'sound' }), bob.flows({ in: 'silence', out: 'nothing' })])
  })

  test('has no third where two is the limit: who calls hears busy', async () => {
    const [alice, bob, carol] = await three(stage, { policy: { calls: { maxCalls: 2 } } })
    const dan = await stage.phone('dan')
    await dan.connect()
    await callBoth(alice, bob, carol)

    await dan.dial(alice)

    await dan.shows({ status: 'ended', end: { by: 'remote', reason: 'busy', code: 486 } })
    expect(await alice.calls()).toBe(2)
    expect(await missedBy(alice)).toEqual([dan.uri])
    await carol.flows({ in: 'sound' })
  })

  test('who does not want to be disturbed is busy to whoever calls', async () => {
    const [alice, bob] = await stage.pair()
    await alice.page.evaluate(() => window.phone.engine.setDoNotDisturb(true))

    await bob.dial(alice)

    await bob.shows({ status: 'ended', end: { reason: 'busy', code: 486 } })
    expect(await missedBy(alice)).toEqual([bob.uri])
  })
})

onEachServer('two who call each other', (stage) => {
  test.each([
    ['at the same instant', 0],
    ['the lesser name first', 150],
    ['the greater name first', -150]
  ])('%s talk on one call', async (_, head) => {
    for (let round = 0; round < 3; round++) {
      const [alice, bob] = await stage.pair()

      await atTheSameInstant(
        [alice.page, bob.page],
        async ({ to, delays }) => {
          const self = window.phone.engine.connection$.value.identity ?? ''
          await new Promise((resolve) => setTimeout(resolve, delays[self] ?? 0))
          await window.phone.dial(to[self] ?? '')
        },
        {
          to: { [alice.uri]: bob.uri, [bob.uri]: alice.uri },
          delays: { [alice.uri]: Math.max(0, -head), [bob.uri]: Math.max(0, head) }
        }
      )

      await Promise.all([alice, bob].map(hasOneCall))
      await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
      expect((await Promise.all([alice, bob].map(directionOf))).toSorted()).toEqual(['incoming', 'outgoing'])
      await alice.page.evaluate(() => window.phone.engine.current$.value?.hangup())
      await bob.page.until(() => window.phone.engine.calls$.value.length === 0)
    }
  })
})

async function three(stage: Stage, options?: PhoneOptions): Promise<[Phone, Phone, Phone]> {
  const phones = (await stage.phones(['alice', 'bob', 'carol'], options)) as [Phone, Phone, Phone]
  await Promise.all(phones.map((phone) => phone.connect()))
  return phones
}

/** Alice calls one after the other; the second is current. */
async function callBoth(alice: Phone, bob: Phone, carol: Phone): Promise<void> {
  for (const other of [bob, carol]) {
    await alice.dial(other)
    await other.shows({ status: 'ringing' })
    await other.answer()
    await Promise.all([alice, other].map((phone) => phone.shows({ status: 'established', path: 'connected' })))
  }
}

function currentOf({ page }: Phone): Promise<string> {
  return page.evaluate(() => window.phone.engine.current$.value?.state.remote.address ?? '')
}

function directionOf({ page }: Phone): Promise<string> {
  return page.evaluate(() => window.phone.engine.current$.value?.direction ?? '')
}

function missedBy({ page }: Phone): Promise<readonly string[]> {
  return page.evaluate(() => window.phone.engine.missed$.value.map(({ remote }) => remote.address))
}

async function hasOneCall({ page }: Phone): Promise<void> {
  await page.until(() => {
    const { calls$, current$ } = window.phone.engine
    const [only, ...others] = calls$.value
    return others.length === 0 && only === current$.value && only?.state.path === 'connected'
  })
}
