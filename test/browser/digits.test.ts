/** Keys pressed in a call, and what of them arrives at the other side. */
import { expect, test } from 'vitest'
import { onEachServer } from '../support/browser/stage.ts'

/** Real time: a busy machine takes longer. */
onEachServer('a digit', (stage) => {
  test('that is sent as a message arrives, and all of them in order', async () => {
    const [alice, bob] = await stage.call()

    await alice.dtmf('1234567890*#ABCD', { method: 'info', duration: 40, gap: 30 })

    await expect.poll(() => bob.digits()).toBe('1234567890*#ABCD')
  })

  test('is not lost when keys are pressed fast', async () => {
    const [alice, bob] = await stage.call()

    await alice.page.evaluate(() =>
      Promise.all(
        [...'112233#'].map((key) => window.phone.run('dtmf', [key, { method: 'info', duration: 40, gap: 30 }]))
      )
    )

    await expect.poll(() => bob.digits()).toBe('112233#')
  })

  test('that is pressed during a hold waits for its end to be agreed, and arrives', async () => {
    const [alice, bob] = await stage.call()

    await alice.page.evaluate(() =>
      Promise.all([
        window.phone.run('hold', []),
        window.phone.run('dtmf', ['42', { method: 'info', duration: 40, gap: 30 }]),
        window.phone.run('resume', []).catch(() => {})
      ]).catch(() => {})
    )

    await expect.poll(() => bob.digits()).toBe('42')
    await alice.shows({ hold: { local: 'active' }, negotiation: 'stable' })
    await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound' })))
  })

  test('that is sent in the audio is heard as its tone', async () => {
    const [alice, bob] = await stage.call()
    await alice.mute()
    await bob.flows({ in: 'silence' })
    await bob.listen()

    await alice.dtmf('159#', { method: 'rtp', duration: 120, gap: 250 })
    await alice.dtmf('0', { duration: 120, gap: 250 })

    await expect.poll(() => bob.keys()).toBe('159#0')
    expect(alice.trace.filter(({ text }) => text.startsWith('INFO '))).toEqual([])
  })

  test('that is sent in the audio is not lost when keys are pressed fast', async () => {
    const [alice, bob] = await stage.call()
    await alice.mute()
    await bob.flows({ in: 'silence' })
    await bob.listen()

    await alice.page.evaluate(() =>
      Promise.all([...'2255'].map((key) => window.phone.run('dtmf', [key, { method: 'rtp', duration: 120, gap: 250 }])))
    )

    await expect.poll(() => bob.keys()).toBe('2255')
  })
})
