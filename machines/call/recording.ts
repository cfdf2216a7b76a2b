import { and, or, stateIn } from 'xstate'
import type { Failure } from '../failure.ts'
import type { RecordAction } from '../transport.ts'
import type { RecordedBy, RecordingEmitted } from './recording-model.ts'
import { recordingSetup } from './recording-setup.ts'

const notAnswered: Failure = { code: 'recording.timeout', text: 'The recorder did not answer in time' }
const ended: Failure = { code: 'recording.rejected', text: 'The recording had come to its end already' }

const region = '#call.progress.established.recording'
const off = `${region}.off` as const

type Attempted = { readonly event: { readonly attempt: number } }
type Done = { readonly event: { readonly action: RecordAction } }
type Caused = { readonly event: { readonly cause: Failure } }

const count = { type: 'countAttempt', params: { kind: 'record' } } as const
const ask = (action: RecordAction) => ({ type: 'askRecorder', params: { action } }) as const

/** The provider is asked only while it can be told anything. */
const canBeTold = or(['recordsLocally', stateIn('#call.progress.established.signalling.attached')])

const question = (action: RecordAction) =>
  ({
    initial: 'unasked',
    states: {
      unasked: {
        description: 'The recorder cannot be told anything now.',
        always: { guard: canBeTold, target: 'asked' }
      },
      asked: { description: 'The recorder has been asked.', entry: ask(action) }
    }
  }) as const

const tell = (fact: RecordingEmitted) => ({ type: 'tell', params: { fact } }) as const
const tellRefusal = {
  type: 'tell',
  params: ({ event }: Caused) => ({ fact: { type: 'recording.failed', cause: event.cause } as const })
} as const
const tellLoss = {
  type: 'tell',
  params: ({ event }: Caused) => ({ fact: { type: 'recording.lost', cause: event.cause } as const })
} as const
const tellLateness = tell({ type: 'recording.failed', cause: notAnswered })

const params =
  (by: RecordedBy) =>
  ({ event }: Attempted) => ({ by, attempt: event.attempt })
const dropOther = (by: RecordedBy) =>
  ({ guard: { type: 'isOtherRecord', params: params(by) }, actions: 'countStale' }) as const
const dropPast = (by: RecordedBy) =>
  ({ guard: { type: 'isPastRecord', params: params(by) }, actions: 'countStale' }) as const
const note = { type: 'noteRecorded', params: ({ event }: Attempted) => event } as const
const isDone = (action: RecordAction) =>
  ({ type: 'isSame', params: ({ event }: Done) => ({ asked: action, done: event.action }) }) as const

/** Where it leads that the recorder, whichever of the two it is, has begun. */
const started = { guard: isDone('start'), target: 'running', actions: [note, 'tellRecording'] } as const
const begun = {
  'leg.record.done': [dropOther('provider'), started],
  'media.record.done': [dropOther('local'), started]
} as const

/** … that it has done something else it was asked for, be it that something was asked since and is not done. */
function done<const To extends readonly unknown[]>(...to: To) {
  return { 'leg.record.done': [dropPast('provider'), ...to], 'media.record.done': [dropPast('local'), ...to] } as const
}
const paused = { guard: isDone('pause'), actions: [note, tell({ type: 'recording.paused' })] } as const
const resumed = { guard: isDone('resume'), actions: [note, tell({ type: 'recording.resumed' })] } as const
const stopped = { guard: isDone('stop'), target: off, actions: tell({ type: 'recording.stopped' }) } as const

/** … and that it does not what it was asked for last. */
function refused<const To extends readonly unknown[]>(...to: To) {
  return {
    'leg.record.refused': [dropOther('provider'), ...to],
    'media.record.refused': [dropOther('local'), ...to]
  } as const
}

const isTurning = or([stateIn(`${region}.running.pausing`), stateIn(`${region}.running.resuming`)])
/** It was asked to stop before, and what it was asked since is too late. */
const stoppedInstead = {
  ...stopped,
  guard: and([isTurning, stopped.guard]),
  actions: [tell({ type: 'recording.failed', cause: ended }), stopped.actions]
} as const
const wasPaused = stateIn(`${region}.stopping.recorder.paused`)

