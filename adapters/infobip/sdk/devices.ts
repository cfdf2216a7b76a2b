import type { MediaDevicesLike } from '../../../src/index.ts'

/** What a call wants of microphone and camera, and what becomes of it. */
export interface CaptureWish {
  readonly video: boolean
  captured(stream: MediaStream): void
}

const camera = { width: 640, height: 480 }

/**
 * Opens what a call is to send. The engine asks for a microphone in the moment it is told to dial or to answer; a call
 * that has video is given a camera with it, and the application the stream to show.
 */
export class Devices implements MediaDevicesLike {
  readonly #given: MediaDevicesLike | undefined
  #wish: CaptureWish | null = null

  constructor(given: MediaDevicesLike | undefined) {
    this.#given = given
  }

  /** While `act` runs, what is opened is opened for this wish. */
  for<T>(wish: CaptureWish, act: () => T): T {
    this.#wish = wish
    try {
      return act()
    } finally {
      this.#wish = null
    }
  }

  async getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    const wish = this.#wish
    const devices = this.#given ?? globalThis.navigator?.mediaDevices
    const stream = await devices.getUserMedia(wish?.video === true ? { ...constraints, video: camera } : constraints)
    wish?.captured(stream)
    return stream
  }
}
