export { localRecorder } from './local-recorder.ts'
export type { LocalRecorder, LocalRecorderOptions } from './local-recorder.ts'
export type { RecordingSink } from './outlet.ts'
