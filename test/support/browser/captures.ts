/** Every microphone the page opened, and every copy of one: none may stay open when its call is over. */
export function createCaptures({ navigator: { mediaDevices }, MediaStream, MediaStreamTrack }: typeof globalThis) {
  const tracks = new Set<MediaStreamTrack>()
  const keep = (stream: MediaStream) => {
    stream.getTracks().forEach((track) => tracks.add(track))
    return stream
  }

  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (constraints) => keep(await getUserMedia(constraints))
  noteCopies(MediaStream.prototype, keep)
  noteCopies(MediaStreamTrack.prototype, (track) => {
    tracks.add(track)
    return track
  })

  return {
    get live() {
      return [...tracks].filter(({ readyState }) => readyState === 'live').length
    }
  }
}

function noteCopies<T extends { clone(): T }>(prototype: T, keep: (copy: T) => T): void {
  const clone = Reflect.get(prototype, 'clone') as (this: T) => T
  prototype.clone = function copy(this: T) {
    return keep(clone.call(this))
  }
}
