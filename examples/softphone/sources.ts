import type { DeviceSource, MediaDevicesLike } from 'callchart'

/** Two microphones that only the demo has, beside the real ones. */
const extra = [
  { deviceId: 'tone', label: 'A test tone' },
  { deviceId: 'refused', label: 'One that is refused' }
].map((device) => ({ kind: 'audioinput', groupId: 'demo', ...device }) as const)

/** Where a phone's sound and picture come from: an engine and its devices take anything that speaks like the browser. */
export class Sources extends EventTarget implements MediaDevicesLike, DeviceSource {
  readonly #frequency: number
  #tone: MediaStream | null = null

  constructor(frequency: number) {
    super()
    this.#frequency = frequency
    navigator.mediaDevices?.addEventListener('devicechange', () => this.dispatchEvent(new Event('devicechange')))
  }

  async enumerateDevices() {
    return [...(await navigator.mediaDevices.enumerateDevices()), ...extra]
  }

  async getUserMedia(constraints: MediaStreamConstraints) {
    const wanted = wantedMicrophone(constraints)
    if (wanted === 'refused') throw new DOMException('Chosen in the demo', 'NotAllowedError')
    if (wanted !== 'tone') return navigator.mediaDevices.getUserMedia(constraints)
    const { video = false } = constraints
    const stream = video === false ? new MediaStream() : await navigator.mediaDevices.getUserMedia({ video })
    stream.addTrack(this.#toneTrack())
    return stream
  }

  getDisplayMedia(options?: DisplayMediaStreamOptions) {
    return navigator.mediaDevices.getDisplayMedia(options)
  }

  #toneTrack(): MediaStreamTrack {
    this.#tone ??= createTone(this.#frequency)
    const [original] = this.#tone.getAudioTracks()
    if (!original) throw new DOMException('There is no tone', 'NotFoundError')
    // a call stops what it was given; the next one gets a copy of its own
    const track = original.clone()
    // a device that is not in the list by this id is one that was unplugged
    track.getSettings = () => ({ deviceId: 'tone', groupId: 'demo' })
    return track
  }
}

function wantedMicrophone({ audio }: MediaStreamConstraints): string | null {
  const id = typeof audio === 'object' ? audio.deviceId : undefined
  if (typeof id === 'string') return id
  const exact = typeof id === 'object' && 'exact' in id ? id.exact : undefined
  return typeof exact === 'string' ? exact : null
}

/** A tone that swells and fades twice a second, so that it is seen to move. */
function createTone(frequency: number): MediaStream {
  const context = new AudioContext()
  const output = context.createMediaStreamDestination()
  const volume = new GainNode(context, { gain: 0.12 })
  const swell = new OscillatorNode(context, { frequency: 2 })
  const tone = new OscillatorNode(context, { frequency })
  swell.connect(new GainNode(context, { gain: 0.1 })).connect(volume.gain)
  tone.connect(volume).connect(output)
  swell.start()
  tone.start()
  return output.stream
}
