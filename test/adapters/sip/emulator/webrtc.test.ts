import { afterEach, describe, expect, test, vi } from 'vitest'
import { countMedia, loadNodeWebRtc, meter } from '../../../../src/testing/webrtc.ts'
import type { Meter } from '../../../../src/testing/webrtc.ts'
import { eventually } from '../../../support/eventually.ts'

const webRtc = await loadNodeWebRtc()
const closing: (() => void)[] = []

afterEach(() => closing.splice(0).forEach((close) => close()))

async function microphone(): Promise<MediaStream> {
  const stream = await webRtc.mediaDevices.getUserMedia({ audio: true })
  closing.push(() => stream.getTracks().forEach((track) => track.stop()))
  return stream
}

async function exchange(one: RTCPeerConnection, other: RTCPeerConnection, options?: RTCOfferOptions): Promise<void> {
  await one.setLocalDescription(await one.createOffer(options))
  await other.setRemoteDescription(one.localDescription as RTCSessionDescription)
  await other.setLocalDescription(await other.createAnswer())
  await one.setRemoteDescription(other.localDescription as RTCSessionDescription)
}

/** Two connections: what one says, the other hears. */
async function connect(stream: MediaStream) {
  const [one, other] = [new webRtc.RTCPeerConnection(), new webRtc.RTCPeerConnection()]
  closing.push(
    () => one.close(),
    () => other.close()
  )
  const heard = new Promise<Meter>((resolve) => other.addEventListener('track', ({ track }) => resolve(meter(track))))
  stream.getTracks().forEach((track) => one.addTrack(track, stream))
  await exchange(one, other)
  return { one, other, heard: await heard }
}

describe('the microphone in Node', () => {
  test('is heard at the other end, 50 frames a second', async () => {
    const { one, other, heard } = await connect(await microphone())

    await eventually(() => expect(heard.loud).toBeGreaterThan(10))

    const start = performance.now()
    const { frames } = heard
    await eventually(() => expect(heard.frames).toBeGreaterThanOrEqual(frames + 50))
    expect(performance.now() - start).toBeGreaterThan(800)
    expect((await countMedia(one)).packetsSent).toBeGreaterThan(50)
    expect((await countMedia(other)).packetsReceived).toBeGreaterThan(50)
  })

  test('sends silence while it is muted', async () => {
    const stream = await microphone()
    const { heard } = await connect(stream)
    const [track] = stream.getAudioTracks()
    await eventually(() => expect(heard.loud).toBeGreaterThan(0))

    if (track) track.enabled = false
    // what was on its way is heard still; then 15 frames in a row are silent
    let last = { loud: -1, frames: 0 }
    await eventually(() => {
      if (heard.loud !== last.loud) last = { loud: heard.loud, frames: heard.frames }
      expect(heard.frames).toBeGreaterThan(last.frames + 15)
    })

    if (track) track.enabled = true
    await eventually(() => expect(heard.loud).toBeGreaterThan(last.loud + 5))
  })

  test('sends nothing once it is stopped, and says nothing about it', async () => {
    const stream = await microphone()
    const { heard } = await connect(stream)
    const [track] = stream.getAudioTracks()
    const ended = vi.fn<() => void>()
    track?.addEventListener('ended', ended)
    await eventually(() => expect(heard.loud).toBeGreaterThan(0))

    track?.stop()
    const { frames } = heard
    const other = meter((await microphone()).getAudioTracks()[0] as MediaStreamTrack)
    await eventually(() => expect(other.frames).toBeGreaterThan(10))

    expect(track?.readyState).toBe('ended')
    expect(heard.frames).toBeLessThanOrEqual(frames + 2)
    expect(ended).not.toHaveBeenCalled()
  })

  test('can be cloned; each clone is muted and stopped by itself', async () => {
    const stream = await microphone()
    const clone = stream.clone()
    closing.push(() => clone.getTracks().forEach((track) => track.stop()))
    const [[original], [copy]] = [stream.getAudioTracks(), clone.getAudioTracks()]
    if (!original || !copy) throw new Error('no track')
    const heard = meter(copy)

    original.enabled = false
    original.stop()

    expect(copy.readyState).toBe('live')
    await eventually(() => expect(heard.loud).toBeGreaterThan(5))
  })

  test('tells when it is pulled out', async () => {
    const [track] = (await microphone()).getAudioTracks()
    const ended = vi.fn<() => void>()
    const changed = vi.fn<() => void>()
    track?.addEventListener('ended', ended)
    webRtc.mediaDevices.addEventListener('devicechange', changed, { once: true })

    webRtc.mediaDevices.unplug()

    expect([track?.readyState, ended.mock.calls.length, changed.mock.calls.length]).toEqual(['ended', 1, 1])
  })

  test('is the only device: there is no camera', async () => {
    await expect(webRtc.mediaDevices.getUserMedia({ audio: true, video: true })).rejects.toMatchObject({
      name: 'NotFoundError'
    })
    await expect(webRtc.mediaDevices.getUserMedia({})).rejects.toBeInstanceOf(TypeError)
    expect(await webRtc.mediaDevices.enumerateDevices()).toMatchObject([{ kind: 'audioinput' }])
  })
})

