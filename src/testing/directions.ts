/** Media directions in a session description (RFC 3264 §5.1, §6.1). */

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

const LINE = /^a=(sendrecv|sendonly|recvonly|inactive)[ \t]*$/m

/** Of the audio, or of the session; `sendrecv` when nothing is said. */
export function directionOf(sdp: string): Direction {
  const sections = sdp.split(/^(?=m=)/m)
  const audio = sections.find((section) => section.startsWith('m=audio')) ?? ''
  const found = LINE.exec(audio) ?? LINE.exec(sections[0] ?? '')
  return (found?.[1] ?? 'sendrecv') as Direction
}

/** Says it of the audio, or of the session when that says it. */
export function withDirection(sdp: string, direction: Direction): string {
  const sections = sdp.split(/^(?=m=)/m)
  const written = sections.map((section) => (section.startsWith('m=video') ? section : rewrite(section, direction)))
  return written.join('')
}

function rewrite(section: string, direction: Direction): string {
  return section.replace(LINE, `a=${direction}`)
}

/** What is left when one side may `mine` and the other, seen from there, may `theirs`. */
export function answerTo(theirs: Direction, mine: Direction): Direction {
  return direction(sends(mine) && receives(theirs), receives(mine) && sends(theirs))
}

export function sends(of: Direction): boolean {
  return of === 'sendrecv' || of === 'sendonly'
}

export function receives(of: Direction): boolean {
  return of === 'sendrecv' || of === 'recvonly'
}

function direction(send: boolean, receive: boolean): Direction {
  if (send) return receive ? 'sendrecv' : 'sendonly'
  return receive ? 'recvonly' : 'inactive'
}
