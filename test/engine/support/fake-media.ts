/** A microphone nobody has to own: it grants when the test says so, and remembers every track it ever opened. */
export class FakeTrack extends EventTarget {
  readonly kind = 'audio'
  readonly deviceId: string
  enabled = true
  muted = false
  readyState: 'live' | 'ended' = 'live'

  constructor(deviceId = 'default') {
    super()
    this.deviceId = deviceId
  }

  get label() {
    return `The ${this.deviceId}`
  }

  getSettings() {
    return { deviceId: this.deviceId }
  }

  /** The device is gone. */
  unplug() {
    this.readyState = 'ended'
    this.dispatchEvent(new Event('ended'))
  }

  stop() {
    this.readyState = 'ended'
  }
}

export class FakeStream {
  tracks: FakeTrack[]

  constructor(deviceId?: string) {
    this.tracks = [new FakeTrack(deviceId)]
  }

  addTrack(track: FakeTrack) {
    this.tracks.push(track)
  }

  removeTrack(track: FakeTrack) {
    this.tracks = this.tracks.filter((other) => other !== track)
  }

  getTracks() {
    return this.tracks
  }

  getAudioTracks() {
    return this.tracks
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

  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    return new Promise((resolve, reject) => {
      const request: FakeRequest = {
        constraints,
        grant: () => {
          const stream = new FakeStream(wantedOf(constraints) ?? this.plugged[0])
          this.tracks.push(...stream.tracks)
          resolve(stream as unknown as MediaStream)
          return stream.tracks[0] as FakeTrack
        },
        refuse: (name) => reject(new DOMException('Not now', name))
      }
      const wanted = wantedOf(constraints)
      if (this.mode === 'grants' && wanted !== null && !this.plugged.includes(wanted))
        request.refuse('OverconstrainedError')
      else if (this.mode === 'grants' && this.plugged.length === 0) request.refuse('NotFoundError')
      else if (this.mode === 'grants') request.grant()
      else if (this.mode === 'waits') this.requests.push(request)
      else request.refuse(this.mode.refuses)
    })
  }
}

/** The device it must be. */
function wantedOf({ audio }: MediaStreamConstraints): string | null {
  const id = typeof audio === 'object' ? audio.deviceId : undefined
  return typeof id === 'object' && 'exact' in id ? String(id.exact) : null
}
