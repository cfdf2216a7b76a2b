import type { MediaMeasure } from '../../machines/index.ts'
import { watchPath } from './path.ts'
import type { PathListener } from './path.ts'
import { replaceTracks } from './sending.ts'

export interface PeerListener extends PathListener {
  /** One more way we can be reached, to be told to the peer; null when there are no more (RFC 8838). */
  found(candidate: RTCIceCandidateInit | null): void
}

/** More candidates than this before there is a description they belong to are not a peer's. */
export const mostCandidates = 200

export interface OfferOptions {
  /** Whether ICE starts anew. */
  readonly restart?: boolean
  /** Done when everything else is ready for the offer to be made. */
  readonly prepare?: () => void
}

/**
 * One peer connection whose candidates trickle. A description goes out first and its candidates after it, in whatever
 * order the browser comes up with them; the peer's wait for the description they belong to.
 */
export class Peer {
  readonly #connection: RTCPeerConnection
  readonly #listener: PeerListener
  readonly #stopWatching: () => void
  #found: (RTCIceCandidateInit | null)[] = []
  #waiting: (RTCIceCandidateInit | null)[] = []
  #isToldOf = false

  /** What is to be sent: these tracks of the stream, which the peer takes for one; none, and we only listen. */
  constructor(
    connection: RTCPeerConnection,
    stream: MediaStream | null,
    tracks: readonly MediaStreamTrack[],
    listener: PeerListener
  ) {
    this.#connection = connection
    this.#listener = listener
    this.#stopWatching = watchPath(connection, listener)
    connection.addEventListener('icecandidate', this.#onCandidate)
    for (const track of tracks) connection.addTrack(track, ...(stream === null ? [] : [stream]))
  }

  /** The audio sender, once there is one. */
  get audio(): RTCRtpSender | null {
    return this.#connection.getTransceivers().find(({ receiver }) => receiver.track.kind === 'audio')?.sender ?? null
  }

  /** Sends these from now on instead. */
  replace(tracks: readonly MediaStreamTrack[]) {
    replaceTracks(this.#connection, tracks)
  }

  /** What reads statistics is loaded when somebody wants to know for the first time. */
  async measure(): Promise<MediaMeasure | null> {
    const stats = await import('./stats.ts').catch(() => null)
    return stats?.measureConnection(this.#connection) ?? null
  }

  /** An offer, in place of one that is still open. Its candidates wait until `told`. */
  async offer({ restart = false, prepare }: OfferOptions = {}): Promise<string> {
    const connection = this.#connection
    await this.#rollBack()
    if (connection.getTransceivers().length === 0) connection.addTransceiver('audio', { direction: 'recvonly' })
    prepare?.()
    const { sdp = '' } = await connection.createOffer({ iceRestart: restart })
    this.#isToldOf = false
    await connection.setLocalDescription({ type: 'offer', sdp })
    return sdp
  }

  async accept(answer: string) {
    await this.#heed({ type: 'answer', sdp: answer })
  }

  /**
   * Our answer to this offer, before which one of ours that is still open gives way. Its candidates wait until `told`.
   * `prepare` is called with the offer applied and before the answer is made.
   */
  async answer(offer: string, prepare?: () => void): Promise<string> {
    const connection = this.#connection
    await this.#rollBack()
    await this.#heed({ type: 'offer', sdp: offer })
    // what nobody here has asked for; a browser would take it
    for (const transceiver of connection.getTransceivers()) {
      const { receiver, direction } = transceiver
      if (receiver.track.kind === 'video' && direction !== 'stopped') transceiver.direction = 'inactive'
    }
    prepare?.()
    const { sdp = '' } = await connection.createAnswer()
    this.#isToldOf = false
    await connection.setLocalDescription({ type: 'answer', sdp })
    return sdp
  }

  /** The description has left: now the candidates may. */
  told() {
    this.#isToldOf = true
    for (const candidate of this.#found.splice(0)) this.#listener.found(candidate)
  }

  /** One of the peer's candidates; one that is of no use is dropped. */
  add(candidate: RTCIceCandidateInit | null) {
    if (this.#connection.remoteDescription === null) {
      if (this.#waiting.length < mostCandidates) this.#waiting.push(candidate)
      return
    }
    // null is in the standard, and not in every type of it
    this.#connection.addIceCandidate(candidate as RTCIceCandidateInit).catch(() => {})
  }

  close() {
    this.#stopWatching()
    this.#connection.removeEventListener('icecandidate', this.#onCandidate)
    this.#connection.close()
  }

  /** Takes back an offer nobody answered. */
  async #rollBack() {
    if (this.#connection.signalingState !== 'have-local-offer') return
    await this.#connection.setLocalDescription({ type: 'rollback' })
  }

  async #heed(description: RTCSessionDescriptionInit) {
    await this.#connection.setRemoteDescription(description)
    for (const candidate of this.#waiting.splice(0)) this.add(candidate)
  }

  readonly #onCandidate = ({ candidate }: RTCPeerConnectionIceEvent) => {
    // Firefox ends each generation with an empty one as well
    if (candidate?.candidate === '') return
    const plain = candidate?.toJSON() ?? null
    if (this.#isToldOf) this.#listener.found(plain)
    else this.#found.push(plain)
  }
}