/**
 * Recording. Only the recorder, the provider's or the application's own, says what is so: what it refuses or does not
 * answer leaves things as they were, and what it answers too late counts all the same unless it has done something else
 * since. Nothing is asked twice. Where the provider cannot be told anything, it is told as soon as it can.
 */
export const recording = recordingSetup.createStateConfig({
  description: 'Whether the call is being recorded.',
  initial: 'off',
  states: {
    off: {
      description: 'Nothing is recorded.',
      entry: 'forgetRecorder',
      on: {
        record: {
          guard: { type: 'mayRecord', params: ({ event }) => event },
          target: 'starting',
          actions: { type: 'noteRecorder', params: ({ event }) => event }
        }
      }
    },
    starting: {
      description: 'The recorder is to begin; nothing is known to be recorded.',
      tags: ['waiting'],
      entry: count,
      after: {
        recordDeadline: [
          { guard: stateIn(`${region}.starting.unasked`), target: 'off', actions: tellLateness },
          { target: 'withdrawing', actions: tellLateness }
        ]
      },
      on: {
        ...begun,
        ...refused({ target: 'off', actions: tellRefusal }),
        // nobody has been told that there was one
        'media.record.lost': { target: 'off', actions: tellRefusal }
      },
      ...question('start')
    },
    withdrawing: {
      description: 'It did not begin in time; should it begin all the same, it is to end.',
      entry: count,
      always: { guard: canBeTold, target: 'off', actions: ask('stop') }
    },
    running: {
      description: 'There is a recording.',
      initial: 'on',
      on: {
        // it was asked to, and has taken its time
        ...done(stoppedInstead, stopped),
        'media.record.lost': { target: 'off', actions: tellLoss }
      },
      states: {
        on: {
          description: 'What is said is recorded.',
          on: {
            pauseRecording: { guard: { type: 'canRecorder', params: { action: 'pause' } }, target: 'pausing' },
            stopRecording: `${region}.stopping`,
            ...done({ ...paused, target: 'paused' })
          }
        },
        pausing: {
          description: 'Still recording; the recorder is to pause.',
          tags: ['waiting'],
          entry: count,
          after: { recordDeadline: { target: 'on', actions: tellLateness } },
          on: {
            stopRecording: `${region}.stopping`,
            ...done({ ...paused, target: 'paused' }),
            ...refused({ target: 'on', actions: tellRefusal })
          },
          ...question('pause')
        },
        paused: {
          description: 'What is said is not recorded.',
          on: {
            resumeRecording: { guard: { type: 'canRecorder', params: { action: 'resume' } }, target: 'resuming' },
            stopRecording: `${region}.stopping.recorder.paused`,
            ...done({ ...resumed, target: 'on' })
          }
        },
        resuming: {
          description: 'The recorder is to go on, and has not yet.',
          tags: ['waiting'],
          entry: count,
          after: { recordDeadline: { target: 'paused', actions: tellLateness } },
          on: {
            stopRecording: `${region}.stopping.recorder.paused`,
            ...done({ ...resumed, target: 'on' }),
            ...refused({ target: 'paused', actions: tellRefusal })
          },
          ...question('resume')
        }
      }
    },
    stopping: {
      description: 'The recorder is to end; until it says so it may be recording.',
      tags: ['waiting'],
      entry: count,
      after: {
        recordDeadline: [
          { guard: wasPaused, target: 'running.paused', actions: tellLateness },
          { target: 'running.on', actions: tellLateness }
        ]
      },
      on: {
        ...done(stopped),
        ...refused(
          { guard: wasPaused, target: 'running.paused', actions: tellRefusal },
          { target: 'running.on', actions: tellRefusal }
        ),
        'media.record.lost': { target: 'off', actions: tellLoss }
      },
      type: 'parallel',
      states: {
        request: { description: 'Whether the recorder knows.', ...question('stop') },
        recorder: {
          description: 'What it was last heard to do: it may not stop.',
          initial: 'on',
          states: {
            on: { description: 'It records.', on: done({ ...paused, target: 'paused' }) },
            paused: { description: 'It pauses.', on: done({ ...resumed, target: 'on' }) }
          }
        }
      }
    }
  }
})
