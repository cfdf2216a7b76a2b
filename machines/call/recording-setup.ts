import { assign, emit, sendTo } from 'xstate'
import type { LegCommand, RecordAction } from '../transport.ts'
import type { CallEmitted, MediaCommand } from './model.ts'
import type { RecordedBy } from './recording-model.ts'
import { transferSetup } from './transfer-setup.ts'

/** What the recording region names. Either the provider records or we do; which of them, the first command says. */
export const recordingSetup = transferSetup.extend({
  guards: {
    isStaleRecord: ({ context }, params: { by: RecordedBy; attempt: number }) =>
      params.by !== context.recordedBy || params.attempt !== context.attempts.record,
    isSame: (_, params: { asked: RecordAction; done: RecordAction }) => params.asked === params.done,
    mayRecord: ({ context }, params: { locally?: boolean }) =>
      context.mayRecord && (params.locally === true || context.capabilities.recording.includes('start')),
    canRecorder: ({ context }, params: { action: RecordAction }) =>
      context.recordedBy === 'local' || context.capabilities.recording.includes(params.action)
  },
  actions: {
    noteRecorder: assign({
      recordedBy: (_, params: { locally?: boolean }) => (params.locally === true ? 'local' : 'provider')
    }),
    forgetRecorder: assign({ recordedBy: null }),
    askRecorder: sendTo(
      ({ context }) => (context.recordedBy === 'local' ? 'media' : 'leg'),
      ({ context }, params: { action: RecordAction }): LegCommand & MediaCommand => ({
        type: 'record',
        attempt: context.attempts.record,
        action: params.action
      })
    ),
    tellRecording: emit(({ context }): CallEmitted => ({
      type: 'recording.started',
      by: context.recordedBy ?? 'provider'
    }))
  },
  delays: {
    /** Nobody has to be asked: a disk, or a server, has to do something. */
    recordDeadline: 10_000
  }
})