describe('a connection in Node', () => {
  test('tells its progress in the events of a browser', async () => {
    const seen = new Set<string>()
    const stream = await microphone()
    const [one, other] = [new webRtc.RTCPeerConnection(), new webRtc.RTCPeerConnection()]
    closing.push(
      () => one.close(),
      () => other.close()
    )
    const names = [
      'icecandidate',
      'icegatheringstatechange',
      'iceconnectionstatechange',
      'connectionstatechange'
    ] as const
    names.forEach((name) => one.addEventListener(name, () => seen.add(name)))
    other.addEventListener('track', ({ streams }) => streams.length === 1 && seen.add('track'))
    stream.getTracks().forEach((track) => one.addTrack(track, stream))

    await exchange(one, other)

    await eventually(() => expect([...seen].sort()).toEqual([...names, 'track'].sort()))
    await eventually(() => expect(one.connectionState).toBe('connected'))
  })

  test('tells that it has gathered to who listens only afterwards', async () => {
    const one = new webRtc.RTCPeerConnection()
    closing.push(() => one.close())
    one.addTransceiver('audio')

    await one.setLocalDescription(await one.createOffer())
    const told = new Promise((resolve) => one.addEventListener('icegatheringstatechange', resolve))

    await told
    expect(one.iceGatheringState).toBe('complete')
  })

  test('carries on after an ICE restart', async () => {
    const { one, other, heard } = await connect(await microphone())
    await eventually(() => expect(heard.loud).toBeGreaterThan(0))

    await exchange(one, other, { iceRestart: true })

    const { frames } = heard
    await eventually(() => expect(heard.frames).toBeGreaterThan(frames + 5))
  })

  test('takes back an offer', async () => {
    const one = new webRtc.RTCPeerConnection()
    closing.push(() => one.close())
    one.addTransceiver('audio')
    await one.setLocalDescription(await one.createOffer())

    await one.setLocalDescription({ type: 'rollback' })

    expect(one.signalingState).toBe('stable')
  })

  test('refuses an answer that it cannot read or that does not match its offer', async () => {
    const one = new webRtc.RTCPeerConnection()
    closing.push(() => one.close())
    one.addTransceiver('audio')
    await one.setLocalDescription(await one.createOffer())

    const take = (sdp: string) => one.setRemoteDescription({ type: 'answer', sdp })
    await expect(take('v=0\r\ns=-\r\n')).rejects.toMatchObject({ name: 'InvalidAccessError' })
    await expect(take('v=0\r\nbroken')).rejects.toMatchObject({ name: 'OperationError' })
  })
})
