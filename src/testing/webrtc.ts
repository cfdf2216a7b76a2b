/**
 * WebRTC in Node, for tests and demos without a browser: `werift` moves real ICE, DTLS and SRTP, and the microphone is
 * a G.711 tone. Whatever a browser has and werift lacks, as far as a call needs it, is made up for here.
 */
import type * as Werift from 'werift'

/** What a browser has as globals. Nothing global is touched: hand it to the engine as its media. */
export interface NodeWebRtc {
  readonly RTCPeerConnection: typeof RTCPeerConnection
  readonly RTCSessionDescription: typeof RTCSessionDescription
  readonly MediaStream: typeof MediaStream
  readonly mediaDevices: NodeMediaDevices
  /** A stream with a tone on its one track, as `getUserMedia` gives; its taker stops it. */
  tone(options?: ToneOptions): MediaStream
  /** A stream without a track. */
  nothing(): MediaStream
}

/** One microphone, no camera. */
export interface NodeMediaDevices extends EventTarget {
  getUserMedia(constraints?: MediaStreamConstraints): Promise<MediaStream>
  enumerateDevices(): Promise<MediaDeviceInfo[]>
  /** Takes the microphone away: every open track ends, as when a headset is pulled out. */
  unplug(): void
}

export interface ToneOptions {
  /** In hertz; 440 when left out. */
  readonly frequency?: number
  /** The peak, of 32 767; 6000 when left out. */
  readonly amplitude?: number
}

/** Packets a connection has moved since it was made. */
export interface MediaCount {
  readonly packetsReceived: number
  readonly packetsSent: number
}

/** What came in on a track: all frames, and those that are not silence. */
export interface Meter {
  readonly frames: number
  readonly loud: number
}

type WeriftTrack = Werift.MediaStreamTrack

const SAMPLE_RATE = 8000
const FRAME = { milliseconds: 20, samples: 160 }
const SILENCE = 0xff
/** After a pause longer than this (a busy machine) the frames missed are not made up for. */
const LONGEST_CATCH_UP = 10

/** Loads `werift`, an optional peer; rejects when it is not installed. `tone` is what the microphone hears. */
export async function loadNodeWebRtc(tone: ToneOptions = {}): Promise<NodeWebRtc> {
  const werift = await import('werift')
  const { openMicrophone, unplugMicrophones } = createMicrophone(werift)
  const stream = (options: ToneOptions): MediaStream =>
    new werift.MediaStream([openMicrophone(options)]) as unknown as MediaStream

  const mediaDevices = Object.assign(new EventTarget(), {
    async getUserMedia(constraints: MediaStreamConstraints = {}) {
      if (!constraints.audio && !constraints.video) throw new TypeError('Ask for audio, for video or for both')
      if (constraints.video) throw new DOMException('There is no camera here', 'NotFoundError')
      return stream(tone)
    },
    async enumerateDevices() {
      const microphone = { kind: 'audioinput', deviceId: 'tone', groupId: '', label: 'Tone' } as const
      return [{ ...microphone, toJSON: () => microphone }]
    },
    unplug() {
      unplugMicrophones()
      mediaDevices.dispatchEvent(new Event('devicechange'))
    }
  })

  // werift's classes have the browser's types nearly, and with what is added here all of them that a call needs.
  return {
    RTCPeerConnection: createPeerConnectionClass(werift) as unknown as typeof RTCPeerConnection,
    RTCSessionDescription: SessionDescription,
    MediaStream: werift.MediaStream as unknown as typeof MediaStream,
    mediaDevices,
    tone: (options = {}) => stream({ ...tone, ...options }),
    nothing: () => new werift.MediaStream() as unknown as MediaStream
  }
}

/** How many packets this connection has moved. */
export async function countMedia(connection: RTCPeerConnection): Promise<MediaCount> {
  let packetsReceived = 0
  let packetsSent = 0
  const report = await connection.getStats()
  report.forEach((entry: { type: string; packetsReceived?: number; packetsSent?: number }) => {
    if (entry.type === 'inbound-rtp') packetsReceived += entry.packetsReceived ?? 0
    if (entry.type === 'outbound-rtp') packetsSent += entry.packetsSent ?? 0
  })
  return { packetsReceived, packetsSent }
}

