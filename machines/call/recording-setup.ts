import { assign, emit, sendTo } from 'xstate'
import type { LegCommand, RecordAction } from '../transport.ts'
import type { CallEmitted, MediaCommand } from './model.ts'
import { noRecording } from './recording-model.ts'
import type { RecordedBy, RecordingContext } from './recording-model.ts'
import { transferSetup } from './transfer-setup.ts'

/** What the recording region names. Either the provider records or we do; which of them, the first command says. */
export const recordingSetup = transferSetup.extend({
  guards: {
    /** Not what was asked last. */
    isOtherRecord: ({ context }, params: { by: RecordedBy; attempt: number }) =>
      params.by !== context.recording.by || params.attempt !== context.attempts.record,
    /** Something that was asked for later is done already. */
    isPastRecord: ({ context: { recording, attempts } }, params: { by: RecordedBy; attempt: number }) =>
      params.by !== recording.by || params.attempt <= recording.done || params.attempt > attempts.record,
    isSame: (_, params: { asked: RecordAction; done: RecordAction }) => params.asked === params.done,
    mayRecord: ({ context }, params: { locally?: boolean }) =>
      context.mayRecord && (params.locally === true || context.capabilities.recording.includes('start')),
    canRecorder: ({ context }, params: { action: RecordAction }) =>
      context.recording.by === 'local' || context.capabilities.recording.includes(params.action),
    recordsLocally: ({ context }) => context.recording.by === 'local'
  },
  actions: {
    noteRecorder: assign({
      recording: ({ context: { recording } }, params: { locally?: boolean }): RecordingContext => ({
        ...recording,
        by: params.locally === true ? 'local' : 'provider'
      })
    }),
    noteRecorded: assign({
      recording: ({ context: { recording } }, params: { attempt: number }) => ({ ...recording, done: params.attempt })
    }),
    forgetRecorder: assign({ recording: noRecording }),
    askRecorder: sendTo(
      ({ context }) => (context.recording.by === 'local' ? 'media' : 'leg'),
      ({ context }, params: { action: RecordAction }): LegCommand & MediaCommand => ({
        type: 'record',
        attempt: context.attempts.record,
        action: params.action
      })
    ),
    tellRecording: emit(({ context }): CallEmitted => ({
      type: 'recording.started',
      by: context.recording.by ?? 'provider'
    }))
  },
  delays: {
    /** Nobody has to be asked: a disk, or a server, has to do something. */
    recordDeadline: 10_000
  }
})
