import type { Candidate } from './wire.ts'

/** As a browser takes it. */
export function fromWire(candidate: Candidate): RTCIceCandidateInit | null {
  return 'completed' in candidate ? null : (candidate as RTCIceCandidateInit)
}

export function toWire(candidate: RTCIceCandidateInit | null): Candidate {
  return (candidate ?? { completed: true }) as Candidate
}
