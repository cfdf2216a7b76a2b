import type { Session } from './jssip.ts'

/** Which candidates an offer or an answer waits for before it leaves (RFC 8445 §5.1.1). */
export interface GatheringPolicy {
  /**
   * `first`: one through which we can be reached at all, so that calls leave at once; what is found later is told to the
   * peer when the call is answered and the path does not stand. `reflexive`: one that STUN or TURN gave. `all`: every one.
   */
  readonly until: 'first' | 'reflexive' | 'all'
  /** Milliseconds after the first candidate when what there is must do. */
  readonly deadline: number
}

export const defaultGathering: GatheringPolicy = { until: 'first', deadline: 500 }

function isEnough(candidate: string, until: GatheringPolicy['until']): boolean {
  if (until === 'all') return false
  if (/ typ (srflx|relay)/.test(candidate)) return true
  // a TCP host candidate is one we connect from: nobody can reach us there
  return until === 'first' && / typ host/.test(candidate) && / udp /i.test(candidate)
}

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
