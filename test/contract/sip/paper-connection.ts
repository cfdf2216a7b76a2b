/** A media connection that only negotiates: what JsSIP needs of one, with nothing behind it. */
import { description } from './scripted-line.ts'

class PaperSender {
  readonly kind: string
  track: MediaStreamTrack | null

  constructor(track: MediaStreamTrack) {
    this.kind = track.kind
    this.track = track
  }

  async replaceTrack(track: MediaStreamTrack | null) {
    this.track = track
  }
}

export class PaperConnection extends EventTarget {
  static readonly made: PaperConnection[] = []

  signalingState = 'stable'
  iceGatheringState = 'complete'
  connectionState = 'new'
  localDescription: { type: string; sdp: string } | null = null
  remoteDescription: { type: string; sdp: string } | null = null
  /** Candidates are found only when a test says so. */
  isGathering = false
  rollbacks = 0
  readonly #senders: PaperSender[] = []
  #iceConnectionState = 'new'
  #generation = 1

  constructor() {
    super()
    PaperConnection.made.push(this)
  }

  get iceConnectionState() {
    return this.#iceConnectionState
  }

  getSenders() {
    return this.#senders
  }

  getTransceivers() {
    return this.#senders.map((sender) => ({ sender, receiver: { track: { kind: sender.kind } } }))
  }

  addTrack(track: MediaStreamTrack) {
    this.#senders.push(new PaperSender(track))
  }

  async createOffer(options?: { iceRestart?: boolean } | null) {
    if (options?.iceRestart === true) this.#generation += 1
    return { type: 'offer', sdp: description(`near${this.#generation}`) }
  }

  async createAnswer() {
    return { type: 'answer', sdp: description(`near${this.#generation}`) }
  }

  async setLocalDescription(wanted: { type: string; sdp: string }) {
    if (wanted.type === 'rollback') {
      this.rollbacks += 1
      return this.#signal('stable')
    }
    this.localDescription = wanted
    this.#signal(wanted.type === 'offer' ? 'have-local-offer' : 'stable')
  }

  async setRemoteDescription(wanted: { type: string; sdp: string }) {
    if (wanted.type === 'rollback') {
      this.rollbacks += 1
      return this.#signal('stable')
    }
    if (!wanted.sdp.includes('m=audio')) throw new DOMException('Not a session description', 'OperationError')
    if (wanted.type === 'answer' && this.signalingState === 'stable')
      throw new DOMException('No offer', 'InvalidStateError')
    this.remoteDescription = wanted
    this.#signal(wanted.type === 'offer' ? 'have-remote-offer' : 'stable')
  }

  close() {
    this.signalingState = 'closed'
    this.connectionState = 'closed'
  }

  /** The network, or the lack of it. */
  becomes(connectionState: string, iceConnectionState: string) {
    this.connectionState = connectionState
    this.#iceConnectionState = iceConnectionState
    this.dispatchEvent(new Event('iceconnectionstatechange'))
    this.dispatchEvent(new Event('connectionstatechange'))
  }

  #signal(state: string) {
    this.signalingState = state
    this.dispatchEvent(new Event('signalingstatechange'))
  }
}

export const paperWebRtc = PaperConnection as unknown as typeof RTCPeerConnection

/** A microphone nobody speaks into. */
export function paperStream(): MediaStream {
  const track = { kind: 'audio', enabled: true, readyState: 'live', stop() {} }
  return {
    getTracks: () => [track],
    getAudioTracks: () => [track],
    getVideoTracks: () => []
  } as unknown as MediaStream
}
