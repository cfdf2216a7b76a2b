import type { CallContext, CallEvent, Failure, RecordAction } from '../../../machines/index.ts'

const notRecorded: Failure = { code: 'recording.rejected', text: 'The server does not record' }
const diskFull: Failure = { code: 'recording.failed', text: 'No space left' }

function recordings<T extends 'leg.record.done' | 'media.record.done'>(type: T) {
  const done = (action: RecordAction, ago: number) => (context: CallContext) =>
    ({ type, attempt: context.attempts.record - ago, action }) as const
  return {
    started: done('start', 0),
    paused: done('pause', 0),
    resumed: done('resume', 0),
    stopped: done('stop', 0),
    stale: done('start', 1)
  }
}

type Recorded = Extract<CallEvent['type'], `${string}record${string}` | `${string}Recording`>

/** What a recording may hear. */
export const recordingSamples = {
  record: { '': () => ({ type: 'record' }), locally: () => ({ type: 'record', locally: true }) },
  pauseRecording: { '': () => ({ type: 'pauseRecording' }) },
  resumeRecording: { '': () => ({ type: 'resumeRecording' }) },
  stopRecording: { '': () => ({ type: 'stopRecording' }) },
  'leg.record.done': recordings('leg.record.done'),
  'leg.record.refused': {
    '': ({ attempts }: CallContext) => ({ type: 'leg.record.refused', attempt: attempts.record, cause: notRecorded }),
    stale: ({ attempts }: CallContext) => ({
      type: 'leg.record.refused',
      attempt: attempts.record - 1,
      cause: notRecorded
    })
  },
  'media.record.done': recordings('media.record.done'),
  'media.record.refused': {
    '': ({ attempts }: CallContext) => ({ type: 'media.record.refused', attempt: attempts.record, cause: diskFull }),
    stale: ({ attempts }: CallContext) => ({
      type: 'media.record.refused',
      attempt: attempts.record - 1,
      cause: diskFull
    })
  },
  'media.record.lost': { '': () => ({ type: 'media.record.lost', cause: diskFull }) }
} as const satisfies {
  readonly [T in Recorded]: Readonly<Record<string, (context: CallContext) => Extract<CallEvent, { readonly type: T }>>>
}
