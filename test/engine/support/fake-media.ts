/** A microphone nobody has to own: it grants when the test says so, and remembers every track it ever opened. */
export class FakeTrack extends EventTarget {
  readonly kind: 'audio' | 'video'
  enabled = true
  readyState: 'live' | 'ended' = 'live'
  readonly deviceId: string
  muted = false

  constructor(kind: 'audio' | 'video' = 'audio', deviceId = 'default') {
    super()
    this.kind = kind
    this.deviceId = deviceId
  }

  get label() {
    return `The ${this.deviceId}`
  }

  getSettings() {
    return { deviceId: this.deviceId }
  }

  stop() {
    this.readyState = 'ended'
  }

  /** Unplugged, or ended by the browser's own button. */
  end() {
    this.readyState = 'ended'
    this.dispatchEvent(new Event('ended'))
  }
}

export class FakeStream {
  tracks: FakeTrack[]

  constructor(kinds: readonly ('audio' | 'video')[] = ['audio'], deviceId?: string) {
    this.tracks = kinds.map((kind) => new FakeTrack(kind, deviceId))
  }

  getTracks() {
    return this.tracks
  }

  getAudioTracks() {
    return this.tracks.filter(({ kind }) => kind === 'audio')
  }

  getVideoTracks() {
    return this.tracks.filter(({ kind }) => kind === 'video')
  }

  addTrack(track: FakeTrack) {
    this.tracks = [...this.tracks, track]
  }

  removeTrack(track: FakeTrack) {
    this.tracks = this.tracks.filter((other) => other !== track)
  }
}

export interface FakeRequest {
  readonly constraints: MediaStreamConstraints
  grant(): FakeTrack
  refuse(name: string): void
}

export class FakeMediaDevices extends EventTarget {
  /** Every track that was ever handed out. */
  readonly tracks: FakeTrack[] = []
  /** What was asked for and is not answered yet. */
  readonly requests: FakeRequest[] = []
  /** The microphones that are plugged in. */
  plugged = ['desk', 'headset']
  /** What becomes of a request: granted at once, refused under this name, or left to the test. */
  mode: 'grants' | 'waits' | { readonly refuses: string } = 'grants'

  get open() {
    return this.tracks.filter((track) => track.readyState === 'live')
  }

  enumerateDevices() {
    const of = (deviceId: string) => ({ kind: 'audioinput' as const, deviceId, groupId: '', label: `The ${deviceId}` })
    return Promise.resolve(this.plugged.map(of))
  }

  plug(...devices: string[]) {
    this.plugged = devices
    this.dispatchEvent(new Event('devicechange'))
  }

  getDisplayMedia(): Promise<MediaStream> {
    return this.getUserMedia({ video: true })
  }

  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    return new Promise((resolve, reject) => {
      const request: FakeRequest = {
        constraints,
        grant: () => {
          const { audio, video } = constraints
          const kinds = [...(audio ? ['audio' as const] : []), ...(video ? ['video' as const] : [])]
          const stream = new FakeStream(kinds, wantedOf(constraints) ?? this.plugged[0])
          this.tracks.push(...stream.tracks)
          resolve(stream as unknown as MediaStream)
          return stream.tracks[0] as FakeTrack
        },
        refuse: (name) => reject(new DOMException('Not now', name))
      }
      const wanted = wantedOf(constraints)
      const isMissing = wanted !== null && !this.plugged.includes(wanted)
      if (this.mode === 'grants' && isMissing) request.refuse('OverconstrainedError')
      else if (this.mode === 'grants' && this.plugged.length === 0) request.refuse('NotFoundError')
      else if (this.mode === 'grants') request.grant()
      else if (this.mode === 'waits') this.requests.push(request)
      else request.refuse(this.mode.refuses)
    })
  }
}

/** The microphone it must be. */
function wantedOf({ audio }: MediaStreamConstraints): string | null {
  const id = typeof audio === 'object' ? audio.deviceId : undefined
  return typeof id === 'object' && 'exact' in id ? String(id.exact) : null
}