/** Listens to a track of `loadNodeWebRtc`'s connections from now on; other tracks stay at zero. */
export function meter(track: MediaStreamTrack): Meter {
  const heard = { frames: 0, loud: 0 }
  const { onReceiveRtp } = track as unknown as Partial<WeriftTrack>
  onReceiveRtp?.subscribe(({ payload }) => {
    heard.frames += 1
    if (payload.some(isLoud)) heard.loud += 1
  })
  return heard
}

/** werift describes sessions with a type; browsers have a class for them as well, and JsSIP makes instances of it. */
class SessionDescription {
  readonly type: RTCSdpType
  readonly sdp: string

  constructor({ type, sdp = '' }: RTCSessionDescriptionInit) {
    this.type = type
    this.sdp = sdp
  }

  toJSON(): RTCSessionDescriptionInit {
    return { type: this.type, sdp: this.sdp }
  }
}

function createPeerConnectionClass(werift: typeof Werift): typeof Werift.RTCPeerConnection {
  const pcmu = new werift.RTCRtpCodecParameters({
    mimeType: 'audio/PCMU',
    clockRate: SAMPLE_RATE,
    channels: 1,
    payloadType: 0
  })
  const defaults = {
    // Video is never sent, but with no codec for it werift makes no more offers once it was offered some.
    codecs: { audio: [pcmu], video: [werift.useVP8()] },
    iceServers: [],
    iceUseIpv6: false,
    // A machine with nothing but loopback would find no candidate.
    iceAdditionalHostAddresses: ['127.0.0.1']
  }

  return class PeerConnection extends werift.RTCPeerConnection {
    constructor(config: Werift.RTCPeerConnectionConfig | null = {}) {
      super({ ...defaults, ...config })
    }

    // JsSIP passes null where the options are optional; werift takes them apart at once.
    override createOffer(options?: { iceRestart?: boolean } | null) {
      return super.createOffer(options ?? {})
    }

    // A browser refuses what it cannot read, and an answer with more or fewer media sections than were offered
    // (RFC 8829 §5.8, §5.11); werift takes both.
    override async setRemoteDescription(description: Werift.RTCSessionDescriptionInit): Promise<void> {
      const { type, sdp = '' } = description
      if (type !== 'rollback' && !/^v=0\r?\n([a-z]=.*\r?\n)+$/.test(sdp)) {
        throw new DOMException('The session description cannot be read', 'OperationError')
      }
      if (type === 'answer' && countSections(sdp) !== countSections(this.localDescription?.sdp ?? '')) {
        throw new DOMException('The answer does not match the offer', 'InvalidAccessError')
      }
      await super.setRemoteDescription(description)
      this.#resume()
    }

    // A browser gathers after this has resolved, werift before; who listens only then would wait for ever.
    override async setLocalDescription(description?: Werift.RTCLocalSessionDescriptionInit): Promise<never> {
      this.#stayLocal()
      const applied = await super.setLocalDescription(description)
      this.#resume()
      if (applied && this.iceGatheringState === 'complete') {
        setImmediate(() => this.emit('icegatheringstatechange'))
      }
      return applied as never
    }

    // Without a STUN server of ours werift asks one on the internet, and gathers for as long as that takes.
    #stayLocal(): void {
      if (this.getConfiguration().iceServers.length > 0) return
      for (const { connection } of this.iceTransports) delete connection.stunServer
    }

    // After an ICE restart werift gathers, but leaves the new pairs unchecked where DTLS stands already.
    #resume(): void {
      if (this.signalingState !== 'stable') return
      for (const { state, iceTransport } of this.dtlsTransports) {
        const isIdle = state === 'connected' && !iceTransport.connection.nominated && iceTransport.state !== 'checking'
        if (isIdle) iceTransport.start().catch(() => this.emit('iceconnectionstatechange'))
      }
    }
  }
}

