/** Clients of this provider describe themselves without candidates and send each as it is found; so do the parties. */
import type { Candidate } from '../../wire.ts'

export interface Trickled {
  readonly sdp: string
  /** In order, and the last one says that there are no more. */
  readonly candidates: readonly Candidate[]
}

export function trickle(sdp: string): Trickled {
  const candidates: Candidate[] = []
  const [session = '', ...media] = sdp.split(/^(?=m=)/m)
  const bare = media.map((section, sdpMLineIndex) => {
    const sdpMid = /^a=mid:(\S+)/m.exec(section)?.[1] ?? String(sdpMLineIndex)
    return section.replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, (_, line: string) => {
      const candidate = line.trimEnd()
      if (candidate !== 'end-of-candidates') candidates.push({ candidate, sdpMid, sdpMLineIndex })
      return ''
    })
  })
  return { sdp: [session, ...bare].join(''), candidates: [...candidates, { completed: true }] }
}
