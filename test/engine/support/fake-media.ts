/** A microphone nobody has to own: it grants when the test says so, and remembers every track it ever opened. */
export class FakeTrack {
  readonly kind = 'audio'
  enabled = true
  readyState: 'live' | 'ended' = 'live'

  stop() {
    this.readyState = 'ended'
  }
}

export class FakeStream {
  readonly tracks = [new FakeTrack()]

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

  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    return new Promise((resolve, reject) => {
      const request: FakeRequest = {
        constraints,
        grant: () => {
          const stream = new FakeStream()
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
