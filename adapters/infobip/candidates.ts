import type { Candidate } from './wire.ts'

/** More of them than this before a call is answered are not a peer's. */
export const mostCandidates = 200

/** As a browser takes it. */
export function fromWire(candidate: Candidate): RTCIceCandidateInit | null {
  return 'completed' in candidate ? null : (candidate as RTCIceCandidateInit)
}

export function toWire(candidate: RTCIceCandidateInit | null): Candidate {
  return (candidate ?? { completed: true }) as Candidate
}
