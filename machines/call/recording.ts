import type { Failure } from '../failure.ts'
import type { RecordAction } from '../transport.ts'
import type { RecordingEmitted } from './recording-model.ts'
import { recordingSetup } from './recording-setup.ts'

const notAnswered: Failure = { code: 'recording.timeout', text: 'The recorder did not answer in time' }

const off = '#call.progress.established.recording.off'

type Attempted = { readonly event: { readonly attempt: number } }
type Caused = { readonly event: { readonly cause: Failure } }

const dropStale = {
  guard: { type: 'isStale', params: ({ event }: Attempted) => ({ kind: 'record', attempt: event.attempt }) as const },
  actions: 'countStale'
} as const

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
const tellLateness = tell({ type: 'recording.failed', cause: notAnswered })

/** Where the answer of the recorder leads, whichever of the two it is. */
function answered<const Done, const Refused extends string>(done: Done, refused: Refused) {
  const isDone = [dropStale, done] as const
  const isRefused = [dropStale, { target: refused, actions: tellRefusal }] as const
  return {
    'leg.record.done': isDone,
    'media.record.done': isDone,
    'leg.record.refused': isRefused,
    'media.record.refused': isRefused
  } as const
}

/**
 * Recording. Only the recorder, the provider's or the application's own, says what is so: what it refuses or does not
 * answer leaves things as they were.
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
        ...answered({ target: 'running', actions: 'tellRecording' }, 'off'),
        stopRecording: 'stopping'
      }
    },
    running: {
      description: 'There is a recording.',
      initial: 'on',
      on: {
        stopRecording: 'stopping',
        'media.record.lost': {
          target: off,
          actions: {
            type: 'tell',
            params: ({ event }) => ({ fact: { type: 'recording.lost', cause: event.cause } as const })
          }
        }
      },
      states: {
        on: {
          description: 'What is said is recorded.',
          on: {
            pauseRecording: { guard: { type: 'canRecorder', params: { action: 'pause' } }, target: 'pausing' }
          }
        },
        pausing: {
          description: 'Still recording; the recorder has been asked to pause.',
          tags: ['waiting'],
          entry: ask('pause'),
          after: { recordDeadline: { target: 'on', actions: tellLateness } },
          on: answered({ target: 'paused', actions: tell({ type: 'recording.paused' }) }, 'on')
        },
        paused: {
          description: 'What is said is not recorded.',
          on: {
            resumeRecording: { guard: { type: 'canRecorder', params: { action: 'resume' } }, target: 'resuming' }
          }
        },
        resuming: {
          description: 'The recorder has been asked to go on, and has not yet.',
          tags: ['waiting'],
          entry: ask('resume'),
          after: { recordDeadline: { target: 'paused', actions: tellLateness } },
          on: answered({ target: 'on', actions: tell({ type: 'recording.resumed' }) }, 'paused')
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
        ...answered({ target: 'off', actions: tell({ type: 'recording.stopped' }) }, 'running.before'),
        'media.record.lost': {
          target: 'off',
          actions: {
            type: 'tell',
            params: ({ event }) => ({ fact: { type: 'recording.lost', cause: event.cause } as const })
          }
        }
      }
    }
  }
})
