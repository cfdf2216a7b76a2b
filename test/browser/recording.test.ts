/** Calls recorded in a real browser: the recording is decoded, and who can be heard in it, and when, is measured. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { EngineEvent, RecordedStreams } from '../../src/index.ts'
import type { LocalRecorder, LocalRecorderOptions } from '../../src/recording/index.ts'
import type { Phone } from '../support/browser/phones.ts'
import { hearIn, tones, useTones } from '../support/browser/recordings.ts'
import { onEmulator } from '../support/browser/stage.ts'
import type { Stage } from '../support/browser/stage.ts'
import { pause } from '../support/until.ts'

declare global {
  interface Window {
    recorder: LocalRecorder
    pieces: Blob[]
    sinkIsClosed: boolean
  }
}

type Wanted = Omit<LocalRecorderOptions, 'sink'> & { readonly sink?: 'callback' | 'stream'; readonly takes?: number }

/** Milliseconds of sound in a piece; and how many can be told apart from others in a recording. */
const timeslice = 100
const long = 1_200

/** Has the youngest call recorded, in pieces. */
function record({ page }: Phone, wanted: Wanted = {}): Promise<void> {
  return page.evaluate(
    async ({ sink = 'callback', takes, ...options }) => {
      window.pieces = []
      window.sinkIsClosed = false
      const write = async (piece: Blob) => {
        if (window.pieces.length >= takes) throw new DOMException('No space left', 'QuotaExceededError')
        window.pieces.push(piece)
      }
      const close = () => void (window.sinkIsClosed = true)
      const given = sink === 'stream' ? new WritableStream<Blob>({ write, close }) : write
      window.recorder = window.callchart.localRecorder({ sink: given, ...options })
      await window.phone.call.record(window.recorder)
    },
    { takes: Number.MAX_SAFE_INTEGER, timeslice, ...wanted }
  )
}

const run = ({ page }: Phone, command: 'pauseRecording' | 'resumeRecording' | 'stopRecording') =>
  page.evaluate((what) => window.phone.call[what](), command)

/** Until so much has been recorded since: a busy machine takes longer. */
async function aWhile({ page }: Phone): Promise<void> {
  const before = await page.evaluate(() => window.pieces.length)
  await page.until((count) => window.pieces.length >= count, before + long / timeslice)
}

