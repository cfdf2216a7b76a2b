/** What of a session description an adapter reads itself (RFC 4566); browsers parse the rest. */

/** The peer holds us when it does not want to receive our audio (RFC 3264 §8.4); without a word it does (§5.1). */
export function isHolding(sdp: string): boolean {
  const [session = '', ...media] = sdp.split(/^(?=m=)/m)
  const audio = media.find((section) => section.startsWith('m=audio')) ?? ''
  const direction = directionIn(audio) ?? directionIn(session)
  return direction === 'sendonly' || direction === 'inactive'
}

function directionIn(section: string): string | undefined {
  return /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(section)?.[1]
}

/** A media line that is not refused (port 0). */
export function hasVideo(sdp: string): boolean {
  return /^m=video [1-9]/m.test(sdp)
}
