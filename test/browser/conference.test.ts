/** Three real browsers, each of which hums another tone: who hears whom while one of them mixes. */
import { expect, test } from 'vitest'
import type { Phone } from '../support/browser/phones.ts'
import { tones, useTones } from '../support/browser/recordings.ts'
import { onEachServer } from '../support/browser/stage.ts'
import type { Stage } from '../support/browser/stage.ts'

onEachServer('a conference of three', (stage) => {
  test(
    'lets each hear both others and nobody himself, and who leaves is apart again',
    { timeout: 120_000 },
    async () => {
      const [alice, bob, carol] = await humming(stage)
      await callBoth(alice, bob, carol)
      await Promise.all([hears(bob, ''), hears(carol, 'low')])

      await alice.page.evaluate(() => window.phone.conference.join(...window.phone.engine.calls$.value))

      await Promise.all([hears(bob, 'low+high'), hears(carol, 'low+middle')])
      expect(await Promise.all([heardOn(alice, 0), heardOn(alice, 1)])).toEqual(['middle', 'high'])

      // we are silent for one of them, and the others are not
      await alice.page.evaluate(() => window.phone.engine.calls$.value[0]?.mute())
      await Promise.all([hears(bob, 'high'), hears(carol, 'low+middle')])
      await alice.page.evaluate(() => window.phone.engine.calls$.value[0]?.unmute())
      await hears(bob, 'low+high')

      await alice.page.evaluate(async () => {
        const { conference, calls } = window.phone
        if (calls[1] !== undefined) await conference.leave(calls[1])
      })
      await Promise.all([hears(bob, 'low'), hears(carol, '')])
      await carol.shows({ hold: { remote: 'held' } })
      expect(await alice.page.evaluate(() => window.phone.conference.status$.value)).toBe('idle')
    }
  )

  test('goes on where one hangs up, and leaves the last two an ordinary call', async () => {
    const [alice, bob, carol] = await humming(stage)
    await callBoth(alice, bob, carol)
    await alice.page.evaluate(() => window.phone.conference.join(...window.phone.engine.calls$.value))
    await hears(bob, 'low+high')

    await carol.hangup()

    await hears(bob, 'low')
    expect(await heardOn(alice, 0)).toBe('middle')
    await alice.page.evaluate(() => window.phone.engine.current$.value?.hangup())
    await bob.shows({ status: 'ended' })
  })

  test.each([
    ['has us call', 0, 1],
    ['has call us', 1, 0]
  ])('goes on with somebody whom one of them %s in his place', async (_, given, to) => {
    const [alice, bob, carol, dave] = await humming(stage, ['alice', 'bob', 'carol', 'dave'])
    await callBoth(alice, bob, carol)
    await alice.page.evaluate(() => window.phone.conference.join(...window.phone.engine.calls$.value))
    await hears(carol, 'low+middle')

    await bob.page.evaluate((uri) => window.phone.call.consult(uri).then(() => undefined), dave.uri)
    await dave.shows({ status: 'ringing' })
    await dave.answer()
    await Promise.all([bob, dave].map((phone) => phone.shows({ status: 'established', path: 'connected' })))
    await hears(carol, 'low')
    await bob.page.evaluate(
      ([from, whom]) => {
        const calls = window.phone.engine.calls$.value
        const [call, other] = [calls[from], calls[whom]]
        return call !== undefined && other !== undefined ? call.transfer(other) : undefined
      },
      [given, to] as const
    )

    await bob.shows({ status: 'ended', end: { reason: 'transferred' } })
    await Promise.all([hears(dave, 'low+high'), hears(carol, 'low+middle')])
    expect(await alice.page.evaluate(() => window.phone.conference.calls$.value.length)).toBe(2)
    expect(await alice.page.evaluate(() => window.phone.conference.status$.value)).toBe('together')
  })
})

async function humming(stage: Stage, names = ['alice', 'bob', 'carol']): Promise<[Phone, Phone, Phone, Phone]> {
  const policy = { transfer: { incoming: 'accept' } } as const
  const phones = (await stage.phones(names, { before: useTones, policy })) as [Phone, Phone, Phone, Phone]
  const hummed = Object.values(tones)
  for (const [index, { page }] of phones.entries()) {
    // who takes Bob’s place hums as he did
    await page.evaluate((tone) => void (window.tone = tone), hummed[index === 3 ? 1 : index] ?? 0)
  }
  await Promise.all(phones.map((phone) => phone.connect()))
  return phones
}

/** Alice calls one after the other; the first is held. */
async function callBoth(alice: Phone, bob: Phone, carol: Phone): Promise<void> {
  for (const other of [bob, carol]) {
    await alice.dial(other)
    await other.shows({ status: 'ringing' })
    await other.answer()
    await Promise.all([alice, other].map((phone) => phone.shows({ status: 'established', path: 'connected' })))
  }
}

/** Waits until exactly these are heard on the first call of this phone, and for a while nothing else. */
async function hears(phone: Phone, expected: string): Promise<void> {
  const seen: string[] = []
  const isSteady = () => seen.slice(-2).length === 2 && seen.slice(-2).every((heard) => heard === expected)
  for (let tries = 0; tries < 20 && !isSteady(); tries++) seen.push(await heardOn(phone, 0))
  if (!isSteady()) throw new Error(`${phone.name} does not hear "${expected}", but ${JSON.stringify(seen)}`)
}

/** Which tones this phone hears on one of its calls, for a third of a second. */
function heardOn({ page }: Phone, index: number): Promise<string> {
  return page.evaluate(
    async ([named, which]) => {
      const stream = window.phone.engine.calls$.value[which]?.remoteStream$.value
      if (stream === null || stream === undefined) return 'no stream'
      const audio = new AudioContext()
      await audio.resume()
      const element = new Audio()
      element.muted = true
      element.srcObject = stream
      await element.play()
      const analyser = new AnalyserNode(audio, { fftSize: 8_192 })
      audio.createMediaStreamSource(stream).connect(analyser)
      // by the clock of the sound: a busy machine plays it late
      const end = new ConstantSourceNode(audio, { offset: 0 })
      end.connect(audio.destination)
      end.start()
      end.stop(audio.currentTime + 0.35)
      await new Promise((resolve) => end.addEventListener('ended', resolve))
      const samples = new Float32Array(analyser.fftSize)
      analyser.getFloatTimeDomainData(samples)
      element.srcObject = null
      await audio.close()
      const powerAt = (frequency: number) => {
        const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / audio.sampleRate)
        let [one, two] = [0, 0]
        for (const sample of samples) [one, two] = [sample + coefficient * one - two, one]
        return (one ** 2 + two ** 2 - coefficient * one * two) / samples.length ** 2
      }
      return Object.entries(named)
        .filter(([, frequency]) => powerAt(frequency) > 5e-4)
        .map(([name]) => name)
        .join('+')
    },
    [tones, index] as const
  )
}
