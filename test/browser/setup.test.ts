/** Calls that do not come about, and ways they begin. */
import { createSocket } from 'node:dgram'
import { expect, onTestFinished, test } from 'vitest'
import { onEachServer } from '../support/browser/stage.ts'
import type { Phone } from '../support/browser/phones.ts'

onEachServer('a call that is placed', (stage) => {
  test('stops ringing when the caller gives up', async () => {
    const [alice, bob] = await stage.pair()
    await alice.dial(bob)
    await Promise.all([alice.shows({ status: 'ringing' }), bob.shows({ status: 'ringing' })])

    await alice.hangup()

    await alice.shows({ status: 'ended', end: { by: 'local', reason: 'cancelled' } })
    await bob.shows({ status: 'ended', end: { by: 'remote', reason: 'missed' } })
  })

  test('never rings when the caller gives up straight away', async () => {
    const [alice, bob] = await stage.pair()

    await alice.page.evaluate(async (target) => {
      await window.phone.dial(target)
      await window.phone.run('hangup', [])
    }, bob.uri)
    await alice.shows({ status: 'ended', end: { by: 'local', reason: 'cancelled' } })

    // the next call is the first that bob hears of
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })
    expect(await bob.calls()).toBe(1)
    expect(invitesOf(alice)).toHaveLength(1)
  })

  test('is over for both when the caller gives up as the request leaves', async () => {
    const [alice, bob] = await stage.pair()

    await alice.page.evaluate(async (target) => {
      await window.phone.dial(target)
      await window.phone.shows({ status: 'connecting' }, 5_000)
      await window.phone.run('hangup', [])
    }, bob.uri)

    await alice.shows({ status: 'ended', end: { by: 'local', reason: 'cancelled' } })
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })
    expect(await bob.page.evaluate(() => window.phone.engine.calls$.value.length)).toBe(1)
  })

  test.each([
    { how: 'declined', reason: 'declined', code: 603 },
    { how: 'refused because the callee is busy', reason: 'busy', code: 486 }
  ] as const)('tells the caller that it was $how', async ({ reason, code }) => {
    const [alice, bob] = await stage.pair()
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })

    await bob.reject(reason)

    await alice.shows({ status: 'ended', end: { by: 'remote', reason, code } })
    await bob.shows({ status: 'ended', end: { by: 'local', reason } })
  })

  test('is given up when nobody answers in time', async () => {
    const [alice, bob] = await stage.pair({ policy: { deadlines: { ringDeadline: 400 } } })
    await alice.dial(bob)

    await alice.shows({ status: 'ended', end: { by: 'system', reason: 'no-answer' } })
    await bob.shows({ status: 'ended', end: { by: 'remote', reason: 'missed' } })
  })

  test('is missed by a callee who lets it ring, and unavailable to the caller', async () => {
    const [alice, bob] = await stage.pair({ policy: { deadlines: { incomingDeadline: 400 } } })
    await alice.dial(bob)

    await bob.shows({ status: 'ended', end: { by: 'system', reason: 'missed' } })
    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'unavailable', code: 480 } })
  })

  test('finds nobody where there is no such user, and nobody there where there is', async () => {
    const [alice, bob] = await stage.phones(['alice', 'bob'])
    await alice?.connect()

    await alice?.dial(stage.server.uri('nobody'))
    await alice?.shows({ status: 'ended', end: { by: 'remote', reason: 'not-found', code: 404 } })
    await alice?.dial(bob?.uri ?? '')
    await alice?.shows({ status: 'ended', end: { by: 'remote', reason: 'unavailable', code: 480 } })
  })

  test('does not wait for a STUN server that never answers', async () => {
    const silent = createSocket('udp4')
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const rtcConfiguration = { iceServers: [{ urls: `stun:127.0.0.1:${silent.address().port}` }] }
    const [alice, bob] = await stage.pair({ sip: { rtcConfiguration } })

    const start = Date.now()
    await alice.dial(bob)
    await bob.shows({ status: 'ringing' })
    expect((invitesOf(alice)[0]?.at ?? Infinity) - start).toBeLessThan(1_500)

    await bob.answer()
    await Promise.all([alice, bob].map((phone) => phone.shows({ status: 'established', path: 'connected' })))
  })
})

onEachServer('a user with the wrong password', (stage) => {
  test('is told so once, and asks no more', async () => {
    const alice = await stage.phone('alice', {
      sip: { password: 'guessed' },
      policy: { registrationBackoff: { initialDelay: 50, maxDelay: 50, jitter: 'none' } }
    })

    await expect(alice.connect()).rejects.toThrow('registration.unauthorized')
    const registrations = () =>
      alice.trace.filter(({ direction, text }) => direction === 'sent' && text.startsWith('REGISTER'))
    const asked = registrations().length
    expect(asked).toBeLessThanOrEqual(3)

    // ten times as long as a retry would have taken
    await alice.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)))
    expect(registrations()).toHaveLength(asked)
    const failures = (await alice.facts()).filter(({ event }) => event.type === 'registration.failed')
    expect(failures).toMatchObject([{ event: { permanent: true, cause: { code: 'registration.unauthorized' } } }])
  })
})

function invitesOf(phone: Phone) {
  return phone.trace.filter(({ direction, text }) => direction === 'sent' && text.startsWith('INVITE '))
}
