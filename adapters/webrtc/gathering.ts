/** Which candidates an offer or an answer waits for before it leaves (RFC 8445 §5.1.1). */
export interface GatheringPolicy {
  /** `first`: one through which we can be reached at all. `reflexive`: one that STUN or TURN gave. `all`: every one. */
  readonly until: 'first' | 'reflexive' | 'all'
  /** Milliseconds after which what there is must do. */
  readonly deadline: number
}

/** Whether this candidate, or a description with this among its candidates, may leave. */
export function isEnough(candidates: string, until: GatheringPolicy['until']): boolean {
  if (until === 'all') return false
  if (/ typ (srflx|relay)/.test(candidates)) return true
  // a TCP host candidate is one we connect from: nobody can reach us there
  return until === 'first' && / udp .* typ host/i.test(candidates)
}

const events = ['icegatheringstatechange', 'icecandidate', 'signalingstatechange']

/** Resolves when there are candidates enough, when the time is up, or when the connection is closed. */
export function gathered(connection: RTCPeerConnection, { until, deadline }: GatheringPolicy): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      for (const event of events) connection.removeEventListener(event, check)
      resolve()
    }
    const check = () => {
      const { iceGatheringState, signalingState, localDescription } = connection
      const isOver = iceGatheringState === 'complete' || signalingState === 'closed'
      if (isOver || isEnough(localDescription?.sdp ?? '', until)) done()
    }
    const timer = setTimeout(done, deadline)
    for (const event of events) connection.addEventListener(event, check)
    check()
  })
}
