/** What a party hears and says: a peer connection of its own with a tone on it. */
import { countMedia, loadNodeWebRtc, meter } from '../../../../src/testing/webrtc.ts'
import type { Meter } from '../../../../src/testing/webrtc.ts'
import type { AzstackMediaCount } from '../types.ts'

/** Descriptions are complete: nothing is trickled, nothing renegotiated. */
export interface PartyMedia {
  answer(offer: string): Promise<string>
  offer(): Promise<string>
  /** Takes the client's answer. */
  accept(answer: string): Promise<void>
  count(): Promise<AzstackMediaCount>
  close(): void
}

/** Where the media of parties comes from. */
export interface MediaSource {
  readonly RTCPeerConnection: typeof RTCPeerConnection
  /** What a party says; without it nothing is sent. */
  readonly tone?: () => MediaStream
}

export type MediaLoader = () => Promise<MediaSource>

const TONE = { frequency: 700 }

/** The given source of media, or werift's. It rejects when there is none: then no party can call or answer. */
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
  let opening: Promise<PartyMedia> | null = null
  let closed = false
  const open = async (): Promise<PartyMedia> => {
    opening ??= load().then(openMedia)
    const media = await opening
    if (closed) media.close()
    return media
  }
  return {
    answer: async (offer) => (await open()).answer(offer),
    offer: async () => (await open()).offer(),
    accept: async (answer) => (await open()).accept(answer),
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
  const [track] = stream?.getAudioTracks() ?? []
  const heard: Meter[] = []

  connection.addEventListener('track', ({ track: theirs }) => {
    if (theirs.kind === 'audio') heard.push(meter(theirs))
  })

  const prepare = (): void => {
    if (track && stream) connection.addTrack(track, stream)
    else connection.addTransceiver('audio')
  }
  const describe = async (description: RTCSessionDescriptionInit): Promise<string> => {
    await connection.setLocalDescription(description)
    await gathered(connection)
    return connection.localDescription?.sdp ?? ''
  }

  return {
    async answer(offer) {
      await connection.setRemoteDescription({ type: 'offer', sdp: offer })
      prepare()
      return describe(await connection.createAnswer())
    },
    async offer() {
      prepare()
      return describe(await connection.createOffer())
    },
    accept: (answer) => connection.setRemoteDescription({ type: 'answer', sdp: answer }),
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
