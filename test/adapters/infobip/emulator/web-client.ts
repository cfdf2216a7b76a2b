/** A raw client with media of its own, which does by hand what a client of theirs does: trickled, one call. */
import { onTestFinished } from 'vitest'
import type { InfobipEmulatedCall, InfobipEmulator } from '../../../../adapters/infobip/emulator.ts'
import { loadNodeWebRtc, meter } from '../../../../src/testing/webrtc.ts'
import type { Meter } from '../../../../src/testing/webrtc.ts'
import { join, placing, start } from './raw-client.ts'
import type { Json, RawClient } from './raw-client.ts'

export interface WebClient {
  readonly client: RawClient
  readonly connection: RTCPeerConnection
  /** What was heard; filled in as soon as there is something to hear. */
  readonly heard: Promise<Meter>
  call(destination: string, more?: Json): Promise<string>
  /** Takes the answer that has come and the candidates after it. */
  connect(callId: string): Promise<Json>
  /** Takes the call that has come. */
  accept(): Promise<string>
  /** Offers anew in the call, the audio in this direction; resolves with the answer. */
  reoffer(callId: string, direction: RTCRtpTransceiverDirection): Promise<string>
}

const webRtc = await loadNodeWebRtc()

export async function webClient(gateway: InfobipEmulator, user: string): Promise<WebClient> {
  const client = await join(gateway, user)
  const connection = new webRtc.RTCPeerConnection()
  const stream = webRtc.tone()
  onTestFinished(() => {
    stream.getTracks().forEach((track) => track.stop())
    connection.close()
  })
  const heard = new Promise<Meter>((resolve) => {
    connection.addEventListener('track', ({ track }) => resolve(meter(track)))
  })
  stream.getTracks().forEach((track) => connection.addTrack(track, stream))
  const ours = () => ({ type: connection.localDescription?.type, sdp: connection.localDescription?.sdp })
  const take = (event: Json) => connection.setRemoteDescription(event['description'] as RTCSessionDescriptionInit)

  async function candidates(): Promise<void> {
    const { candidate } = await client.next('trickle_ice')
    if ((candidate as Json)['completed']) return
    await connection.addIceCandidate(candidate as RTCIceCandidateInit)
    await candidates()
  }

  return {
    client,
    connection,
    heard,
    async call(destination, more) {
      await connection.setLocalDescription(await connection.createOffer())
      const call = placing(destination, { ...more, description: ours() })
      client.send(call)
      return call.callId
    },
    async connect() {
      const response = await client.next('call_response')
      await take(response)
      await candidates()
      return response
    },
    async accept() {
      const call = await client.next('call')
      const callId = String(call['callId'])
      await take(call)
      await candidates()
      await connection.setLocalDescription(await connection.createAnswer())
      client.send({ action: 'call_response', callId, status: 'accept', description: ours() })
      return callId
    },
    async reoffer(callId, direction) {
      for (const transceiver of connection.getTransceivers()) transceiver.direction = direction
      await connection.setLocalDescription(await connection.createOffer())
      client.send({ action: 'update_call', callId, correlationId: callId, description: ours() })
      const response = await client.next('call_response')
      await take(response)
      return (response['description'] as { sdp: string }).sdp
    }
  }
}

/** The next call to a scripted party. */
export function nextCall(gateway: InfobipEmulator): Promise<InfobipEmulatedCall> {
  return new Promise((resolve) => {
    const subscription = gateway.calls$.subscribe((call) => {
      resolve(call)
      queueMicrotask(() => subscription.unsubscribe())
    })
  })
}

export const PHONE = { action: 'pstn_call' }

/** A client that has called a phone which waits to be steered. */
export async function calling(more = {}) {
  const gateway = await start()
  gateway.party('+4179')
  const alice = await join(gateway, 'alice')
  const next = nextCall(gateway)
  const call = placing('+4179', { ...PHONE, ...more })
  alice.send(call)
  return { gateway, alice, callId: call.callId, call: await next }
}

export const eventsOf = ({ received }: RawClient): unknown[] => received.map(({ event }) => event)
