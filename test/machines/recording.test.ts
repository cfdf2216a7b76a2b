import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { CallInput, RecordAction } from '../../machines/index.ts'
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

const region = (call: StartedCall) => call.state().value.progress.established?.recording
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

  test('is as it was when it is not to be stopped', () => {
    const call = recorded()
    call.run('pauseRecording', 'leg.record.done (paused)')

    call.run('stopRecording', 'leg.record.refused')

    expect(region(call)).toEqual({ running: 'paused' })
  })

  test('is nobody’s any more when it is off', () => {
    const call = recorded()
    expect(call.state().context.recordedBy).toBe('provider')

    call.run('stopRecording', 'leg.record.done (stopped)')
    expect(call.state().context.recordedBy).toBe(null)
    call.run('record (locally)', 'media.record.done (started)')

    expect(call.state().context.recordedBy).toBe('local')
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

type Step =
  | 'record'
  | 'pauseRecording'
  | 'resumeRecording'
  | 'stopRecording'
  | 'lost'
  | { does: boolean; which: number }

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>('record', 'record', 'pauseRecording', 'resumeRecording', 'stopRecording', 'lost'),
  fc.record({ does: fc.boolean(), which: fc.nat(3) })
)

test('A recording is what the recorder says, whatever it is asked and does, and in whatever order it answers', () => {
  const runs = fc.property(fc.array(steps, { maxLength: 30 }), fc.boolean(), (sequence, isLocal) => {
    const call = established()
    const who = isLocal ? 'media' : 'leg'
    let truth = 'off'
    let heard = 0
    const open: { attempt: number; action: RecordAction }[] = []

    const hear = () => {
      const questions = call.said(who, 'record')
      for (const { attempt, action } of questions.slice(heard))
        open.push({ attempt: attempt as number, action: action as RecordAction })
      heard = questions.length
    }
    const answer = (does: boolean, which: number) => {
      const [question] = open.splice(which % Math.max(open.length, 1), 1)
      if (question === undefined) return
      const { attempt, action } = question
      const next = { start: 'on', stop: 'off', pause: 'paused', resume: 'on' }[action]
      if (does && (action === 'start' || truth !== 'off')) {
        truth = next
        call.send({ type: `${who}.record.done`, attempt, action })
      } else {
        call.send({ type: `${who}.record.refused`, attempt, cause: { code: 'recording.rejected', text: 'No' } })
      }
      hear()
    }

    for (const step of sequence) {
      if (typeof step === 'object') answer(step.does, step.which)
      else if (step !== 'lost') call.send(step === 'record' ? { type: step, locally: isLocal } : { type: step })
      else if (isLocal && truth !== 'off') {
        truth = 'off'
        call.send({ type: 'media.record.lost', cause: { code: 'recording.failed', text: 'Full' } })
      }
      hear()
    }
    while (open.length > 0) answer(true, 0)

    expect(region(call)).toEqual(truth === 'off' ? 'off' : { running: truth })
    const begun = facts(call).filter(({ type }) => type === 'recording.started').length
    const over = facts(call).filter(({ type }) => type === 'recording.stopped' || type === 'recording.lost').length
    expect(begun - over).toBe(truth === 'off' ? 0 : 1)
  })
  fc.assert(runs)
}, 60_000)
