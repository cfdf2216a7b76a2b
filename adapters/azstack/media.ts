import type { LegEvent, MediaMeasure } from '../../machines/index.ts'
import { replaceTracks } from '../webrtc/sending.ts'
import { measureConnection } from '../webrtc/stats.ts'

/** Which candidates an offer or an answer waits for, where they cannot follow later. */
export interface GatheringPolicy {
  /** `all`: every candidate; `reflexive`: one that STUN or TURN gave; `first`: one we can be reached at, at all. */
  readonly until: 'first' | 'reflexive' | 'all'
  /** Milliseconds after which what there is must do. */
  readonly deadline: number
}

/** A paid call cannot be renegotiated: what the peer is not told now it never learns. */
export const defaultGathering: GatheringPolicy = { until: 'all', deadline: 2_000 }

export interface MediaOptions {
  readonly RTCPeerConnection: typeof RTCPeerConnection
  readonly configuration: RTCConfiguration
  readonly gathering: GatheringPolicy
}

export interface MediaListener {
  emit(event: LegEvent): void
  /** What the peer sends is another stream now. */
  play(stream: MediaStream): void
  found(candidate: RTCIceCandidate): void
}

/** The peer connection of one call: one offer, one answer, and what becomes of the path. */
export class Media {
  readonly #connection: RTCPeerConnection
  readonly #gathering: GatheringPolicy
  readonly #listener: MediaListener
  /** What takes the place of the stream we began with; it may come before that one is sent. */
  #replacement: MediaStream | null = null
  /** Candidates of the peer that came before its description. */
  #early: RTCIceCandidateInit[] = []

  constructor({ RTCPeerConnection, configuration, gathering }: MediaOptions, listener: MediaListener) {
    this.#connection = new RTCPeerConnection(configuration)
    this.#gathering = gathering
    this.#listener = listener
    this.#connection.addEventListener('connectionstatechange', this.#onState)
    this.#connection.addEventListener('icecandidate', this.#onCandidate)
    this.#connection.addEventListener('track', this.#onTrack)
  }

  async offer(stream: MediaStream | null): Promise<string> {
    this.#send(stream)
    const offer = await this.#connection.createOffer()
    await this.#connection.setLocalDescription(offer)
    return offer.sdp ?? ''
  }

  async answer(offer: string, stream: MediaStream | null): Promise<string> {
    await this.#accept({ type: 'offer', sdp: offer })
    this.#send(this.#replacement ?? stream)
    const answer = await this.#connection.createAnswer()
    await this.#connection.setLocalDescription(answer)
    return answer.sdp ?? ''
  }

  /** Sends this from now on instead. */
  replace(stream: MediaStream) {
    this.#replacement = stream
    replaceTracks(this.#connection, stream.getAudioTracks())
  }

  measure(): Promise<MediaMeasure | null> {
    return measureConnection(this.#connection)
  }

  /** Takes the peer's answer. */
  accept(answer: string): Promise<void> {
    return this.#accept({ type: 'answer', sdp: answer })
  }

  /** Takes a candidate of the peer, also one that comes before the peer's description. */
  async add(candidate: RTCIceCandidateInit): Promise<void> {
    if (this.#connection.remoteDescription === null) this.#early.push(candidate)
    else await this.#connection.addIceCandidate(candidate)
  }

  /** Our description with the candidates in it, as many as the policy waits for. */
  async complete(): Promise<string> {
    await gathered(this.#connection, this.#gathering)
    return this.#connection.localDescription?.sdp ?? ''
  }

  close() {
    this.#connection.removeEventListener('connectionstatechange', this.#onState)
    this.#connection.removeEventListener('icecandidate', this.#onCandidate)
    this.#connection.removeEventListener('track', this.#onTrack)
    this.#connection.close()
  }

  async #accept(description: RTCSessionDescriptionInit) {
    await this.#connection.setRemoteDescription(description)
    const early = this.#early
    this.#early = []
    for (const candidate of early) await this.#connection.addIceCandidate(candidate)
  }

  #send(stream: MediaStream | null) {
    const tracks = stream?.getAudioTracks() ?? []
    for (const track of tracks) this.#connection.addTrack(track, stream as MediaStream)
    const mayListen = this.#connection.getTransceivers().length > 0
    if (tracks.length === 0 && !mayListen) this.#connection.addTransceiver('audio', { direction: 'recvonly' })
  }

  /** `connectionState` is watched, not `iceConnectionState`, which Chromium was seen never to let fail. */
  #onState = () => {
    const { connectionState } = this.#connection
    if (connectionState === 'connected') this.#listener.emit({ type: 'leg.path.connected' })
    if (connectionState === 'disconnected') this.#listener.emit({ type: 'leg.path.interrupted' })
    if (connectionState === 'failed') this.#listener.emit({ type: 'leg.path.failed' })
  }

  #onCandidate = ({ candidate }: RTCPeerConnectionIceEvent) => {
    // the last one says that there are no more, and is not the same everywhere
    if (candidate?.candidate) this.#listener.found(candidate)
  }

  #onTrack = ({ streams, track }: RTCTrackEvent) => {
    const stream = streams[0]
    if (stream !== undefined) this.#listener.play(stream)
    else if (typeof MediaStream === 'function') this.#listener.play(new MediaStream([track]))
  }
}

function gathered(connection: RTCPeerConnection, { until, deadline }: GatheringPolicy): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      connection.removeEventListener('icegatheringstatechange', check)
      connection.removeEventListener('icecandidate', check)
      connection.removeEventListener('signalingstatechange', check)
      resolve()
    }
    const check = () => {
      const { iceGatheringState, signalingState, localDescription } = connection
      if (iceGatheringState === 'complete' || signalingState === 'closed') done()
      else if (isEnough(localDescription?.sdp ?? '', until)) done()
    }
    const timer = setTimeout(done, deadline)
    connection.addEventListener('icegatheringstatechange', check)
    connection.addEventListener('icecandidate', check)
    connection.addEventListener('signalingstatechange', check)
    check()
  })
}

function isEnough(sdp: string, until: GatheringPolicy['until']): boolean {
  if (until === 'all') return false
  if (/ typ (srflx|relay)/.test(sdp)) return true
  // a TCP host candidate is one we connect from: nobody can reach us there
  return until === 'first' && / udp .* typ host/i.test(sdp)
}
