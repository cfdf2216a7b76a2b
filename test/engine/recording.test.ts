import { describe, expect, test } from 'vitest'
import type { RecordedStreams, Recorder } from '../../src/index.ts'
import { CallError } from '../../src/index.ts'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'
import type { DeskOptions } from './support/desk.ts'

type Action = 'start' | 'pause' | 'resume' | 'stop'

/** Does what it is told, unless the test has told it to fail at something, or to leave it undone. */
class FakeRecorder implements Recorder {
  readonly done: Action[] = []
  readonly streams: RecordedStreams[] = []
  readonly fails = new Map<Action, Error>()
  readonly ignores = new Set<Action>()
  lose: (cause: unknown) => void = () => {}

  start(streams: RecordedStreams, lost: (cause: unknown) => void) {
    this.streams.push(streams)
    this.lose = lost
    return this.#do('start')
  }
  follow(streams: RecordedStreams) {
    this.streams.push(streams)
  }
  pause = () => this.#do('pause')
  resume = () => this.#do('resume')
  stop = () => this.#do('stop')

  #do(action: Action): Promise<void> {
    this.done.push(action)
    const error = this.fails.get(action)
    if (error !== undefined) return Promise.reject(error)
    return this.ignores.has(action) ? new Promise(() => {}) : Promise.resolve()
  }
}

const records: DeskOptions = { capabilities: { recording: ['start', 'pause', 'resume', 'stop'] } }
const refusal = { code: 'recording.rejected', text: 'Forbidden', provider: { code: 403 } } as const

describe('A call that the provider records', () => {
  test('says so when the provider has said so, and not before', async () => {
    const { transport, established } = await setUpOnline(records)
    transport.ignores.add('record')
    const { call, leg } = await established()

    const started = watch(call.record())
    await settled()
    expect(call.recording$.value).toEqual({ state: 'starting', by: 'provider' })
    expect(started.outcome).toBe('pending')
    leg.emit({ type: 'leg.record.done', attempt: leg.attempt('record'), action: 'start' })
    await settled()

    expect(started.outcome).toBe('resolved')
    expect(call.recording$.value).toEqual({ state: 'on', by: 'provider' })
  })

  test('is paused, resumed and stopped', async () => {
    const { established, told } = await setUpOnline(records)
    const { call, leg } = await established()
    const seen: string[] = []
    call.recording$.subscribe(({ state }) => seen.push(state))

    await call.record()
    await call.pauseRecording()
    await call.resumeRecording()
    await call.stopRecording()

    expect(seen).toEqual(['off', 'starting', 'on', 'pausing', 'paused', 'resuming', 'on', 'stopping', 'off'])
    expect(leg.sent('record').map((command) => 'action' in command && command.action)).toEqual([
      'start',
      'pause',
      'resume',
      'stop'
    ])
    const facts = told.map(({ event }) => event.type).filter((type) => type.startsWith('recording.'))
    expect(facts).toEqual(['recording.started', 'recording.paused', 'recording.resumed', 'recording.stopped'])
  })

  test('is not recorded when the provider refuses, and says why', async () => {
    const { transport, established } = await setUpOnline(records)
    transport.ignores.add('record')
    const { call, leg } = await established()

    const error = errorOf(call.record())
    leg.emit({ type: 'leg.record.refused', attempt: leg.attempt('record'), cause: refusal })

    expect(await error).toMatchObject({ code: 'recording.rejected', provider: { code: 403 } })
    expect(call.recording$.value).toEqual({ state: 'off', by: null })
  })

  test('is not recorded when the provider does not answer, and is told to stop all the same', async () => {
    const { transport, established, clock } = await setUpOnline(records)
    transport.ignores.add('record')
    const { call, leg } = await established()

    const error = errorOf(call.record())
    clock.increment(10_000)

    expect(await error).toMatchObject({ code: 'recording.timeout', retryable: true })
    expect(call.recording$.value.state).toBe('off')
    expect(leg.sent('record').at(-1)).toMatchObject({ action: 'stop' })
  })

  test('shows what is true when the answer comes too late', async () => {
    const { transport, established, clock } = await setUpOnline(records)
    const { call, leg } = await established()
    await call.record()
    transport.ignores.add('record')

    const error = errorOf(call.pauseRecording())
    clock.increment(10_000)
    expect(await error).toMatchObject({ code: 'recording.timeout' })
    expect(call.recording$.value.state).toBe('on')
    leg.emit({ type: 'leg.record.done', attempt: leg.attempt('record'), action: 'pause' })

    expect(call.recording$.value.state).toBe('paused')
  })

  test('cannot be where it does not record, where the policy forbids it, and before it is established', async () => {
    const bare = await (await setUpOnline()).established()
    expect(await errorOf(bare.call.record())).toMatchObject({ code: 'recording.unsupported' })

    const strict = await setUpOnline({ ...records, policy: { recording: false } })
    const { call, leg } = await strict.established()
    const recorder = new FakeRecorder()
    expect(call.can('record')).toBe(false)
    expect(await errorOf(call.record())).toMatchObject({ code: 'call.refused' })
    expect(await errorOf(call.record(recorder))).toMatchObject({ code: 'call.refused' })
    expect([leg.sent('record'), recorder.done]).toEqual([[], []])

    const early = await (await setUpOnline(records)).dial()
    expect(early.call.can('record')).toBe(false)
    expect(await errorOf(early.call.record(recorder))).toMatchObject({ code: 'call.refused' })
  })

  test('is paused only where the provider can', async () => {
    const { established } = await setUpOnline({ capabilities: { recording: ['start', 'stop'] } })
    const { call } = await established()
    await call.record()

    expect([call.can('pauseRecording'), call.can('stopRecording')]).toEqual([false, true])
    expect(await errorOf(call.pauseRecording())).toMatchObject({ code: 'call.refused' })
  })

  test('rejects whoever waits when the call ends', async () => {
    const { transport, established } = await setUpOnline(records)
    transport.ignores.add('record')
    const { call, leg } = await established()

    const error = errorOf(call.record())
    leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })

    expect(await error).toMatchObject({ code: 'call.ended' })
    expect(call.recording$.value).toEqual({ state: 'off', by: null })
  })

  test('pays no heed to a recorder of the application, nor the other way round', async () => {
    const { transport, established } = await setUpOnline(records)
    transport.ignores.add('record')
    const { call, leg } = await established()
    const recorder = new FakeRecorder()
    recorder.ignores.add('start')

    const started = watch(call.record(recorder))
    leg.emit({ type: 'leg.record.done', attempt: 1, action: 'start' })
    await settled()

    expect(started.outcome).toBe('pending')
    expect(call.recording$.value).toEqual({ state: 'starting', by: 'local' })
  })
})

