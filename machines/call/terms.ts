import type { Terms, Video } from '../transport.ts'
import type { CallContext } from './model.ts'

export function sameTerms(a: Terms, b: Terms): boolean {
  return a.hold === b.hold && a.video === b.video && a.restarts === b.restarts
}

/**
 * What is still desired once an offer has had its answer: where we want what we offered, the truth now holds and nothing
 * is asked again; what was asked since the offer went out stays asked.
 */
export function reconcile(desired: Terms, offered: Terms, truth: Terms): Terms {
  return {
    hold: desired.hold === offered.hold ? truth.hold : desired.hold,
    video: desired.video === offered.video ? truth.video : desired.video,
    restarts: desired.restarts === offered.restarts ? truth.restarts : desired.restarts
  }
}

export function flows(video: Video): video is 'receive' | 'on' {
  return video === 'receive' || video === 'on'
}

/** What we answer to an offer of the peer's that allows us this much video. */
export function answeredVideo(context: CallContext, allowed: Video): Video {
  const { desired, agreed, asked, capabilities, videoPolicy } = context
  if (allowed === 'off' || !capabilities.video) return 'off'
  const wanted = flows(asked) ? asked : desired.video
  if (flows(wanted)) return allowed === 'on' ? wanted : allowed
  // we are about to end it
  if (flows(agreed.video)) return wanted
  if (allowed === 'inactive') return 'inactive'
  return unasked[videoPolicy.onWish]
}

/** A camera takes its time, and an offer is answered at once: `accept` looks at theirs first, and then offers ours. */
const unasked = { accept: 'receive', receive: 'receive', ask: 'inactive', refuse: 'off' } as const

/**
 * Less video needs nobody's consent: a peer that did not take that is told with the next offer. Everything else that was
 * offered and not taken is as it was.
 */
export function rolledBack({ offered, agreed }: CallContext): Terms {
  return { ...agreed, video: amounts[offered.video] < amounts[agreed.video] ? offered.video : agreed.video }
}

/** Nobody grants more video than was offered. */
export function atMost(granted: Terms, { video }: Terms): Terms {
  return amounts[granted.video] > amounts[video] ? { ...granted, video } : granted
}

const amounts: Readonly<Record<Video, number>> = { off: 0, inactive: 1, receive: 2, on: 3 }

/** What is desired after we have answered the peer: where nothing else is asked for, then or since, what came of it. */
export function desiredAfterAnswer({ desired, agreed, wanted }: CallContext, video: Video): Terms {
  return desired.video === wanted && wanted === agreed.video ? { ...desired, video } : desired
}
