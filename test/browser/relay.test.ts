/** Browsers that reach each other through a relay for media only, as in offices that let nothing else out. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Phone } from '../support/browser/phones.ts'
import { onKamailio } from '../support/browser/stage.ts'
import { describeWith } from '../support/needing.ts'
import type { Turn } from '../support/turn.ts'
import { startTurn } from '../support/turn.ts'

describeWith(['chromium', 'kamailio', 'coturn'], 'a call whose media is relayed (TURN)', () => {
  let turn: Turn
  beforeAll(async () => {
    turn = await startTurn()
  })
  afterAll(() => turn.stop())

  onKamailio('both ways', {}, (stage) => {
    test('carries sound, and again after an ICE restart', async () => {
      const rtcConfiguration = { iceServers: [turn.iceServer], iceTransportPolicy: 'relay' as const }
      const phones = await stage.call({ sip: { rtcConfiguration } })
      const [alice, bob] = phones
      await bothHearThroughRelays(phones)
      const before = offersOf(alice).length

      // what a browser says when it has another network; here it has the same one
      await alice.page.evaluate(() => window.dispatchEvent(new Event('online')))
      await alice.page.until(() => window.phone.history('path').includes('restarting'))
      for (const phone of phones) await phone.shows({ status: 'established', path: 'connected', negotiation: 'stable' })

      const offers = offersOf(alice)
      expect(offers).toHaveLength(before + 1)
      expect(new Set(offers).size).toBe(offers.length) // each has an ICE user fragment of its own
      await bothHearThroughRelays(phones)

      await bob.hangup()
      await alice.shows({ status: 'ended', end: { by: 'remote', reason: 'hangup' } })
    })
  })
})

async function bothHearThroughRelays(phones: readonly Phone[]): Promise<void> {
  const flows = await Promise.all(phones.map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
  for (const { path } of flows) expect(path).toMatch(/^relay /)
}

/** The user fragments of the offers this phone has sent. */
function offersOf(phone: Phone): readonly string[] {
  const sent = phone.trace.filter(({ direction, text }) => direction === 'sent' && text.startsWith('INVITE '))
  return sent.flatMap(({ text }) => /^a=ice-ufrag:(\S+)/m.exec(text)?.[1] ?? [])
}
