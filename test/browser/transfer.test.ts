/** Three real browsers, one of which gives another to the third: who hears whom in the end, and what is left open. */
import { expect, test } from 'vitest'
import type { Phone } from '../support/browser/phones.ts'
import { onEachServer } from '../support/browser/stage.ts'
import type { Stage } from '../support/browser/stage.ts'

const accepting = { policy: { transfer: { incoming: 'accept' } } } as const

onEachServer('a call that is transferred', (stage) => {
  test('leaves the two others talking', async () => {
    const [alice, bob] = await stage.call(accepting)
    const carol = await connected(stage, 'carol')

    const outcome = transfer(alice, carol.uri)
    await carol.shows({ status: 'ringing', referredBy: { address: alice.uri } })
    await alice.shows({ transfer: { state: 'trying', status: 180 } })
    await carol.answer()

    expect(await outcome).toBe('transferred')
    await alice.shows({ status: 'ended', end: { reason: 'transferred' } })
    await bob.shows({ status: 'established', path: 'connected' })
    await Promise.all([bob, carol].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
    await open(alice, 0)
    await open(bob, 1)
  })

  test.each([['busy'], ['missing'], ['silent'], ['declined by the peer']] as const)(
    'is as it was when the target is %s: held or not, muted or not',
    async (what) => {
      const incoming = what === 'declined by the peer' ? 'refuse' : 'accept'
      const deadlines = { transferDeadline: 2_000 }
      const [alice, bob] = await stage.call({ policy: { transfer: { incoming }, deadlines } })
      const carol = await connected(stage, 'carol')
      await alice.mute()

      const outcome = transfer(alice, what === 'missing' ? stage.server.uri('nobody') : carol.uri)
      if (what === 'busy') {
        await carol.shows({ status: 'ringing' })
        await carol.reject('busy')
      }

      const code = { busy: 'failed', missing: 'failed', silent: 'timeout', 'declined by the peer': 'rejected' }[what]
      expect(await outcome).toBe(`transfer.${code}`)
      await alice.shows({ status: 'established', transfer: null, hold: { local: 'active' }, microphone: 'muted' })
      await alice.flows({ in: 'sound', out: 'packets' })
      if (what !== 'silent') {
        await bob.flows({ in: 'silence', out: 'packets' })
        await alice.unmute()
        await bob.flows({ in: 'sound' })
      }
    }
  )

  test('goes on between the others when who transferred it leaves early', async () => {
    const [alice, bob] = await stage.call(accepting)
    const carol = await connected(stage, 'carol')
    const outcome = transfer(alice, carol.uri)
    await carol.shows({ status: 'ringing' })

    await alice.hangup()
    expect(await outcome).toBe('call.ended')
    await carol.answer()

    await bob.shows({ status: 'established', path: 'connected' })
    await Promise.all([bob, carol].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
  })

  test('is over when the peer hangs up in the middle of it', async () => {
    const [alice, bob] = await stage.call(accepting)
    const carol = await connected(stage, 'carol')
    const outcome = transfer(alice, carol.uri)
    await carol.shows({ status: 'ringing' })

    await bob.page.evaluate(() => Promise.all(window.phone.calls.map((call) => call.hangup())))

    expect(await outcome).toBe('call.ended')
    await carol.shows({ status: 'ended', end: { reason: 'missed' } })
    await open(alice, 0)
    await open(bob, 0)
  })
})

onEachServer('a consultation', (stage) => {
  test.each([['we called'], ['called us']] as const)('with somebody who %s connects the two', async (who) => {
    const [alice, bob] = await stage.call(accepting)
    const carol = await connected(stage, 'carol')
    if (who === 'we called') {
      await alice.page.evaluate((uri) => window.phone.call.consult(uri).then(() => undefined), carol.uri)
      await carol.shows({ status: 'ringing' })
      await carol.answer()
    } else {
      await alice.hold()
      await carol.dial(alice)
      await alice.shows({ status: 'ringing' })
      await alice.answer()
    }
    await Promise.all([alice, carol].map((phone) => phone.shows({ status: 'established', path: 'connected' })))
    await Promise.all([alice, carol].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))

    expect(await transfer(alice, null)).toBe('transferred')

    await Promise.all([bob, carol].map((phone) => phone.shows({ status: 'established', path: 'connected' })))
    await Promise.all([bob, carol].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
    await open(alice, 0)
    await open(carol, 1)
  })

  test('that is hung up leads back to the call it was about', async () => {
    const [alice, bob] = await stage.call()
    const carol = await connected(stage, 'carol')
    await alice.page.evaluate((uri) => window.phone.call.consult(uri).then(() => undefined), carol.uri)
    await carol.shows({ status: 'ringing' })
    await bob.shows({ hold: { remote: 'held' } })

    await alice.hangup()

    await bob.shows({ hold: { remote: 'active' } })
    await open(alice, 1)
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
  })
})

async function connected(stage: Stage, name: string): Promise<Phone> {
  const phone = await stage.phone(name)
  await phone.connect()
  return phone
}

/** Gives the peer of the oldest call to somebody; null: to the peer of the youngest. Says how that ended. */
function transfer({ page }: Phone, target: string | null): Promise<string> {
  return page.evaluate(
    (to) =>
      (window.phone.calls[0] as typeof window.phone.call).transfer(to ?? window.phone.call).then(
        () => 'transferred',
        (error: InstanceType<typeof window.callchart.CallError>) => error.code
      ),
    target
  )
}

/** So many connections stay open in the end, and as many microphones. */
async function open({ page }: Phone, count: number) {
  const left = () => page.evaluate(() => [window.media.open, window.captures.live])
  await expect.poll(left).toEqual([count, count])
}
