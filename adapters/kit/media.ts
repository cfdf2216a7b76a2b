import type { LegEvent, MediaMeasure } from '../../machines/index.ts'
import { mostCandidates, Peer } from '../webrtc/peer.ts'
import type { PeerListener } from '../webrtc/peer.ts'

type Candidate = RTCIceCandidateInit | null

/** The video of a call, as far as its streams go. */
interface SentVideo {
  /** What is sent from now on, as far as any is. */
  use(stream: MediaStream): void
}

/** The media of one call: what is sent, what there is to play, and the ways that lead there. */
export class LegMedia {
  connection: RTCPeerConnection | null = null
  peer: Peer | null = null
  #video: SentVideo | null = null
  remoteStream: MediaStream | null = null
  readonly #emit: (event: LegEvent) => void
  #stream: MediaStream | null = null
  /** The caller's, from before we answered. */
  #early: Candidate[] = []

  constructor(emit: (event: LegEvent) => void) {
    this.#emit = emit
  }

  attach(stream: MediaStream) {
    this.#stream = stream
    // whatever is not sent as video stays in the stream
    this.peer?.replace(this.#video === null ? stream.getAudioTracks() : stream.getTracks())
    this.#video?.use(stream)
  }

  async measure(): Promise<MediaMeasure | null> {
    return this.peer?.measure() ?? null
  }

  open(connection: RTCPeerConnection, found: PeerListener['found'], video: SentVideo | null = null): Peer {
    const stream = this.#stream
    const peer = new Peer(connection, stream, stream?.getAudioTracks() ?? [], {
      emit: this.#emit,
      play: (playing) => {
        this.remoteStream = playing
        this.#emit({ type: 'leg.media' })
      },
      found
    })
    this.connection = connection
    this.peer = peer
    this.#video = video
    if (stream !== null) video?.use(stream)
    for (const candidate of this.#early.splice(0)) peer.add(candidate)
    return peer
  }

  /** One of the peer's candidates, whether there is a connection for it already or not. */
  add(candidate: Candidate) {
    if (this.peer !== null) this.peer.add(candidate)
    else if (this.#early.length < mostCandidates) this.#early.push(candidate)
  }

  close() {
    this.peer?.close()
    this.connection = this.peer = this.#video = this.remoteStream = null
  }
}

/** Throws where there is no WebRTC. */
export function openConnection(
  Connection: typeof RTCPeerConnection | undefined = globalThis.RTCPeerConnection,
  configuration: RTCConfiguration
): RTCPeerConnection {
  if (Connection === undefined) throw new TypeError('There is no RTCPeerConnection here: give one in the options')
  return new Connection(configuration)
}
