/** Asks the browser for microphones, cameras and the screen. */
import type { MediaRequest, VideoSource } from '../machines/index.ts'
import { unsupported } from './media-failure.ts'

/** Where microphones and cameras come from; the browser's `navigator.mediaDevices` unless the application has its own. */
export interface MediaDevicesLike {
  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>
  /** What the user picks of the screen, where there is such a thing. */
  getDisplayMedia?(options?: DisplayMediaStreamOptions): Promise<MediaStream>
}

export interface MediaOptions {
  readonly mediaDevices?: MediaDevicesLike
  /** Passed on for every microphone; see MediaTrackConstraints. */
  readonly audio?: MediaTrackConstraints
  /** Passed on for every camera. */
  readonly video?: MediaTrackConstraints
}

type Captured = readonly [stream: MediaStream | null, video: 'off' | 'receive' | 'on']

/** Microphone and camera together, so that the browser asks once. */
export function capture(
  options: MediaOptions,
  { audio, video: wanted = false }: MediaRequest,
  withoutCamera: 'receive' | 'fail'
): Captured | Promise<Captured> {
  const video = wanted === 'receive' ? 'receive' : 'off'
  const source = wanted === 'receive' || wanted === false ? null : wanted
  if (source !== null) return captureBoth(options, audio, source, withoutCamera)
  if (audio === false) return [null, video]
  const constraints = { audio: microphoneConstraints(options, audio), video: false }
  return getUserMedia(options, constraints).then((stream) => [stream, video])
}

async function captureBoth(
  options: MediaOptions,
  audio: MediaRequest['audio'],
  source: VideoSource,
  withoutCamera: 'receive' | 'fail'
): Promise<Captured> {
  const microphone: MediaStreamConstraints = audio === false ? {} : { audio: microphoneConstraints(options, audio) }
  if (source !== 'screen' && audio !== false) {
    try {
      return [await getUserMedia(options, { ...microphone, video: cameraConstraints(options, source) }), 'on']
    } catch (error) {
      if (withoutCamera === 'fail' || !isMissing(error)) throw error
    }
    return [await getUserMedia(options, { ...microphone, video: false }), 'receive']
  }
  const seen = await camera(options, source, withoutCamera)
  if (audio === false) return [seen, seen === null ? 'receive' : 'on']
  try {
    const stream = await getUserMedia(options, { ...microphone, video: false })
    for (const track of seen?.getVideoTracks() ?? []) stream.addTrack(track)
    return [stream, seen === null ? 'receive' : 'on']
  } catch (error) {
    stopTracks(seen)
    throw error
  }
}

/** Null where there is none, and none is needed. */
export async function camera(options: MediaOptions, source: VideoSource, withoutCamera: 'receive' | 'fail') {
  try {
    if (source !== 'screen')
      return await getUserMedia(options, { audio: false, video: cameraConstraints(options, source) })
    const devices = devicesOf(options)
    if (typeof devices?.getDisplayMedia !== 'function') throw unsupported
    return await devices.getDisplayMedia({ video: true, audio: false })
  } catch (error) {
    if (source === 'screen' || withoutCamera === 'fail' || !isMissing(error)) throw error
    return null
  }
}

function devicesOf(options: MediaOptions): MediaDevicesLike | undefined {
  return options.mediaDevices ?? globalThis.navigator?.mediaDevices
}

export async function getUserMedia(options: MediaOptions, constraints: MediaStreamConstraints): Promise<MediaStream> {
  const devices = devicesOf(options)
  if (typeof devices?.getUserMedia !== 'function') throw unsupported
  const exactly = preferredExactly(constraints)
  if (exactly === null) return devices.getUserMedia(constraints)
  try {
    return await devices.getUserMedia(exactly)
  } catch (error) {
    if (!isMissing(error)) throw error
    return devices.getUserMedia(constraints)
  }
}

/** A microphone that is merely preferred, asked for exactly: Chromium takes no notice of `ideal` there. */
function preferredExactly({ audio, ...others }: MediaStreamConstraints): MediaStreamConstraints | null {
  const id = typeof audio === 'object' ? audio.deviceId : undefined
  const ideal = typeof id === 'object' && 'ideal' in id ? id.ideal : undefined
  if (typeof audio !== 'object' || ideal === undefined) return null
  return { ...others, audio: { ...audio, deviceId: { exact: ideal } } }
}

export function microphoneConstraints(options: MediaOptions, audio: MediaRequest['audio']): MediaTrackConstraints {
  return { ...options.audio, ...(typeof audio === 'object' ? { deviceId: { exact: audio.deviceId } } : {}) }
}

function cameraConstraints(options: MediaOptions, source: VideoSource): MediaTrackConstraints {
  return { ...options.video, ...(typeof source === 'object' ? { deviceId: { exact: source.deviceId } } : {}) }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NotFoundError' || error.name === 'OverconstrainedError')
}

export function stopTracks(stream: MediaStream | null) {
  for (const track of stream?.getTracks() ?? []) track.stop()
}
