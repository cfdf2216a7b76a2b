import { describe, expect, test } from 'vitest'
import type { CallInput } from '../../machines/index.ts'
import { startCall } from './support/bench.ts'
import type { StartedCall } from './support/bench.ts'
import { everything } from './support/grounds.ts'

function established(input: Partial<CallInput> = {}): StartedCall {
  const call = startCall(input)
  call.run('media.ready', 'leg.answered', 'leg.path.connected')
  return call
}

function recorded(): StartedCall {
  const call = established()
  call.run('record', 'leg.record.done (started)')
  return call
}

/** As the view shows it, be it asked already or yet to be. */
const region = (call: StartedCall) => shown(call.state().value.progress.established?.recording)
const shown = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const [state, within] = Object.entries(value)[0] ?? []
  return state === 'running' ? { running: typeof within === 'string' ? within : Object.keys(within)[0] } : state
}
const asked = (call: StartedCall) => call.said('leg', 'record').map(({ action }) => action)
const facts = (call: StartedCall) =>
  call.log.filter(({ who, event }) => who === 'tells' && event.type.startsWith('recording.')).map(({ event }) => event)

describe('The recording of a call', () => {
  test('is asked for once, and is there when the recorder says so', () => {
    const call = established()

    call.run('record', 'record')
    expect(region(call)).toBe('starting')
    call.run('leg.record.done (started)')

    expect(region(call)).toEqual({ running: 'on' })
    expect(asked(call)).toEqual(['start'])
    expect(facts(call)).toEqual([{ type: 'recording.started', by: 'provider' }])
  })

  test.each([
    ['pauseRecording', 'paused', 'paused'],
    ['stopRecording', 'stopped', 'off']
  ])('shows what an answer says that comes too late: %s', (command, what, state) => {
    const call = recorded()

    call.run(command, 10_000)
    expect(region(call)).toEqual({ running: 'on' })
    call.run(`leg.record.done (${what})`)

    expect(region(call)).toEqual(state === 'off' ? 'off' : { running: state })
  })

  test('goes on after a resume that is confirmed too late', () => {
    const call = recorded()
    call.run('pauseRecording', 'leg.record.done (paused)')

    call.run('resumeRecording', 10_000)
    expect(region(call)).toEqual({ running: 'paused' })
    call.run('leg.record.done (resumed)')

    expect(region(call)).toEqual({ running: 'on' })
  })

  test('takes no answer to another question than the last', () => {
    const call = recorded()

    call.run('pauseRecording', 'leg.record.done (stale)', 'leg.record.refused (stale)')

    expect(region(call)).toEqual({ running: 'pausing' })
    expect(call.state().context.stale).toBe(2)
  })

  test('that does not begin in time is ended, should it begin all the same', () => {
    const call = established()

    call.run('record', 10_000)

    expect(region(call)).toBe('off')
    expect(asked(call)).toEqual(['start', 'stop'])
    expect(facts(call)).toMatchObject([{ type: 'recording.failed', cause: { code: 'recording.timeout' } }])
  })

  test.each(['leg.record.refused', 10_000])('is as it was when it is not to be stopped (%s)', (how) => {
    const call = recorded()
    call.run('pauseRecording', 'leg.record.done (paused)')

    call.run('stopRecording', how)

    expect(region(call)).toEqual({ running: 'paused' })
  })

  test.each([
    ['pauseRecording', 'on'],
    ['resumeRecording', 'paused']
  ])('is asked nothing again by a stop that is refused: %s', (command, state) => {
    const call = recorded()
    if (state === 'paused') call.run('pauseRecording', 'leg.record.done (paused)')

    call.run(command, 'stopRecording', 'leg.record.refused')

    expect(region(call)).toEqual({ running: state })
    expect(asked(call).slice(-2)).toEqual([state === 'on' ? 'pause' : 'resume', 'stop'])
    expect(call.state().hasTag('waiting')).toBe(false)
  })

  test('shows what the recorder did of what it was asked before a stop it refuses, whenever it says so', () => {
    const first = recorded()
    const then = recorded()
    const done = { type: 'leg.record.done', attempt: 2, action: 'pause' } as const

    first.run('pauseRecording', 'stopRecording')
    first.send(done)
    first.run('leg.record.refused')
    then.run('pauseRecording', 'stopRecording', 'leg.record.refused')
    then.send(done)

    expect([region(first), region(then)]).toEqual([{ running: 'paused' }, { running: 'paused' }])
  })

  test('that ends late fails what was asked of it since', () => {
    const call = recorded()
    call.run('stopRecording', 10_000, 'pauseRecording')

    call.send({ type: 'leg.record.done', attempt: 2, action: 'stop' })

    expect(region(call)).toBe('off')
    expect(facts(call).slice(-2)).toMatchObject([
      { type: 'recording.failed', cause: { code: 'recording.rejected' } },
      { type: 'recording.stopped' }
    ])
  })

  test('takes nothing that was done before for what it has done last', () => {
    const call = recorded()
    call.run('pauseRecording', 10_000, 'pauseRecording', 'leg.record.done (paused)')
    call.run('resumeRecording', 'leg.record.done (resumed)')

    call.send({ type: 'leg.record.done', attempt: 2, action: 'pause' })

    expect(region(call)).toEqual({ running: 'on' })
  })

  test('that is lost before it is known to have begun has not begun', () => {
    const call = established()

    call.run('record (locally)', 'media.record.lost', 'media.record.done (started)')

    expect(facts(call)).toMatchObject([{ type: 'recording.failed' }])
    expect(region(call)).toBe('off')
  })

  test('is nobody’s any more when it is off', () => {
    const call = recorded()
    expect(call.state().context.recording.by).toBe('provider')

    call.run('stopRecording', 'leg.record.done (stopped)')
    expect(call.state().context.recording.by).toBe(null)
    call.run('record (locally)', 'media.record.done (started)')

    expect(call.state().context.recording.by).toBe('local')
    expect(call.said('media', 'record')).toMatchObject([{ action: 'start' }])
  })

  test('is not asked for where that is not allowed, nor of a provider that has none', () => {
    const strict = established({ mayRecord: false })
    const bare = established({ capabilities: { ...everything, recording: [] } })

    strict.run('record', 'record (locally)')
    bare.run('record')

    expect([region(strict), region(bare)]).toEqual(['off', 'off'])
    bare.run('record (locally)')
    expect(region(bare)).toBe('starting')
  })
})

