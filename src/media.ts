import type { Failure, MediaCommand, MediaEvent } from '../machines/index.ts'
import { camera, capture, getUserMedia, microphoneConstraints, stopTracks } from './media-capture.ts'
import type { MediaOptions } from './media-capture.ts'
import { mediaFailure } from './media-failure.ts'
import { RecorderPort } from './recorder.ts'
import type { Recorder } from './recorder.ts'

/**
 * The microphone and the camera of one call, and the loudspeaker as far as hold is concerned. It owns what it captured: every track is
 * stopped when it is released, also one that the browser grants only afterwards.
 */
export class CallMedia {
  readonly #options: MediaOptions
  #report: (event: MediaEvent) => void = () => {}
  #attempt = 0
  #stream: MediaStream | null = null
  #remote: MediaStream | null = null
  /** What is sent in the place of the microphone. */
  #outlet: MediaStream | null = null
  #changed: () => void = () => {}
  #muted = false
  #held = false
  #aside = false
  #isCameraMuted = false
  #cameraAttempt = 0
  #recorder: RecorderPort | null = null

  constructor(options: MediaOptions) {
    this.#options = options
  }

  /** What we send; null before there is any, and when none was asked for. */
  get stream(): MediaStream | null {
    return this.#stream
  }

  /** What the leg is to send: what was captured, or what was made of it, with the camera as it is. */
  get outgoing(): MediaStream | null {
    const outlet = this.#outlet
    if (outlet === null) return this.#stream
    const shown = outlet.getVideoTracks()
    for (const track of shown) if (!this.#cameras.includes(track)) outlet.removeTrack(track)
    for (const track of this.#cameras) if (!shown.includes(track)) outlet.addTrack(track)
    return outlet
  }

  /** Sends this sound in the place of the microphone, or (null) the microphone again. It stays its giver's to stop. */
  sendThrough(outlet: MediaStream | null) {
    this.#outlet = outlet
    this.#apply()
  }

  /** Whoever makes something of what is captured and heard is told when that is another microphone, or another stream. */
  watchedBy(changed: () => void) {
    this.#changed = changed
  }

  /** The one that is captured, if any is. */
  get microphone(): MediaStreamTrack | null {
    return this.#stream?.getAudioTracks()[0] ?? null
  }

  /** What the peer sends. */
  get remoteStream(): MediaStream | null {
    return this.#remote
  }

  reportTo(report: (event: MediaEvent) => void) {
    this.#report = report
  }

  /** With what the next recording on our side is made. */
  recordWith(recorder: Recorder) {
    this.#recorder ??= new RecorderPort(
      (event) => this.#report(event),
      () => ({ local: this.#stream, remote: this.#remote })
    )
    this.#recorder.use(recorder)
  }

  send(command: MediaCommand) {
    switch (command.type) {
      case 'record':
        return void this.#recorder?.send(command)
      case 'acquire':
        return void this.#acquire(command)
      case 'open-camera':
        return void this.#openCamera(command)
      case 'close-camera':
        return this.#closeCamera()
      case 'mute-camera':
        this.#isCameraMuted = command.on
        break
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
    this.#recorder?.follow()
    this.#changed()
  }

  /** Opens one more microphone, any (null) or this one, for its taker to stop. Never rejects. */
  async openMicrophone(
    deviceId: string | null
  ): Promise<{ readonly track: MediaStreamTrack } | { readonly cause: Failure }> {
    try {
      const audio = microphoneConstraints(this.#options, deviceId === null ? true : { deviceId })
      const stream = await getUserMedia(this.#options, { audio, video: false })
      const [track] = stream.getAudioTracks()
      return track === undefined ? { cause: mediaFailure('no track', true) } : { track }
    } catch (error) {
      return { cause: mediaFailure(error, true) }
    }
  }

  /** Puts this in the place of what is sent, as muted as the call is; what was sent is not stopped. */
  replaceMicrophone(track: MediaStreamTrack | null) {
    for (const before of this.#stream?.getAudioTracks() ?? []) this.#stream?.removeTrack(before)
    if (track !== null) this.#stream?.addTrack(track)
    this.#apply()
    this.#changed()
  }

  release() {
    const stream = this.#stream
    this.#report = () => {}
    this.#changed = () => {}
    this.#recorder?.release()
    this.#attempt = Infinity
    this.#cameraAttempt = Infinity
    this.#stream = null
    this.#remote = null
    this.#outlet = null
    stopTracks(stream)
  }

  /** Only the latest attempt has a microphone: what an earlier one is granted now is closed again at once. */
  async #acquire({ attempt, request, withoutCamera }: Extract<MediaCommand, { type: 'acquire' }>) {
    this.#attempt = attempt
    try {
      const captured = capture(this.#options, request, withoutCamera)
      // nothing to open, nothing to wait for
      const [stream, video] = captured instanceof Promise ? await captured : captured
      if (attempt !== this.#attempt) return stopTracks(stream)
      this.#stream = stream
      this.#watchCamera()
      this.#apply()
      this.#report({ type: 'media.ready', attempt, video })
    } catch (error) {
      this.#report({ type: 'media.failed', attempt, cause: mediaFailure(error, request.audio !== false) })
    }
  }

  /** The same for the camera. What was sent before is closed when there is something to take its place. */
  async #openCamera({ attempt, source, withoutCamera }: Extract<MediaCommand, { type: 'open-camera' }>) {
    this.#cameraAttempt = attempt
    try {
      const opened = await camera(this.#options, source, withoutCamera)
      if (attempt !== this.#cameraAttempt) return stopTracks(opened)
      this.#replaceCamera(opened)
      this.#report({ type: 'media.camera.ready', attempt, video: opened === null ? 'receive' : 'on' })
    } catch (error) {
      if (attempt !== this.#cameraAttempt) return
      this.#report({ type: 'media.camera.failed', attempt, cause: mediaFailure(error, false) })
      // it ended while another was to take its place
      if (this.#cameras.some(({ readyState }) => readyState === 'ended')) this.#report({ type: 'media.camera.ended' })
    }
  }

  #closeCamera() {
    this.#cameraAttempt = NaN
    this.#replaceCamera(null)
  }

  /** Whether there is one open. */
  get hasCamera(): boolean {
    return this.#cameras.length > 0
  }

  get #cameras(): readonly MediaStreamTrack[] {
    return this.#stream?.getVideoTracks() ?? []
  }

  #replaceCamera(opened: MediaStream | null) {
    for (const track of this.#cameras) {
      track.stop()
      this.#stream?.removeTrack(track)
    }
    if (opened !== null) {
      if (this.#stream === null) this.#stream = opened
      else for (const track of opened.getVideoTracks()) this.#stream.addTrack(track)
    }
    this.#watchCamera()
    this.#apply()
  }

  /** It may be unplugged, and the sharing of a screen can be ended by the browser's own button. */
  #watchCamera() {
    for (const track of this.#cameras) {
      track.addEventListener('ended', () => {
        if (this.#cameras.includes(track)) this.#report({ type: 'media.camera.ended' })
      })
    }
  }

  #apply() {
    const isAway = this.#held || this.#aside
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = !this.#muted && !isAway
    for (const track of this.#outlet?.getAudioTracks() ?? []) track.enabled = !isAway
    for (const track of this.#cameras) track.enabled = !this.#isCameraMuted && !isAway
    for (const track of this.#remote?.getTracks() ?? []) track.enabled = !isAway
  }
}
