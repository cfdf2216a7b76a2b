export { createConference } from './conference.ts'
export type { Conference, ConferenceCommandName, ConferenceOptions, ConferenceStatus } from './conference.ts'
export { audioMixer } from './mixer.ts'
export type { AudioMixerOptions, Mixer, Mixing, Patch } from './mixer.ts'
