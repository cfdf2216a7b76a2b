/** Calls between a real browser and a scripted party of the embedded server, which does what browsers never do. */
import { firstValueFrom } from 'rxjs'
import { expect, test } from 'vitest'
import type { SipEmulatedCall } from '../../adapters/sip/emulator.ts'
import type { Phone } from '../support/browser/phones.ts'
import type { Stage } from '../support/browser/stage.ts'
import { onEmulator } from '../support/browser/stage.ts'
import type { EmulatorServer } from '../support/browser/server.ts'

/** Real time: a busy machine takes longer. */
onEmulator('a call with a party', (stage) => {
  test('is heard before it is answered when the party sends early media', async () => {
    const [alice, party] = await dialled(stage)

    await party.ring({ earlyMedia: true })
    await alice.shows({ status: 'ringing', earlyMedia: true })
    const early = await alice.flows({ in: 'sound' })
    expect(early.connectionState).toBe('connected')

    await party.answer()
    await alice.shows({ status: 'established', path: 'connected' })
    await alice.flows({ in: 'sound', out: 'packets' })
    await expect.poll(async () => (await party.media()).loud).toBeGreaterThan(0)
  })

  test('stays silent while we hold, whatever the party offers', async () => {
    const [alice, party] = await established(stage)
    await alice.hold()
    await expect.poll(() => party.held).toBe(true)

    expect(await party.reinvite('sendrecv')).toBe('sendonly')

    await alice.shows({ hold: { local: 'held' }, negotiation: 'stable' })
    await alice.flows({ in: 'nothing' })
    const before = await party.media()
    await alice.flows({ in: 'silence' })
    expect((await party.media()).loud).toBe(before.loud)
  })

  test('goes on when the party refuses the hold', async () => {
    const [alice, party] = await established(stage)
    party.refuseOffers(488)

    await expect(alice.hold()).rejects.toThrow('negotiation.rejected')
    await alice.shows({ status: 'established', hold: { local: 'active' }, negotiation: 'stable' })
    await alice.flows({ in: 'sound', out: 'packets' })

    party.acceptOffers()
    await alice.hold()
    await alice.flows({ in: 'nothing' })
  })

  test('is held by the party, and resumed by it', async () => {
    const [alice, party] = await established(stage)

    await party.hold()
    await alice.shows({ hold: { local: 'active', remote: 'held' } })
    await alice.flows({ out: 'nothing' })

    await party.resume()
    await alice.shows({ hold: { remote: 'active' } })
    await alice.flows({ in: 'sound', out: 'packets' })
  })

  test('carries digits as messages where the party takes none in the audio', async () => {
    const [alice, party] = await established(stage)

    await alice.dtmf('12#', { duration: 40, gap: 30 })
    await party.sendDigits('90')

    expect(party.digits).toBe('12#')
    await expect.poll(() => alice.digits()).toBe('90')
  })

  test('is over when the party hangs up', async () => {
    const [alice, party] = await established(stage)

    await party.hangup()

    await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
  })
})

/** alice has dialled the party, which has not done anything yet. */
async function dialled(stage: Stage<EmulatorServer>): Promise<[Phone, SipEmulatedCall]> {
  const alice = await stage.phone('alice')
  await alice.connect()
  const { emulator } = stage.server
  emulator.party('hotline')
  const offered = firstValueFrom(emulator.calls$)
  await alice.dial(stage.server.uri('hotline'))
  return [alice, await offered]
}

async function established(stage: Stage<EmulatorServer>): Promise<[Phone, SipEmulatedCall]> {
  const [alice, party] = await dialled(stage)
  await party.answer()
  await alice.shows({ status: 'established', path: 'connected' })
  await alice.flows({ in: 'sound' })
  return [alice, party]
}