/** alice hums low, bob high, and each is heard. */
async function humming(stage: Stage): Promise<[Phone, Phone]> {
  const [alice, bob] = (await stage.phones(['alice', 'bob'], { before: useTones })) as [Phone, Phone]
  await alice.page.evaluate((tone) => void (window.tone = tone), tones.low)
  await bob.page.evaluate((tone) => void (window.tone = tone), tones.high)
  await Promise.all([alice.connect(), bob.connect()])
  await alice.dial(bob)
  await bob.shows({ status: 'ringing' })
  await bob.answer()
  await Promise.all([alice, bob].map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
  return [alice, bob]
}

const facts = (events: readonly EngineEvent[]) =>
  events.map(({ event }) => event).filter(({ type }) => type.startsWith('recording.'))

onEmulator('a call that is recorded in the browser', (stage) => {
  test('has both of us while we talk, nothing of us while we are muted, and nothing at all while it is held', async () => {
    const [alice] = await humming(stage)

    await record(alice)
    await alice.shows({ recording: { state: 'on', by: 'local' } })
    await aWhile(alice)
    await alice.mute()
    await aWhile(alice)
    await alice.hold()
    await aWhile(alice)
    await alice.resume()
    await aWhile(alice)
    await alice.unmute()
    await aWhile(alice)
    await run(alice, 'stopRecording')

    await alice.shows({ recording: { state: 'off', by: null } })
    expect(await hearIn(alice)).toEqual([['low+high', 'high', '', 'high', 'low+high']])
  })

  test('leaves out what is said while it is paused', async () => {
    const [alice] = await humming(stage)

    await record(alice)
    await aWhile(alice)
    await run(alice, 'pauseRecording')
    await alice.shows({ recording: { state: 'paused' } })
    await alice.mute()
    // nothing is recorded that could be waited for
    await pause(long)
    await alice.unmute()
    await run(alice, 'resumeRecording')
    await aWhile(alice)
    await run(alice, 'stopRecording')

    expect(await hearIn(alice)).toEqual([['low+high']])
  })

  test('has us on the left and the peer on the right, when that is wanted', async () => {
    const [alice] = await humming(stage)

    await record(alice, { channels: 'stereo' })
    await aWhile(alice)
    await run(alice, 'stopRecording')

    expect(await hearIn(alice)).toEqual([['low'], ['high']])
  })

  test('goes on with another microphone', async () => {
    const [alice] = await humming(stage)
    await record(alice)
    await aWhile(alice)

    await alice.page.evaluate(async (tone) => {
      window.tone = tone
      const local = await navigator.mediaDevices.getUserMedia({ audio: true })
      const streams: RecordedStreams = { local, remote: window.phone.call.remoteStream$.value }
      window.recorder.follow(streams)
      window.addEventListener('done', () => local.getTracks().forEach((track) => track.stop()))
    }, tones.middle)
    await aWhile(alice)
    await run(alice, 'stopRecording')
    await alice.page.evaluate(() => void window.dispatchEvent(new Event('done')))

    expect(await hearIn(alice)).toEqual([['low+high', 'middle+high']])
  })

  test('is lost when the sink takes no more; what it took can be played, and the call goes on', async () => {
    const [alice, bob] = await humming(stage)

    await record(alice, { takes: 12 })
    await alice.shows({ recording: { state: 'off', by: null } })

    expect(facts(await alice.facts())).toMatchObject([
      { type: 'recording.started', by: 'local' },
      { type: 'recording.lost', cause: { code: 'recording.failed' } }
    ])
    expect(await alice.page.evaluate(() => window.pieces.length)).toBe(12)
    expect(await hearIn(alice)).toEqual([['low+high']])
    await bob.flows({ in: 'sound' })
  })

  test.each([['alice hangs up'], ['bob hangs up']])('is finished when the call is over: %s', async (who) => {
    const [alice, bob] = await humming(stage)
    await record(alice, { sink: 'stream' })
    await aWhile(alice)

    await (who === 'alice hangs up' ? alice : bob).hangup()
    await alice.shows({ status: 'ended' })

    await alice.page.evaluate(() => window.recorder.finished)
    expect(await alice.page.evaluate(() => window.sinkIsClosed)).toBe(true)
    expect(await hearIn(alice)).toEqual([['low+high']])
  })

  test('becomes a file, as in the example', async () => {
    const readme = readFileSync(new URL('../../src/recording/README.md', import.meta.url), 'utf8')
    const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? ''
    const [alice] = await humming(stage)

    const play = async ([source, time]: readonly [string, number]) => {
      const code = source.replace(/^import .*$/m, '').replace('await call.pause', 'await aWhile()\nawait call.pause')
      const aWhile = () => new Promise((resolve) => setTimeout(resolve, time))
      const body = `return (async () => { ${code}\nreturn recording })()`
      // oxlint-disable-next-line no-implied-eval, no-new-func -- what a reader copies is what runs
      const act = new Function('call', 'localRecorder', 'aWhile', body)
      window.pieces = [await act(window.phone.call, window.callchart.localRecorder, aWhile)]
    }
    await alice.page.evaluate(play, [example, long] as const)

    expect(await hearIn(alice)).toEqual([['low+high']])
  })

  describe('where the browser cannot', () => {
    test('says so, and leaves the call alone', async () => {
      const [alice, bob] = await humming(stage)
      const bad = await record(alice, { mimeType: 'audio/none' }).catch((error: Error) => error.message)
      expect(bad).toContain('makes no recordings of type audio/none')

      await alice.page.evaluate(() => void Reflect.deleteProperty(window, 'MediaRecorder'))
      const none = await record(alice).catch((error: Error) => error.message)

      expect(none).toContain('There is no MediaRecorder')
      await alice.shows({ status: 'established', recording: { state: 'off' } })
      await bob.flows({ in: 'sound' })
    })
  })
})
