/** Clients on a server, with media of their own. */
import { onTestFinished } from 'vitest'
import type { AzstackEmulatedCall, AzstackEmulator } from '../../../../adapters/azstack/emulator.ts'
import { firstValueFrom } from 'rxjs'
import { loadNodeWebRtc } from '../../../../src/testing/webrtc.ts'
import { eventually } from '../../../support/eventually.ts'
import type { Body, PacketClient } from './clients.ts'

/** Loaded before any test's time runs: a busy machine takes seconds for it. */
const webRtc = await loadNodeWebRtc()

/** What every description has to have; no media can be made of it. */
export const SDP = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n'

export const NUMBER = '84901234567'

/** Places a call, and resolves once the server waits for its offer. */
export async function dial(
  server: AzstackEmulator,
  client: PacketClient,
  { callId = 1_512_381_600, ...rest }: { callId?: number; to?: string; from?: string; tags?: string } = {}
): Promise<AzstackEmulatedCall> {
  const placed = firstValueFrom(server.calls$)
  client.send(500, { callId, to: NUMBER, ...rest })
  await client.next(504)
  return placed
}

export const offered = (client: PacketClient, sdp = SDP, callId = 1_512_381_600): void =>
  client.send(501, { callId, to: NUMBER, sdp_candidate: sdp })

/** What a device says of a call that came in with this 505. */
export const say = (client: PacketClient, { callId, callType, from, to }: Body, code: number, rest = {}): void =>
  client.send(506, { callId, callType, destination: from, phonenumber: to, code, ...rest })

/** A peer connection with a microphone, which closes with the test. */
export function openMedia(): RTCPeerConnection {
  const connection = new webRtc.RTCPeerConnection()
  const stream = webRtc.tone()
  stream.getTracks().forEach((track) => connection.addTrack(track, stream))
  onTestFinished(() => {
    stream.getTracks().forEach((track) => track.stop())
    connection.close()
  })
  return connection
}

/** The whole description with its candidates: in their place, or behind everything, as the vendor's SDK has them. */
export async function describeAll(
  connection: RTCPeerConnection,
  description: RTCSessionDescriptionInit,
  { appended = false } = {}
): Promise<string> {
  await connection.setLocalDescription(description)
  await eventually(() => {
    if (connection.iceGatheringState !== 'complete') throw new Error('gathering')
  })
  const sdp = connection.localDescription?.sdp ?? ''
  if (!appended) return sdp
  const lines = sdp.split('\r\n').filter((line) => line !== '' && line !== 'a=end-of-candidates')
  const isCandidate = (line: string) => line.startsWith('a=candidate:')
  return [...lines.filter((line) => !isCandidate(line)), ...lines.filter(isCandidate), ''].join('\r\n')
}
