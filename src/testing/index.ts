export type {
  EmulatedCall,
  EmulatedCallState,
  EmulatedClient,
  Emulator,
  EmulatorOptions,
  PartyScript,
  TraceEntry
} from './emulator.ts'
export { countMedia, loadNodeWebRtc, meter } from './webrtc.ts'
export type { MediaCount, Meter, NodeMediaDevices, NodeWebRtc, ToneOptions } from './webrtc.ts'
