/** Everything else that the phones of `npm start` can do, with a third one to try it on. Each test has a page of its own. */
import { expect, test } from 'vitest'
import { gone, heard, seen, useSoftPhones } from '../support/browser/softphone-page.ts'
import type { SoftPhones } from '../support/browser/softphone-page.ts'
import { describeWith } from '../support/needing.ts'

/** Alice talks with Bob, and holds Carol. */
async function talkWithBoth({ alice, bob, carol, talk }: SoftPhones) {
  await talk(alice, bob)
  await carol.press('Call')
  await alice.press('Answer Carol')
  await carol.says('In call')
  await alice.press('Swap')
  await carol.says('Alice holds you')
  await expect.poll(() => bob.headline()).toBe('In call')
}

/** Bob talks with Carol. */
async function talkWithCarol({ bob, carol, talk }: SoftPhones) {
  await bob.press('Carol')
  await talk(bob, carol)
}

describeWith(['chromium'], 'three softphones on a page', () => {
  const phones = useSoftPhones()

  test('see each other in a video call, and themselves in a small picture', async () => {
    const { alice, bob } = phones()

    await alice.press('Video call')
    await bob.says('Incoming call')
    await bob.press('Answer with video')

    await seen(alice, 'Bob’s picture')
    await seen(bob, 'Alice’s picture')
    await seen(alice, 'Your own picture')
    await heard(bob)
  })

  test('share the screen', async () => {
    const { alice, bob, talk } = phones()
    await talk(alice, bob, 'Video call', 'Answer with video')
    await seen(bob, 'Alice’s picture')

    await alice.press('Screen')

    await expect
      .poll(() =>
        alice.card.getByLabel('Your own picture').evaluate((picture) => {
          const [track] = ((picture as HTMLVideoElement).srcObject as MediaStream).getVideoTracks()
          return track !== undefined && 'displaySurface' in track.getSettings()
        })
      )
      .toBe(true)
    await seen(bob, 'Alice’s picture')
  })

  test('go back to sound alone', async () => {
    const { alice, bob, talk } = phones()
    await talk(alice, bob, 'Video call', 'Answer with video')
    await seen(alice, 'Your own picture')

    await bob.press('No video')

    await Promise.all([gone(bob, 'Your own picture'), gone(alice, 'Your own picture')])
    await bob.says('In call')
    await heard(alice)
  })

  test('are asked before they look, and may only look', async () => {
    const { alice, bob, talk } = phones()
    await talk(alice, bob)

    await alice.press('Camera')

    await bob.shows('Alice would like to see you.')
    expect(await bob.card.getByRole('timer').textContent()).toMatch(/^(30|2\d) s$/)
    await bob.press('Only look')

    await seen(bob, 'Alice’s picture')
    await gone(bob, 'Your own picture')
  })

  test('record what is said, and offer it as a file that can be played', async () => {
    const { alice, bob, talk } = phones()
    await talk(alice, bob)

    await alice.press('Record')
    await alice.shows('Recording')
    await alice.press('Pause')
    await alice.shows('Paused')
    await alice.press('Continue')
    await alice.shows('Recording')
    await heard(alice)
    await alice.press('Stop')

    const link = alice.card.getByRole('list', { name: 'Recordings' }).getByRole('link')
    await link.waitFor()
    expect(await link.getAttribute('download')).toMatch(/^Bob 1\.webm$/)
    const seconds = await link.evaluate(async (file) => {
      const bytes = await (await fetch((file as HTMLAnchorElement).href)).arrayBuffer()
      return (await new AudioContext().decodeAudioData(bytes)).duration
    })
    expect(seconds).toBeGreaterThan(0.5)
  })

  test('tell how the call sounds', async () => {
    const { alice, bob, talk } = phones()
    await talk(alice, bob)

    await expect.poll(() => alice.card.getByLabel('Quality').textContent()).toMatch(/^MOS 4\.\d · loss in 0 %/)
  })

  test('change the microphone in the middle of a call, and keep the one they had where it is refused', async () => {
    const { alice, bob, talk } = phones()
    await talk(alice, bob)

    await alice.card.getByLabel('Microphone', { exact: true }).selectOption('tone')
    await alice.shows('capture.replaced')
    await heard(bob)

    await alice.card.getByLabel('Microphone', { exact: true }).selectOption('refused')
    await alice.alerts('media.denied')
    await heard(bob)
  })

  test('are played through the loudspeaker that was chosen', async () => {
    const { alice, bob, talk } = phones()
    await talk(bob, alice)

    const choice = alice.card.getByLabel('Loudspeaker')
    await choice.selectOption({ index: 1 })

    // shown once it is true
    await expect.poll(() => choice.inputValue()).not.toBe('')
    const chosen = await choice.inputValue()
    const sink = () => alice.card.locator('.loudspeaker audio').evaluate((audio) => (audio as HTMLAudioElement).sinkId)
    await expect.poll(sink).toBe(chosen)
    await choice.selectOption('')
    await expect.poll(sink).toBe('')
  })

  test('take a call that waits, hold the first, and swap', async () => {
    const { alice, bob, carol, talk } = phones()
    await talk(bob, alice)

    await carol.press('Call')
    await alice.shows('is waiting')
    expect(await alice.headline()).toBe('In call')

    await alice.press('Answer Carol')
    await bob.says('Alice holds you')
    await heard(carol)
    await alice.press('Swap')

    await carol.says('Alice holds you')
    await heard(bob)
    await expect.poll(() => carol.loudness()).toBe(0)
    await expect
      .poll(() => alice.card.getByRole('listitem').filter({ hasText: 'Carol' }).first().textContent())
      .toContain('on hold')
  })

  test('talk all three, and one by one again', async () => {
    const { alice, bob, carol } = phones()
    await talkWithBoth(phones())

    await alice.press('Talk together')
    await alice.shows('talks with you all')
    const voice = alice.card.getByRole('region', { name: 'Other calls' }).locator('audio')
    expect(await voice.evaluate((audio) => (audio as HTMLAudioElement).paused)).toBe(false)
    await expect.poll(() => carol.headline()).toBe('In call')
    await heard(carol)

    // all that Bob can hear now is Carol
    await alice.press('Mute')
    await heard(bob)
    await alice.press('Unmute')
    await alice.press('Split up')

    await bob.says('Alice holds you')
    await heard(carol)
  })

  test('connect their two calls, if the one who is passed on agrees', async () => {
    const { alice, bob, carol } = phones()
    await talkWithBoth(phones())

    await alice.press('Connect Bob and Carol')
    await carol.shows('Alice wants to pass you on to Bob.')
    await carol.press('Call Bob')

    await alice.says('The call was passed on')
    await expect.poll(() => bob.card.locator('.who').textContent()).toBe('Carol')
    await bob.says('In call')
    await carol.says('In call')
    await Promise.all([heard(bob), heard(carol)])
  })

  test('ask somebody first, and go back', async () => {
    const { alice, bob, carol } = phones()
    await talkWithCarol(phones())

    await bob.card.getByLabel('Transfer to').fill('sip:alice@example.test')
    await bob.press('Ask first')
    await alice.press('Answer')
    await alice.says('In call')
    await carol.says('Bob holds you')
    await bob.press('Back to Carol')

    await alice.says('Bob hung up')
    await expect.poll(() => carol.headline()).toBe('In call')
    await heard(carol)
  })

  test('pass a call on at once', async () => {
    const { alice, bob, carol } = phones()
    await talkWithCarol(phones())

    await bob.card.getByLabel('Transfer to').fill('sip:alice@example.test')
    await bob.press('Transfer')
    await carol.press('Call Alice')
    await bob.shows('Carol calls Alice … it rings')
    await alice.press('Answer')

    await bob.says('The call was passed on')
    await alice.says('In call')
    await Promise.all([heard(alice), heard(carol)])
  })

  test('are not disturbed, and see afterwards who called', async () => {
    const { alice, bob } = phones()

    await bob.card.getByLabel('Do not disturb').check()
    await alice.press('Call')

    await alice.says('Bob is busy')
    await bob.shows('1 missed')
    await bob.card.getByText('Calls before').click()
    const [last] = await bob.card.getByRole('list', { name: 'Calls before, newest first' }).getByRole('listitem').all()
    expect(await last?.textContent()).toContain('Alicemissed')
    await bob.card.getByLabel('Do not disturb').uncheck()
    await last?.getByRole('button', { name: 'Call Alice again' }).click()
    await alice.press('Answer')
    await bob.says('In call')
  })
})
