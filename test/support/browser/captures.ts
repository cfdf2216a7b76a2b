/** Every microphone and camera the page opened, and every copy of one: none may stay open when its call is over. */
export function createCaptures({ navigator: { mediaDevices }, MediaStream, MediaStreamTrack }: typeof globalThis) {
  const tracks = new Set<MediaStreamTrack>()
  const keep = (stream: MediaStream) => {
    stream.getTracks().forEach((track) => tracks.add(track))
    return stream
  }

  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (constraints) => keep(await getUserMedia(unprocessed(constraints)))
  const getDisplayMedia = mediaDevices.getDisplayMedia.bind(mediaDevices)
  mediaDevices.getDisplayMedia = async (options) => keep(await getDisplayMedia(options))
  noteCopies(MediaStream.prototype, keep)
  noteCopies(MediaStreamTrack.prototype, (track) => {
    tracks.add(track)
    return track
  })

  const live = () => [...tracks].filter(({ readyState }) => readyState === 'live')
  return {
    get live() {
      return live().length
    },
    /** What is left when a device is gone: a track that has ended, and says so. Chromium's fake devices stay plugged in. */
    unplug() {
      for (const track of live()) {
        track.stop()
        track.dispatchEvent(new Event('ended'))
      }
      mediaDevices.dispatchEvent(new Event('devicechange'))
    },
    /** Which microphones are open, by their ids. */
    get microphones() {
      const open = live().filter(({ kind }) => kind === 'audio')
      return [...new Set(open.map((track) => track.getSettings().deviceId))]
    },
    get cameras() {
      return live().filter(({ kind }) => kind === 'video').length
    }
  }
}

/** The fake microphone has no echo, and cancelling it is an eighth of what a page in a call costs. */
const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }

function unprocessed(constraints: MediaStreamConstraints = {}): MediaStreamConstraints {
  const { audio } = constraints
  if (audio === undefined || audio === false) return constraints
  return { ...constraints, audio: { ...plain, ...(audio === true ? {} : audio) } }
}

function noteCopies<T extends { clone(): T }>(prototype: T, keep: (copy: T) => T): void {
  const clone = Reflect.get(prototype, 'clone') as (this: T) => T
  prototype.clone = function copy(this: T) {
    return keep(clone.call(this))
  }
}
