import type { CapturedDevice, CaptureEvent, Failure, MicrophoneCommand } from '../machines/index.ts'
import { isTalking } from './attendant.ts'
import type { AttendedCall } from './attendant.ts'

/** Milliseconds between two looks at what goes out. */
const interval = 200
/** So many packets more, or so many looks at a track that lives where nothing may go out, prove a microphone. */
const proof = 3

interface Opened {
  readonly attempt: number
  readonly track: MediaStreamTrack
}

/**
 * The microphones of one call as the chart's port: the one that is kept, and the one that is to take its place. Mute and
 * hold are not its business: the call's media applies them to whatever is sent.
 */
export class MicrophonePort {
  readonly #call: AttendedCall
  readonly #start: () => { send(event: CaptureEvent): void } | null
  #kept: Opened | null = null
  #opened: Opened | null = null
  /** The attempt whose microphone is waited for or proven; whatever comes of another one is closed. */
  #attempt = NaN
  #timer: unknown = null
  #isOver = false

  constructor(call: AttendedCall, start: () => { send(event: CaptureEvent): void } | null) {
    this.#call = call
    this.#start = start
  }

  /** What is captured. */
  get device(): CapturedDevice {
    return deviceOf(this.#kept?.track ?? null)
  }

  /** Looks after the microphone that the call began with. */
  watch() {
    const track = this.#call.media.microphone
    if (track === null) return
    this.#kept = { attempt: 0, track }
    this.#listen(this.#kept)
  }

  send(command: MicrophoneCommand) {
    switch (command.type) {
      case 'open':
        return void this.#open(command.attempt, command.device)
      case 'prove':
        return this.#prove(command.attempt)
      case 'keep':
        return this.#keep()
      case 'restore':
        return this.#restore()
    }
  }

  /** Not every browser ends the track of a device that is gone. */
  checkPresence(present: readonly string[]) {
    const { deviceId } = this.device
    if (present.length === 0 || deviceId === '' || deviceId === 'default' || present.includes(deviceId)) return
    if (this.#kept !== null && this.#kept.track.readyState === 'live') this.#tellEnded(this.#kept)
  }

  release() {
    this.#isOver = true
    this.#attempt = NaN
    this.#stopProving()
    stop(this.#opened)
    stop(this.#kept)
    this.#opened = this.#kept = null
  }

  async #open(attempt: number, device: string) {
    this.#attempt = attempt
    this.#closeOpened()
    const answer = await this.#call.media.openMicrophone(device === 'default' ? null : device)
    if ('cause' in answer) {
      if (attempt === this.#attempt) this.#tell({ type: 'microphone.failed', attempt, cause: answer.cause })
      return
    }
    const opened = { attempt, track: answer.track }
    if (attempt !== this.#attempt) return stop(opened)
    this.#opened = opened
    this.#listen(opened)
    this.#tell({ type: 'microphone.opened', attempt, device: deviceOf(opened.track) })
  }

  #prove(attempt: number) {
    const opened = this.#opened
    this.#stopProving()
    if (opened === null || opened.attempt !== attempt) return
    this.#sendTrack(opened.track)
    let baseline: number | null = null
    let looks = 0
    const look = () => void lookOnce()
    const lookOnce = async () => {
      const packets = await this.#packets()
      if (this.#opened !== opened || this.#timer === null) return
      const { track } = opened
      // while nothing may go out, as on hold, the track itself is all the evidence there is
      if (packets === null) looks += track.readyState === 'live' && !track.muted ? 1 : 0
      else baseline ??= packets
      const isProven = packets === null ? looks >= proof : packets >= (baseline ?? packets) + proof
      if (isProven) return this.#tell({ type: 'microphone.proved', attempt })
      this.#timer = this.#call.clock.setTimeout(look, interval)
    }
    // what the one before it has captured is still on its way out
    this.#timer = this.#call.clock.setTimeout(look, interval)
  }

  /** How many have gone out; null when none can, or nobody counts. */
  async #packets(): Promise<number | null> {
    try {
      const measure = isTalking(this.#call.shows()) ? await this.#call.leg.measure() : null
      return measure?.audio.sent?.packets ?? null
    } catch {
      return null
    }
  }

  #keep() {
    this.#stopProving()
    stop(this.#kept)
    this.#kept = this.#opened
    this.#opened = null
  }

  #restore() {
    this.#attempt = NaN
    this.#stopProving()
    this.#sendTrack(this.#kept?.track.readyState === 'live' ? this.#kept.track : null)
    this.#closeOpened()
  }

  /** Muted as the call is before anything of it is sent. */
  #sendTrack(track: MediaStreamTrack | null) {
    const { media, leg } = this.#call
    if (media.microphone === track) return
    media.replaceMicrophone(track)
    if (media.outgoing !== null) leg.attach(media.outgoing)
  }

  #closeOpened() {
    stop(this.#opened)
    this.#opened = null
  }

  #stopProving() {
    if (this.#timer !== null) this.#call.clock.clearTimeout(this.#timer)
    this.#timer = null
  }

  #listen(opened: Opened) {
    const { track } = opened
    if (track.readyState === 'ended') return this.#tellEnded(opened)
    track.addEventListener('ended', () => this.#tellEnded(opened), { once: true })
  }

  #tellEnded(opened: Opened) {
    if (opened !== this.#kept && opened !== this.#opened) return
    const text = `The microphone is gone: it was unplugged, or may not be used any more`
    const cause: Failure = { code: 'media.lost', text }
    this.#tell({ type: 'microphone.ended', attempt: opened.attempt, cause })
  }

  #tell(event: CaptureEvent) {
    if (!this.#isOver) this.#start()?.send(event)
  }
}

function stop(opened: Opened | null) {
  opened?.track.stop()
}

function deviceOf(track: MediaStreamTrack | null): CapturedDevice {
  // older browsers have no settings
  return { deviceId: track?.getSettings?.().deviceId ?? '', label: track?.label ?? '' }
}
