import { isEnough } from '../webrtc/gathering.ts'
import type { GatheringPolicy } from '../webrtc/gathering.ts'
import type { Session } from './jssip.ts'

export type { GatheringPolicy } from '../webrtc/gathering.ts'

/** Calls leave at once: what is found later is told to the peer when the call is answered and the path does not stand. */
export const defaultGathering: GatheringPolicy = { until: 'first', deadline: 500 }

/** Lets JsSIP's offers and answers leave as soon as the policy allows: by itself it waits for every candidate. */
export function limitGathering(session: Session, policy: GatheringPolicy): () => void {
  let deadline: ReturnType<typeof setTimeout> | undefined
  let enough: ReturnType<typeof setTimeout> | undefined
  const stop = () => {
    clearTimeout(deadline)
    clearTimeout(enough)
    deadline = enough = undefined
  }
  session.on('icecandidate', ({ candidate, ready }) => {
    const leave = () => {
      stop()
      ready()
    }
    deadline ??= setTimeout(leave, policy.deadline)
    // not before the candidates found in the same moment: one per network interface
    if (isEnough(candidate.candidate, policy.until)) enough ??= setTimeout(leave, 0)
  })
  // it has left; the next description is gathered for anew
  session.on('sdp', ({ originator }) => {
    if (originator === 'local') stop()
  })
  return stop
}

/** Resolves when a restart has gathered everything, or after a while with what there is. */
export function gathered(connection: RTCPeerConnection, deadline: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      connection.removeEventListener('icegatheringstatechange', check)
      resolve()
    }
    const check = () => {
      if (connection.iceGatheringState === 'complete' || connection.signalingState === 'closed') done()
    }
    const timer = setTimeout(done, deadline)
    connection.addEventListener('icegatheringstatechange', check)
  })
}
