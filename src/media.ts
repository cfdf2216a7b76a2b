import type { Failure, MediaCommand, MediaEvent, MediaRequest } from '../machines/index.ts'

/** Where microphones come from; the browser's `navigator.mediaDevices` unless the application has its own. */
export interface MediaDevicesLike {
  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>
}

export interface MediaOptions {
  readonly mediaDevices?: MediaDevicesLike
  /** Passed on for every microphone; see MediaTrackConstraints. */
  readonly audio?: MediaTrackConstraints
}

/**
 * The microphone of one call, and the loudspeaker as far as hold is concerned. It owns what it captured: every track is
 * stopped when it is released, also one that the browser grants only afterwards.
 */
export class CallMedia {
  readonly #options: MediaOptions
  #report: (event: MediaEvent) => void = () => {}
  #attempt = 0
  #stream: MediaStream | null = null
  #remote: MediaStream | null = null
  #muted = false
  #held = false
  #aside = false

  constructor(options: MediaOptions) {
    this.#options = options
  }

  /** What we send; null before there is any, and when none was asked for. */
  get stream(): MediaStream | null {
    return this.#stream
  }

  /** What the peer sends. */
  get remoteStream(): MediaStream | null {
    return this.#remote
  }

  reportTo(report: (event: MediaEvent) => void) {
    this.#report = report
  }

  send(command: MediaCommand) {
    switch (command.type) {
      case 'acquire':
        return void this.#acquire(command.attempt, command.request)
      case 'mute':
        this.#muted = command.on
        break
      case 'hold':
        this.#held = command.on
        break
    }
    this.#apply()
  }

  /** The user is on another call: nothing is sent or played, whatever was agreed with the peer. */
  setAside(on: boolean) {
    this.#aside = on
    this.#apply()
  }

  /** Nothing of it is played while we hold. */
  play(remote: MediaStream | null) {
    this.#remote = remote
    this.#apply()
  }

  release() {
    const stream = this.#stream
    this.#report = () => {}
    this.#attempt = Infinity
    this.#stream = null
    this.#remote = null
    stopTracks(stream)
  }

  /** Only the latest attempt has a microphone: what an earlier one is granted now is closed again at once. */
  async #acquire(attempt: number, request: MediaRequest) {
    this.#attempt = attempt
    try {
      const stream = request.audio === false ? null : await getUserMedia(this.#options, request)
      if (attempt !== this.#attempt) return stopTracks(stream)
      this.#stream = stream
      this.#apply()
      this.#report({ type: 'media.ready', attempt })
    } catch (error) {
      this.#report({ type: 'media.failed', attempt, cause: mediaFailure(error) })
    }
  }

  #apply() {
    const isAway = this.#held || this.#aside
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = !this.#muted && !isAway
    for (const track of this.#remote?.getTracks() ?? []) track.enabled = !isAway
  }
}

async function getUserMedia(options: MediaOptions, request: MediaRequest): Promise<MediaStream> {
  const devices = options.mediaDevices ?? globalThis.navigator?.mediaDevices
  if (typeof devices?.getUserMedia !== 'function') throw unsupported
  const device = typeof request.audio === 'object' ? { deviceId: { exact: request.audio.deviceId } } : {}
  return devices.getUserMedia({ audio: { ...options.audio, ...device }, video: false })
}

function stopTracks(stream: MediaStream | null) {
  for (const track of stream?.getTracks() ?? []) track.stop()
}

const unsupported: Failure = {
  code: 'media.unsupported',
  text: 'No navigator.mediaDevices here (a page needs https), and none was given'
}

/** https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia */
function mediaFailure(error: unknown): Failure {
  if (error === unsupported) return unsupported
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return { code: 'media.denied', text: 'The microphone was refused', provider: { text: message } }
    case 'NotFoundError':
    case 'OverconstrainedError':
      return { code: 'media.no-device', text: 'There is no such microphone', provider: { text: message } }
    case 'NotReadableError':
    case 'AbortError':
      return {
        code: 'media.busy',
        text: 'The microphone is in use',
        provider: { text: message }
      }
    default:
      return { code: 'media.failed', text: 'The microphone could not be opened', provider: { text: message } }
  }
}
