/** A microphone nobody has to own: it grants when the test says so, and remembers every track it ever opened. */
export class FakeTrack {
  readonly kind: 'audio' | 'video'
  enabled = true
  readyState: 'live' | 'ended' = 'live'
  readonly #listeners: (() => void)[] = []

  constructor(kind: 'audio' | 'video' = 'audio') {
    this.kind = kind
  }

  addEventListener(_: 'ended', listener: () => void) {
    this.#listeners.push(listener)
  }

  stop() {
    this.readyState = 'ended'
  }

  /** Unplugged, or ended by the browser's own button. */
  end() {
    this.readyState = 'ended'
    for (const listener of this.#listeners) listener()
  }
}

export class FakeStream {
  tracks: FakeTrack[]

  constructor(...kinds: readonly ('audio' | 'video')[]) {
    this.tracks = kinds.map((kind) => new FakeTrack(kind))
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

export class FakeMediaDevices {
  /** Every track that was ever handed out. */
  readonly tracks: FakeTrack[] = []
  /** What was asked for and is not answered yet. */
  readonly requests: FakeRequest[] = []
  /** What becomes of a request: granted at once, refused under this name, or left to the test. */
  mode: 'grants' | 'waits' | { readonly refuses: string } = 'grants'

  get open() {
    return this.tracks.filter((track) => track.readyState === 'live')
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
          const stream = new FakeStream(...(audio ? ['audio' as const] : []), ...(video ? ['video' as const] : []))
          this.tracks.push(...stream.tracks)
          resolve(stream as unknown as MediaStream)
          return stream.tracks[0] as FakeTrack
        },
        refuse: (name) => reject(new DOMException('Not now', name))
      }
      if (this.mode === 'grants') request.grant()
      else if (this.mode === 'waits') this.requests.push(request)
      else request.refuse(this.mode.refuses)
    })
  }
}
