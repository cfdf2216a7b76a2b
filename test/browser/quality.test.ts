/** How calls sound, measured in a real browser, on a network that is good, and on one that is not. */
import { expect, onTestFinished, test } from 'vitest'
import type { QualityReason } from '../../src/index.ts'
import type { Phone } from '../support/browser/phones.ts'
import { onEmulator } from '../support/browser/stage.ts'
import { describeWith } from '../support/needing.ts'
import { losePackets } from '../support/packet-loss.ts'

onEmulator('the quality of a call', (stage) => {
  test('is measured both ways', async () => {
    const [alice] = await stage.call({ quality: {} })

    const quality = await alice.page.until(() => {
      const { value } = window.phone.call.quality$
      return value?.sent?.loss === 0 && (value.received?.level ?? 0) > 0 ? value : null
    })

    expect(quality).toMatchObject({
      received: { codec: 'audio/opus', loss: 0 },
      sent: { codec: 'audio/opus' },
      degraded: []
    })
    // Opus sends a packet every 20 ms
    expect((1_000 * (quality.received?.packets ?? 0)) / quality.duration).toBeGreaterThan(25)
    expect(quality.received?.bitrate).toBeGreaterThan(5_000)
    expect(quality.mos).toBeGreaterThan(4)
    expect(quality.mos).toBeLessThan(4.5)
    expect(quality.roundTrip).toBeGreaterThanOrEqual(0)
  })

  test('of a peer that sends nothing is told, and so is its return', async () => {
    const [alice, bob] = await stage.call({ quality: { interval: 500 } })
    await bob.flows({ in: 'sound', out: 'packets' })

    await bob.page.evaluate(sendNothing)
    await tells(alice, 'quality.degraded', 'no-audio')
    expect(await alice.page.evaluate(() => window.phone.call.quality$.value?.degraded)).toContain('no-audio')

    await bob.page.evaluate(() => window.dispatchEvent(new Event('send again')))
    await tells(alice, 'quality.restored', 'no-audio')
  })

  test('of a call on hold is no complaint', async () => {
    const [alice, bob] = await stage.call({ quality: { interval: 100 } })

    await alice.hold()
    await bob.shows({ hold: { remote: 'held' } })
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'silence' })))

    const complaints = (await Promise.all([alice, bob].map((phone) => phone.facts()))).flat()
    expect(complaints.filter(({ event }) => event.type === 'quality.degraded')).toEqual([])
  })
})

describeWith(['nft'], 'on a network that loses packets', () => {
  onEmulator('the quality of a call', (stage) => {
    test('is told to be bad, and to be good again', async () => {
      const [alice, bob] = await stage.call({ quality: { interval: 500 } })
      const { path } = await alice.flows({ in: 'sound' })
      const port = Number(/:(\d+) →/.exec(path ?? '')?.[1])

      const mend = losePackets(port, 0.3)
      onTestFinished(mend)
      await tells(alice, 'quality.degraded', 'loss')
      const bad = await alice.page.evaluate(() => window.phone.call.quality$.value)
      expect(bad?.mos).toBeLessThan(4)
      // what bob sends and how much of it is lost, as alice reports it
      await bob.page.until(() => (window.phone.call.quality$.value?.sent?.loss ?? 0) > 0.05)

      mend()
      await tells(alice, 'quality.restored', 'loss')
      expect(await alice.page.evaluate(() => window.phone.call.state.status)).toBe('established')
    })
  })
})

function tells(phone: Phone, type: 'quality.degraded' | 'quality.restored', reason: QualityReason) {
  return phone.page.until(
    (wanted) =>
      window.phone.facts.some(
        ({ event }) => event.type === wanted.type && 'reason' in event && event.reason === wanted.reason
      ),
    { type, reason },
    { what: `${phone.name} tells ${type} ${reason}` }
  )
}

/** Runs on the page: what it sends is cut off beneath the engine, until it is to be sent again. */
async function sendNothing(): Promise<void> {
  const sender = window.media.connections.at(-1)?.getSenders()[0]
  const track = sender?.track ?? null
  await sender?.replaceTrack(null)
  window.addEventListener('send again', () => void sender?.replaceTrack(track), { once: true })
}