describe('While the provider cannot be told anything', () => {
  const detached = (call: StartedCall) => {
    call.run('connection.lost')
    return call
  }
  const commands = [
    ['record', 'start', established],
    ['pauseRecording', 'pause', recorded],
    [
      'resumeRecording',
      'resume',
      () => {
        const call = recorded()
        call.run('pauseRecording', 'leg.record.done (paused)')
        return call
      }
    ],
    ['stopRecording', 'stop', recorded]
  ] as const

  test.each(commands)('%s is asked of it as soon as it can be', (command, action, begin) => {
    const call = detached(begin())
    const before = asked(call).length

    call.run(command, 5_000)
    expect(asked(call)).toHaveLength(before)
    call.run('connection.restored', 'leg.verified')

    expect(asked(call).slice(before)).toEqual([action])
  })

  test.each(commands)('%s fails when that takes too long, and is not asked any more', (command, _, begin) => {
    const call = detached(begin())
    const [before, was] = [asked(call).length, region(call)]

    call.run(command, 10_000, 'connection.restored', 'leg.verified', 1_000)

    expect(facts(call).at(-1)).toMatchObject({ type: 'recording.failed', cause: { code: 'recording.timeout' } })
    expect(region(call)).toEqual(was)
    expect(asked(call)).toHaveLength(before)
  })

  test('a recording that may have begun unheard is ended when it can be', () => {
    const call = established()

    call.run('record', 'connection.lost', 10_000)
    expect(asked(call)).toEqual(['start'])
    call.run('connection.restored', 'leg.verified')

    expect(asked(call)).toEqual(['start', 'stop'])
    expect(region(call)).toBe('off')
  })

  test('we go on recording ourselves', () => {
    const call = detached(established())

    call.run('record (locally)', 'media.record.done (started)', 'stopRecording', 'media.record.done (stopped)')

    expect(facts(call).map(({ type }) => type)).toEqual(['recording.started', 'recording.stopped'])
  })
})
