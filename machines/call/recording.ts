import type { Failure } from '../failure.ts'
import type { RecordAction } from '../transport.ts'
import type { RecordedBy, RecordingEmitted } from './recording-model.ts'
import { recordingSetup } from './recording-setup.ts'

const notAnswered: Failure = { code: 'recording.timeout', text: 'The recorder did not answer in time' }

const off = '#call.progress.established.recording.off'

type Attempted = { readonly event: { readonly attempt: number } }
type Done = { readonly event: { readonly action: RecordAction } }
type Caused = { readonly event: { readonly cause: Failure } }

const ask = (action: RecordAction) =>
  [
    { type: 'countAttempt', params: { kind: 'record' } },
    { type: 'askRecorder', params: { action } }
  ] as const

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

const paused = { target: 'paused', actions: tell({ type: 'recording.paused' }) } as const
const resumed = { target: 'on', actions: tell({ type: 'recording.resumed' }) } as const
const stopped = { target: off, actions: tell({ type: 'recording.stopped' }) } as const

const dropStale = (by: RecordedBy) =>
  ({
    guard: { type: 'isStaleRecord', params: ({ event }: Attempted) => ({ by, attempt: event.attempt }) },
    actions: 'countStale'
  }) as const

/** Where it leads that the recorder, whichever of the two it is, has done what it was last asked for. */
function done<const To>(action: RecordAction, to: To) {
  const guard = {
    type: 'isSame',
    params: ({ event }: Done) => ({ asked: action, done: event.action })
  } as const
  return {
    'leg.record.done': [dropStale('provider'), { guard, ...to }],
    'media.record.done': [dropStale('local'), { guard, ...to }]
  } as const
}

/** … and that it has not. */
function refused<const To extends string>(target: To) {
  return {
    'leg.record.refused': [dropStale('provider'), { target, actions: tellRefusal }],
    'media.record.refused': [dropStale('local'), { target, actions: tellRefusal }]
  } as const
}

/**
 * Recording. Only the recorder, the provider's or the application's own, says what is so: what it refuses or does not
 * answer leaves things as they were, and what it answers too late counts all the same unless something else was asked.
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
      description: 'The recorder has been asked to begin; nothing is known to be recorded.',
      tags: ['waiting'],
      entry: ask('start'),
      // it may have begun all the same
      after: { recordDeadline: { target: 'off', actions: [tellLateness, ...ask('stop')] } },
      on: {
        ...done('start', { target: 'running', actions: 'tellRecording' }),
        ...refused('off'),
        'media.record.lost': { target: 'off', actions: tellLoss }
      }
    },
    running: {
      description: 'There is a recording.',
      initial: 'on',
      on: {
        stopRecording: 'stopping',
        // it was asked to, and has taken its time
        ...done('stop', stopped),
        'media.record.lost': { target: 'off', actions: tellLoss }
      },
      states: {
        on: {
          description: 'What is said is recorded.',
          on: {
            pauseRecording: { guard: { type: 'canRecorder', params: { action: 'pause' } }, target: 'pausing' },
            ...done('pause', paused)
          }
        },
        pausing: {
          description: 'Still recording; the recorder has been asked to pause.',
          tags: ['waiting'],
          entry: ask('pause'),
          after: { recordDeadline: { target: 'on', actions: tellLateness } },
          on: { ...done('pause', paused), ...refused('on') }
        },
        paused: {
          description: 'What is said is not recorded.',
          on: {
            resumeRecording: { guard: { type: 'canRecorder', params: { action: 'resume' } }, target: 'resuming' },
            ...done('resume', resumed)
          }
        },
        resuming: {
          description: 'The recorder has been asked to go on, and has not yet.',
          tags: ['waiting'],
          entry: ask('resume'),
          after: { recordDeadline: { target: 'paused', actions: tellLateness } },
          on: { ...done('resume', resumed), ...refused('paused') }
        },
        before: { type: 'history', target: 'on', description: 'As it was before it was to be stopped.' }
      }
    },
    stopping: {
      description: 'The recorder has been asked to end; until it says so it may be recording.',
      tags: ['waiting'],
      entry: ask('stop'),
      after: { recordDeadline: { target: 'running.before', actions: tellLateness } },
      on: {
        ...done('stop', stopped),
        ...refused('running.before'),
        'media.record.lost': { target: 'off', actions: tellLoss }
      }
    }
  }
})
