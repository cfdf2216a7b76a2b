import type { Video } from '../../machines/index.ts'
import type { SessionOptions } from './jssip.ts'

interface Account {
  readonly rtcConfiguration: RTCConfiguration
  readonly sessionExpires: number | null
}

/** What JsSIP is told of media when a call is placed or answered. */
export function mediaOptions(stream: MediaStream | null, video: Video, account: Account): SessionOptions {
  const { rtcConfiguration: pcConfig, sessionExpires } = account
  return {
    ...(stream === null ? {} : { mediaStream: stream }),
    // JsSIP would open devices by itself; without a stream we only listen
    mediaConstraints: { audio: stream !== null, video: video === 'on' },
    rtcOfferConstraints: {
      ...(stream === null ? { offerToReceiveAudio: true } : {}),
      ...(video === 'receive' ? { offerToReceiveVideo: true } : {})
    },
    pcConfig,
    ...(sessionExpires === null ? {} : { sessionTimersExpires: sessionExpires })
  }
}