function countSections(sdp: string): number {
  return sdp.match(/^m=/gm)?.length ?? 0
}

function createMicrophone(werift: typeof Werift) {
  const open = new Set<ToneTrack>()

  class ToneTrack extends werift.MediaStreamTrack {
    readonly tone: ToneOptions
    /** Ends the track as the loss of the device does, which the browser reports as `ended`. */
    readonly unplug: () => void
    #silently = false

    constructor(tone: ToneOptions) {
      super({ kind: 'audio', muted: false })
      this.tone = tone
      open.add(this)

      const encode = createToneEncoder(tone)
      const packet = createPacketizer(werift)
      const clock = everyFrame(() => this.writeRtp(packet(encode(this.enabled))))

      const end = this.stop
      this.unplug = () => {
        clock.stop()
        open.delete(this)
        end()
      }
      this.stop = () => {
        this.#silently = true
        this.unplug()
      }
    }

    // Stopping a track oneself fires nothing in a browser.
    override emit(type: string | symbol, ...args: unknown[]): boolean {
      return type === 'ended' && this.#silently ? false : super.emit(type, ...args)
    }

    // werift's clones share one source and so one `enabled`; a browser's are muted one by one.
    override clone(): WeriftTrack {
      const copy = new ToneTrack(this.tone)
      copy.enabled = this.enabled
      if (this.stopped) copy.stop()
      return copy
    }
  }

  return {
    openMicrophone: (tone: ToneOptions): WeriftTrack => new ToneTrack(tone),
    unplugMicrophones: () => [...open].forEach((track) => track.unplug())
  }
}

/** One frame of the tone per call, or of silence, with the phase carried over. */
function createToneEncoder({ frequency = 440, amplitude = 6000 }: ToneOptions): (audible: boolean) => Buffer {
  let sample = 0
  return (audible) => {
    const frame = Buffer.alloc(FRAME.samples, SILENCE)
    for (let i = 0; audible && i < frame.length; i += 1, sample += 1) {
      frame[i] = toMulaw(amplitude * Math.sin((2 * Math.PI * frequency * sample) / SAMPLE_RATE))
    }
    return frame
  }
}

function createPacketizer(werift: typeof Werift): (payload: Buffer) => Werift.RtpPacket {
  const ssrc = Math.floor(Math.random() * 2 ** 32)
  let sequenceNumber = Math.floor(Math.random() * 2 ** 16)
  let timestamp = Math.floor(Math.random() * 2 ** 32)
  return (payload) => {
    sequenceNumber = (sequenceNumber + 1) % 2 ** 16
    timestamp = (timestamp + FRAME.samples) % 2 ** 32
    return new werift.RtpPacket(new werift.RtpHeader({ payloadType: 0, sequenceNumber, timestamp, ssrc }), payload)
  }
}

/** Timers drift; the frames due by now are counted from the start, so that 50 a second come out on the average. */
function everyFrame(tick: () => void): { stop(): void } {
  let due = performance.now() + FRAME.milliseconds
  const timer = setInterval(() => {
    const now = performance.now()
    due = Math.max(due, now - LONGEST_CATCH_UP * FRAME.milliseconds)
    for (; due <= now; due += FRAME.milliseconds) tick()
  }, FRAME.milliseconds)
  // A microphone somebody forgot must not keep a finished program alive.
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** ITU-T G.711, table 2: sign, exponent of the segment, four bits of mantissa, all inverted. */
function toMulaw(sample: number): number {
  const biased = Math.min(Math.abs(Math.trunc(sample)), 32_635) + 132
  const exponent = Math.floor(Math.log2(biased)) - 7
  const mantissa = (biased >> (exponent + 3)) & 0x0f
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff
}

/** Of the µ-law byte's seven bits of size, inverted: the upper half of the segments. */
function isLoud(byte: number): boolean {
  return (byte & 0x7f) < 0x40
}
