import type { Video } from '../../machines/index.ts'
import type { CallVideo, VideoSeen } from '../kit/index.ts'
import { allowedBy, grantedBy, isPeerSending, VideoLine, videoIn } from '../webrtc/video.ts'
import type { VideoCalls } from './gateway.ts'

/** Calls with video, where the dialect can; to be given to `infobipTransport` as `video`. */
export const videoCalls: VideoCalls = {
  allowedBy: (offer) => allowedBy(offer, 'off'),
  begin: (connection) => new VideoOfCall(connection)
}

const amounts: readonly Video[] = ['off', 'inactive', 'receive', 'on']

/**
 * Video in the one connection of a call of 0.4.1, where each side says by the direction whether it sends. Its clients end
 * video with `inactive` and keep the line. So a line that is refused (port 0) is said only where `inactive` would mean that
 * somebody is still being asked.
 */
class VideoOfCall implements CallVideo {
  readonly #line: VideoLine
  #asked: Video = 'off'
  #agreed: Video = 'off'
  #isRefusal = false

  constructor(connection: RTCPeerConnection) {
    this.#line = new VideoLine(connection)
  }

  use(stream: MediaStream) {
    this.#line.use(stream)
  }

  prepareOffer(video: Video) {
    this.#asked = video
    this.#isRefusal = video === 'off' && this.#agreed === 'inactive'
    this.#line.prepareOffer(video)
  }

  written(description: string): string {
    return videoIn(description, this.#said)
  }

  granted(answer: string): VideoSeen {
    this.#agreed = grantedBy(answer, { video: this.#asked, hold: false })
    return this.#seen(answer)
  }

  refused() {
    this.#line.offerRefused()
  }

  allowedBy(offer: string): Video {
    const allowed = allowedBy(offer, this.#agreed)
    return allowed === 'inactive' && this.#agreed !== 'inactive' ? 'off' : allowed
  }

  prepareAnswer(offer: string, video: Video) {
    const allowed = this.allowedBy(offer)
    this.#asked = amounts.indexOf(video) < amounts.indexOf(allowed) ? video : allowed
    this.#isRefusal = video === 'off' && (allowed === 'receive' || allowed === 'on')
    this.#line.prepareAnswer(this.#said)
  }

  taken(offer: string): VideoSeen {
    this.#agreed = this.#asked
    return this.#seen(offer)
  }

  /** Hold is ours alone. */
  get #said() {
    const video = this.#asked === 'off' && !this.#isRefusal ? 'inactive' : this.#asked
    return { video, hold: false } as const
  }

  #seen(theirs: string): VideoSeen {
    const video = this.#agreed
    return { video, peerVideo: isPeerSending(theirs, { video, hold: false }) }
  }
}
