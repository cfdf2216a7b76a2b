import type { Line } from '../../machines/support/bench.ts'

/** The offers that were sent while another one, ours or the peer's, had no answer yet and still had time for one. */
export function overlapping(log: readonly Line[]): Line[] {
  const patience = 32_000
  let ours: Line | null = null
  let theirs: Line | null = null
  return log.filter((line) => {
    const { who, event, at } = line
    if (ours !== null && at - ours.at >= patience) ours = null
    if (theirs !== null && at - theirs.at >= patience) theirs = null
    // what was under way on a connection that is gone has no answer any more, either way
    if (event.type === 'connection.lost') ours = theirs = null
    if (who === 'hears') {
      if (/^leg\.offer\.(accepted|refused)$/.test(event.type) && event['attempt'] === ours?.event['attempt'])
        ours = null
      if (/^leg\.offer\.(answered|failed)$/.test(event.type)) theirs = null
      return false
    }
    if (who !== 'leg' || !['offer', 'accept'].includes(event.type)) return false
    const collides = ours !== null || theirs !== null
    if (event.type === 'offer') ours = line
    else theirs = line
    return collides
  })
}
