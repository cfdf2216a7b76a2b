/** What stands around a person who calls: microphones and cameras that come and go, a browser that asks, a tape. */
import type { RecordedStreams, Recorder } from '../../../src/index.ts'
import { FakeMediaDevices } from '../../engine/support/fake-media.ts'
import type { FakeTrack } from '../../engine/support/fake-media.ts'

/** Two microphones, and a camera that can be taken away. */
export class Room extends FakeMediaDevices {
  hasCamera = true

  get microphones(): FakeTrack[] {
    return this.open.filter(({ kind }) => kind === 'audio')
  }

  get cameras(): FakeTrack[] {
    return this.open.filter(({ kind }) => kind === 'video')
  }

  unplug(microphone: string) {
    this.plug(...this.plugged.filter((other) => other !== microphone))
    for (const track of this.microphones) if (track.deviceId === microphone) track.end()
  }

  unplugCamera() {
    this.hasCamera = false
    this.endCameras()
  }

  /** Also the browser's own button, which ends the sharing of a screen. */
  endCameras() {
    for (const track of this.cameras) track.end()
  }

  override getUserMedia(wanted: MediaStreamConstraints): Promise<MediaStream> {
    if (wanted.video && !this.hasCamera) return Promise.reject(new DOMException('No camera', 'NotFoundError'))
    return wanted.audio ? super.getUserMedia(wanted) : this.#look(wanted)
  }

  override getDisplayMedia(): Promise<MediaStream> {
    return this.#look({ video: true })
  }

  /** No microphone need be there. */
  #look(wanted: MediaStreamConstraints): Promise<MediaStream> {
    const { plugged } = this
    this.plugged = ['eye']
    const asked = super.getUserMedia(wanted)
    this.plugged = plugged
    return asked
  }
}

/** A recorder of the application's. */
export class Tape implements Recorder {
  /** `hangs`: it is asked, and nobody ever hears of it again. */
  mode: 'works' | 'hangs' | 'fails' = 'works'
  isRunning = false
  lose: () => void = () => {}

  start(_streams: RecordedStreams, lost: (cause: unknown) => void): Promise<void> {
    this.isRunning = true
    this.lose = () => {
      this.isRunning = false
      lost(new Error('The tape is full'))
    }
    if (this.mode === 'fails') this.isRunning = false
    return this.#answer()
  }

  follow() {}

  pause(): Promise<void> {
    return this.#answer()
  }

  resume(): Promise<void> {
    return this.#answer()
  }

  /** Whatever it says of it, it has been told. */
  stop(): Promise<void> {
    this.isRunning = false
    return this.#answer()
  }

  #answer(): Promise<void> {
    if (this.mode === 'fails') return Promise.reject(new Error('Jammed'))
    return this.mode === 'works' ? Promise.resolve() : new Promise(() => {})
  }
}