describe('A call that is recorded on our side', () => {
  test('gives the recorder both sides, and whatever the peer sends later', async () => {
    const { established } = await setUpOnline()
    const { call, leg } = await established()
    const recorder = new FakeRecorder()

    await call.record(recorder)
    const local = leg.attached[0]
    expect(recorder.streams).toEqual([{ local, remote: null }])
    const remote = leg.plays()

    expect(recorder.streams.at(-1)).toEqual({ local, remote })
    expect(call.recording$.value).toEqual({ state: 'on', by: 'local' })
    expect(leg.sent('record')).toEqual([])
  })

  test.each([
    ['start', 'off'],
    ['pause', 'on'],
    ['resume', 'paused'],
    ['stop', 'on']
  ] as const)('is as it was when the recorder cannot %s', async (action, state) => {
    const { established } = await setUpOnline()
    const { call } = await established()
    const recorder = new FakeRecorder()
    recorder.fails.set(action, new CallError('recording.failed', 'The disk is gone'))
    if (action !== 'start') await call.record(recorder)
    if (action === 'resume') await call.pauseRecording()

    const commands = {
      start: () => call.record(recorder),
      pause: () => call.pauseRecording(),
      resume: () => call.resumeRecording(),
      stop: () => call.stopRecording()
    }

    expect(await errorOf(commands[action]())).toMatchObject({ code: 'recording.failed', message: 'The disk is gone' })
    expect(call.recording$.value.state).toBe(state)
  })

  test('is over when the recorder cannot go on, and can be recorded again', async () => {
    const { established, told } = await setUpOnline()
    const { call } = await established()
    const recorder = new FakeRecorder()
    await call.record(recorder)

    recorder.lose(new Error('No space left'))

    expect(call.recording$.value).toEqual({ state: 'off', by: null })
    expect(told.at(-1)?.event).toMatchObject({ type: 'recording.lost', cause: { code: 'recording.failed' } })
    expect(call.state.status).toBe('established')
    await call.record(new FakeRecorder())
    recorder.lose(new Error('No space left'))
    expect(call.recording$.value.state).toBe('on')
  })

  test('tells whoever is stopping it that it was lost', async () => {
    const { established } = await setUpOnline()
    const { call } = await established()
    const recorder = new FakeRecorder()
    recorder.ignores.add('stop')
    await call.record(recorder)

    const error = errorOf(call.stopRecording())
    recorder.lose(new CallError('recording.failed', 'The sink does not take the recording'))

    expect(await error).toMatchObject({ code: 'recording.failed' })
    expect(call.recording$.value.state).toBe('off')
  })

  test.each([['hangup'], ['the peer hangs up'], ['dispose'], ['while it is paused'], ['after a refused pause']])(
    'is brought to its end with the call: %s',
    async (way) => {
      const { engine, established } = await setUpOnline()
      const { call, leg } = await established()
      const recorder = new FakeRecorder()
      recorder.fails.set('pause', new Error('No'))
      if (way === 'while it is paused') recorder.fails.clear()
      await call.record(recorder)
      if (/pause/.test(way)) await call.pauseRecording().catch(() => {})

      if (way === 'the peer hangs up') leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })
      else if (way === 'dispose') engine.dispose()
      else await call.hangup()

      expect(recorder.done.filter((action) => action === 'stop')).toHaveLength(1)
    }
  )

  test('is stopped also when the call ends while it starts', async () => {
    const { established } = await setUpOnline()
    const { call } = await established()
    const recorder = new FakeRecorder()
    recorder.ignores.add('start')

    const error = errorOf(call.record(recorder))
    await call.hangup()

    expect(await error).toMatchObject({ code: 'call.ended' })
    expect(recorder.done).toEqual(['start', 'stop'])
  })

  test('lives on with a recorder that throws', async () => {
    const { established } = await setUpOnline()
    const { call, leg } = await established()
    const broken = (): never => {
      throw new Error('Broken')
    }
    const mute: Recorder = {
      start: () => Promise.resolve(),
      follow: broken,
      pause: broken,
      resume: broken,
      stop: broken
    }

    expect(await errorOf(call.record({ ...mute, start: broken }))).toMatchObject({ code: 'recording.failed' })
    await call.record(mute)
    expect(await errorOf(call.pauseRecording())).toMatchObject({ code: 'recording.failed' })
    leg.plays()
    expect(call.recording$.value.state).toBe('off')

    await call.record(mute)
    await call.hangup()
    expect(call.state.status).toBe('ended')
  })
})
