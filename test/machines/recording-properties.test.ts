import { fc } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import type { RecordAction } from '../../machines/index.ts'
import { startCall } from './support/bench.ts'
import type { StartedCall } from './support/bench.ts'

const region = (call: StartedCall) => call.state().value.progress.established?.recording
const facts = (call: StartedCall) =>
  call.log.filter(({ who, event }) => who === 'tells' && event.type.startsWith('recording.')).map(({ event }) => event)

type Step =
  | 'record'
  | 'pauseRecording'
  | 'resumeRecording'
  | 'stopRecording'
  | 'lost'
  | 'connection.lost'
  | 'connection.restored'
  | { which: number }

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>('record', 'record', 'pauseRecording', 'resumeRecording', 'stopRecording', 'lost'),
  fc.constantFrom<Step>('connection.lost', 'connection.restored'),
  fc.record({ which: fc.nat(3) })
)

test('A recording is what the recorder did, whatever it is asked, and in whatever order it answers', () => {
  const willing = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 })
  const runs = fc.property(fc.array(steps, { maxLength: 30 }), willing, fc.boolean(), (sequence, does, isLocal) => {
    const call = startCall()
    call.run('media.ready', 'leg.answered', 'leg.path.connected')
    const who = isLocal ? 'media' : 'leg'
    let truth = 'off'
    let heard = 0
    const open: { attempt: number; type: string; action: RecordAction }[] = []

    // it does things in the order they are asked, and is in no hurry to say so
    const work = () => {
      const questions = call.said(who, 'record')
      for (const question of questions.slice(heard)) {
        const action = question['action'] as RecordAction
        const next = { start: 'on', stop: 'off', pause: 'paused', resume: 'on' }[action]
        const isDone = does[heard % does.length] === true && (action === 'start' || truth !== 'off')
        if (isDone) truth = next
        open.push({ attempt: question['attempt'] as number, type: isDone ? 'done' : 'refused', action })
        heard++
      }
    }
    const answer = (which: number) => {
      const [said] = open.splice(which % Math.max(open.length, 1), 1)
      if (said === undefined) return
      const { attempt, type, action } = said
      if (type === 'done') call.send({ type: `${who}.record.done`, attempt, action })
      else call.send({ type: `${who}.record.refused`, attempt, cause: { code: 'recording.rejected', text: 'No' } })
    }

    for (const step of sequence) {
      const isDetached = call.state().matches({ progress: { established: { signalling: 'detached' } } })
      if (typeof step === 'object') answer(step.which)
      else if (step === 'connection.restored') call.run(step, 'leg.verified')
      else if (step !== 'lost') call.send(step === 'record' ? { type: step, locally: isLocal } : { type: step })
      else if (isLocal && truth !== 'off') {
        truth = 'off'
        call.send({ type: 'media.record.lost', cause: { code: 'recording.failed', text: 'Full' } })
      }
      const isTold = call.said(who, 'record').length > heard
      expect(isTold && isDetached && !isLocal && step !== 'connection.restored').toBe(false)
      work()
    }
    call.run('connection.restored', 'leg.verified')
    work()
    while (open.length > 0) answer(0)

    expect(region(call)).toEqual(truth === 'off' ? 'off' : { running: truth })
    const begun = facts(call).filter(({ type }) => type === 'recording.started').length
    const over = facts(call).filter(({ type }) => type === 'recording.stopped' || type === 'recording.lost').length
    expect(begun - over).toBe(truth === 'off' ? 0 : 1)
  })
  fc.assert(runs)
}, 60_000)
