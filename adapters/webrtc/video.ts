/** Video in a session description and on a peer connection, in the words of the port. */
import type { Terms, Video } from '../../machines/index.ts'
import { isHolding } from './sdp.ts'

type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

const sends = { sendrecv: true, sendonly: true, recvonly: false, inactive: false }
const receives = { sendrecv: true, sendonly: false, recvonly: true, inactive: false }

const lineOf = /^m=video (\d+)/
const directionLine = /^a=(sendrecv|sendonly|recvonly|inactive)(?=[ \t]*\r?$)/m

function sectionsOf(sdp: string): string[] {
  return sdp.split(/^(?=m=)/m)
}

function isLive(section: string): boolean {
  const port = lineOf.exec(section)?.[1]
  return port !== undefined && port !== '0'
}

/** Of the first video line that is not refused; null when there is none. */
function directionOf(sdp: string): Direction | null {
  const sections = sectionsOf(sdp)
  const video = sections.find(isLive)
  if (video === undefined) return null
  return (directionLine.exec(video)?.[1] ?? directionLine.exec(sections[0] ?? '')?.[1] ?? 'sendrecv') as Direction
}

/** The most that an offer of the peer's allows us. What is agreed stays so while the peer holds: then nothing flows. */
export function allowedBy(offer: string, agreed: Video): Video {
  const direction = directionOf(offer)
  if (direction === null) return 'off'
  if (isHolding(offer) && (agreed === 'on' || agreed === 'receive')) return agreed
  if (receives[direction]) return 'on'
  return sends[direction] ? 'receive' : 'inactive'
}

/** What we take of an offer of the peer's: no more than it allows. */
export function takenFrom(offer: string, { video }: Pick<Terms, 'video'>): Video {
  const allowed = allowedBy(offer, video)
  return allowed === 'on' || video === 'off' ? video : allowed
}

/** What the peer's answer leaves of what we offered. While one of the two holds no direction says anything. */
export function grantedBy(answer: string, { video, hold }: Pick<Terms, 'video' | 'hold'>): Video {
  const direction = directionOf(answer)
  if (direction === null || video === 'off') return 'off'
  if (hold || isHolding(answer) || video === 'inactive') return video
  if (video === 'on' && receives[direction]) return 'on'
  return sends[direction] ? 'receive' : 'inactive'
}

/** Whether the peer's comes in, by its offer or answer. */
export function isPeerSending(theirs: string, { video, hold }: Pick<Terms, 'video' | 'hold'>): boolean {
  const direction = directionOf(theirs)
  return direction !== null && sends[direction] && !hold && (video === 'on' || video === 'receive')
}

/**
 * Writes what we want into an offer whose video is `sendrecv`. As with hold the transceivers stay as they are: an offer
 * that was refused is rolled back, and what it had narrowed stays dead in Chromium.
 */
export function videoIn(offer: string, { video, hold }: Pick<Terms, 'video' | 'hold'>): string {
  if (video === 'off') return withoutVideo(offer)
  const ours = video === 'inactive' || hold ? 'inactive' : video === 'receive' ? 'recvonly' : 'sendrecv'
  return sectionsOf(offer)
    .map((section) => (isLive(section) ? section.replace(directionLine, `a=${ours}`) : section))
    .join('')
}

/**
 * RFC 3264 §6, §8.2: a line that is not wanted has port 0; RFC 9143 §7.2: it is in no group either. Chromium answers
 * `inactive` for a transceiver that is being stopped, and says port 0 in its next offer only.
 */
export function withoutVideo(sdp: string): string {
  const sections = sectionsOf(sdp)
  const gone = sections.filter(isLive).flatMap((section) => /^a=mid:(\S+)/m.exec(section)?.[1] ?? [])
  return sections
    .map((section) =>
      isLive(section) ? section.replace(lineOf, 'm=video 0').replace(directionLine, 'a=inactive') : section
    )
    .join('')
    .replace(/^a=group:BUNDLE.*$/m, (group) =>
      group
        .split(' ')
        .filter((mid) => !gone.includes(mid.trim()))
        .join(' ')
    )
}

/** The video of one peer connection. */
export class VideoLine {
  readonly #connection: RTCPeerConnection
  #stream: MediaStream | null = null
  /** Made for an offer that has not been answered. */
  #isNew = false

  constructor(connection: RTCPeerConnection) {
    this.#connection = connection
  }

  /** What is to be sent from now on, where video is sent at all. */
  use(stream: MediaStream | null) {
    this.#stream = stream
    for (const transceiver of this.#live) this.#feed(transceiver)
  }

  /** Before an offer: there is something to write it on. */
  prepareOffer(video: Video) {
    const live = this.#live
    this.#isNew = live.length === 0 && video !== 'off'
    if (this.#isNew) this.#add()
    for (const transceiver of live) this.#widen(transceiver)
  }

  /** The offer was not taken, and none of its kind follows: a line that is not there must not be in the next one. */
  offerRefused() {
    if (this.#isNew) for (const transceiver of this.#live) transceiver.stop()
    this.#isNew = false
  }

  /** With the peer's offer applied and before the answer is made, in the same turn. */
  prepareAnswer({ video, hold }: Pick<Terms, 'video' | 'hold'>) {
    for (const transceiver of this.#live) {
      // made for an offer of ours that met this one
      if (transceiver.mid === null || video === 'off') transceiver.stop()
      else if (video === 'inactive' || hold) transceiver.direction = 'inactive'
      else transceiver.direction = video === 'receive' ? 'recvonly' : 'sendrecv'
      if (video === 'on') this.#feed(transceiver)
    }
  }

  get #live(): RTCRtpTransceiver[] {
    return this.#connection
      .getTransceivers()
      .filter(({ receiver, direction }) => isVideo(receiver.track) && direction !== 'stopped')
  }

  get #track(): MediaStreamTrack | null {
    return this.#stream?.getVideoTracks().find(({ readyState }) => readyState === 'live') ?? null
  }

  /** By `addTrack` where it can be: should the peer's offer come first, its line takes this one (RFC 8829 §5.10). */
  #add() {
    const [track, stream] = [this.#track, this.#stream]
    const streams = stream === null ? {} : { streams: [stream] }
    // Chromium would have it take a transceiver that is being stopped
    const isStopping = this.#connection.getTransceivers().some(({ direction }) => direction === 'stopped')
    if (track !== null && stream !== null && !isStopping) this.#connection.addTrack(track, stream)
    else this.#connection.addTransceiver(track ?? 'video', { direction: 'sendrecv', ...streams })
  }

  #widen(transceiver: RTCRtpTransceiver) {
    if (transceiver.direction !== 'sendrecv') transceiver.direction = 'sendrecv'
    this.#feed(transceiver)
  }

  #feed({ sender }: RTCRtpTransceiver) {
    const track = this.#track
    if (sender.track === track) return
    if (this.#stream !== null) sender.setStreams?.(this.#stream)
    // a sender of a line that is just being taken away
    sender.replaceTrack(track).catch(() => {})
  }
}

/** In Node a receiver may have no track yet. */
function isVideo(track: MediaStreamTrack | null | undefined): boolean {
  return track?.kind === 'video'
}
