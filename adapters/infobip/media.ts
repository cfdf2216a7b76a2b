import type { LegEvent, MediaMeasure } from '../../machines/index.ts'
import { mostCandidates, Peer } from '../webrtc/peer.ts'
import { fromWire, toWire } from './candidates.ts'
import type { CallVideo, Gateway } from './gateway.ts'
import type { Candidate } from './wire.ts'

/** The media of one call: what is sent, what there is to play, and the ways that lead there. */
export class LegMedia {
  readonly #gateway: Gateway
  readonly #callId: string
  readonly #emit: (event: LegEvent) => void
  peer: Peer | null = null
  video: CallVideo | null = null
  remoteStream: MediaStream | null = null
  #stream: MediaStream | null = null
  /** The caller's, from before we answered. */
  #early: Candidate[] = []

  constructor(gateway: Gateway, callId: string, emit: (event: LegEvent) => void) {
    this.#gateway = gateway
    this.#callId = callId
    this.#emit = emit
  }

  attach(stream: MediaStream) {
    this.#stream = stream
    // whatever is not sent as video stays in the stream
    this.peer?.replace(this.video === null ? stream.getAudioTracks() : stream.getTracks())
    this.video?.use(stream)
  }

  async measure(): Promise<MediaMeasure | null> {
    return this.peer?.measure() ?? null
  }

  open(): Peer {
    const connection = this.#gateway.openConnection()
    const peer = new Peer(connection, this.#stream, this.#stream?.getAudioTracks() ?? [], {
      emit: this.#emit,
      play: (stream) => {
        this.remoteStream = stream
        this.#emit({ type: 'leg.media' })
      },
      found: (candidate) =>
        void this.#gateway.say({ action: 'ice_candidate', callId: this.#callId, ice: toWire(candidate) })
    })
    this.peer = peer
    this.video = this.#gateway.video?.begin(connection) ?? null
    if (this.#stream !== null) this.video?.use(this.#stream)
    this.#early.splice(0).forEach((candidate) => peer.add(fromWire(candidate)))
    return peer
  }

  add(candidate: Candidate) {
    if (this.peer !== null) this.peer.add(fromWire(candidate))
    else if (this.#early.length < mostCandidates) this.#early.push(candidate)
  }

  close() {
    this.peer?.close()
    this.peer = this.video = null
  }
}
