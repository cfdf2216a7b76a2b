/**
 * What a scripted party of an emulator hears and says, whatever the provider: a peer connection of its own with a tone
 * on it.
 */
import { answerTo, directionOf, sends, withDirection } from './directions.ts'
import type { Direction } from './directions.ts'
import { countMedia, loadNodeWebRtc, meter } from './webrtc.ts'
import type { MediaCount, Meter } from './webrtc.ts'

export interface PartyMedia {
  /** Takes the client's offer; the answer grants as much as `mine` allows, and has every candidate in it. */
  answer(offer: string, mine: Direction): Promise<string>
  offer(mine: Direction): Promise<string>
  /** Takes the client's answer to the last offer. */
  accept(answer: string): Promise<void>
  /** One more candidate of the client's, at any time; null when there are no more. One that is of no use is dropped. */
  candidate(candidate: RTCIceCandidateInit | null): void
  /** The last offer was refused; all is as before. */
  rollback(): Promise<void>
  count(): Promise<PartyMediaCount>
  close(): void
}

/** What a party has sent and heard until now. */
export interface PartyMediaCount extends MediaCount {
  /** Frames heard that are not silence. */
  readonly loud: number
}

/** Where the media of parties comes from. */
export interface MediaSource {
  readonly RTCPeerConnection: typeof RTCPeerConnection
  /** What a party says; without it nothing is sent. */
  readonly tone?: () => MediaStream
}

export type MediaLoader = () => Promise<MediaSource>

const SESSION = 1
const TONE = { frequency: 700 }

/** The given source of media, or werift's. It rejects when there is none: then no party can answer. */
export function createMediaLoader(given: typeof RTCPeerConnection | null | undefined): MediaLoader {
  let loading: Promise<MediaSource> | null = null
  return async () => {
    if (given === null) throw new Error('Parties have no media: RTCPeerConnection is null')
    if (given) return { RTCPeerConnection: given }
    loading ??= loadNodeWebRtc(TONE)
    return loading.catch((cause: unknown) => {
      throw new Error('Parties have no media: werift cannot be loaded', { cause })
    })
  }
}

/** Opens no connection before there is an offer to make or to answer. */
export function createPartyMedia(load: MediaLoader): PartyMedia {
  const early: (RTCIceCandidateInit | null)[] = []
  let opening: Promise<PartyMedia> | null = null
  let closed = false
  const open = async (): Promise<PartyMedia> => {
    opening ??= load().then((source) => {
      const media = openMedia(source)
      early.splice(0).forEach((each) => media.candidate(each))
      return media
    })
    const media = await opening
    if (closed) media.close()
    return media
  }
  return {
    answer: async (offer, mine) => (await open()).answer(offer, mine),
    offer: async (mine) => (await open()).offer(mine),
    accept: async (answer) => (await open()).accept(answer),
    candidate(candidate) {
      if (opening) opening.then((media) => media.candidate(candidate)).catch(() => undefined)
      else early.push(candidate)
    },
    rollback: async () => (await open()).rollback(),
    count: async () => (opening ? (await open()).count() : { packetsReceived: 0, packetsSent: 0, loud: 0 }),
    close() {
      closed = true
      opening?.then((media) => media.close()).catch(() => undefined)
    }
  }
}

function openMedia({ RTCPeerConnection, tone }: MediaSource): PartyMedia {
  const connection = new RTCPeerConnection()
  const stream = tone?.()
  const [track = null] = stream?.getAudioTracks() ?? []
  const heard: Meter[] = []
  const waiting: (RTCIceCandidateInit | null)[] = []
  let version = 0
  let sender: RTCRtpSender | null = null

  connection.addEventListener('track', ({ track: theirs }) => {
    if (theirs.kind === 'audio') heard.push(meter(theirs))
  })

  const prepare = (): void => {
    sender ??= track && stream ? connection.addTrack(track, stream) : connection.addTransceiver('audio').sender
  }
  /** A party that may not send is still: no packet leaves it. */
  const speak = async (direction: Direction): Promise<void> => {
    await sender?.replaceTrack(sends(direction) ? track : null)
  }
  /** RFC 3264 §8: the session stays the same, its version grows. werift chooses a new session and stays at zero. */
  const publish = (sdp: string, direction: Direction): string => {
    version += 1
    return withDirection(sdp, direction).replace(/^o=.*$/m, `o=- ${SESSION} ${version} IN IP4 127.0.0.1`)
  }
  const add = (candidate: RTCIceCandidateInit | null): void => {
    connection.addIceCandidate(candidate).catch(() => undefined)
  }
  /** A candidate belongs to a description; those that came before it waited. */
  const heed = async (type: 'offer' | 'answer', sdp: string): Promise<void> => {
    await connection.setRemoteDescription({ type, sdp })
    waiting.splice(0).forEach(add)
  }
  const describe = async (description: RTCSessionDescriptionInit): Promise<string> => {
    await connection.setLocalDescription(description)
    await gathered(connection)
    return connection.localDescription?.sdp ?? ''
  }

  return {
    async answer(offer, mine) {
      if (!/^m=audio [1-9]/m.test(offer)) throw new Error('The offer has no audio')
      await heed('offer', offer)
      // A party looks on, but is not to be seen.
      for (const transceiver of connection.getTransceivers()) {
        if (transceiver.receiver.track.kind === 'video') transceiver.direction = 'recvonly'
      }
      prepare()
      const direction = answerTo(directionOf(offer), mine)
      const sdp = await describe(await connection.createAnswer())
      await speak(direction)
      return publish(sdp, direction)
    },
    // The connection itself stays at sendrecv: taking back an offer must leave nothing narrowed behind.
    async offer(mine) {
      prepare()
      return publish(await describe(await connection.createOffer()), mine)
    },
    async accept(answer) {
      await heed('answer', answer)
      await speak(answerTo(directionOf(answer), 'sendrecv'))
    },
    candidate(candidate) {
      if (connection.remoteDescription) add(candidate)
      else waiting.push(candidate)
    },
    async rollback() {
      if (connection.signalingState === 'have-local-offer') await connection.setLocalDescription({ type: 'rollback' })
    },
    async count() {
      const loud = heard.reduce((sum, one) => sum + one.loud, 0)
      return { ...(await countMedia(connection)), loud }
    },
    close() {
      stream?.getTracks().forEach((each) => each.stop())
      connection.close()
    }
  }
}

function gathered(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (connection.iceGatheringState === 'complete') resolve()
    }
    connection.addEventListener('icegatheringstatechange', check)
    check()
  })
}
