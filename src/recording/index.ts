export { localRecorder } from './local-recorder.ts'
export type { LocalRecorderOptions, RecordingSink } from './local-recorder.ts'
