/** JsSIP as a program would use it, in Node: a client that was not written by who wrote the server. */
import JsSIP from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession.js'
import { WebSocket } from 'ws'
import type { SipCredentials } from '../../../../adapters/sip/emulator.ts'
import { countMedia, loadNodeWebRtc, meter } from '../../../../src/testing/webrtc.ts'
import type { Meter } from '../../../../src/testing/webrtc.ts'

export interface JsSipClient {
  /** Resolves with the next session that comes in. */
  incoming(): Promise<RTCSession>
  call(target: string): RTCSession
  answer(session: RTCSession): void
  heard(session: RTCSession): Meter
  stop(): Promise<void>
}

// JsSIP takes these from the global scope, as a browser has them.
const webRtc = await loadNodeWebRtc()
const { RTCPeerConnection, RTCSessionDescription, mediaDevices } = webRtc
Object.assign(globalThis, { window: { RTCPeerConnection }, RTCPeerConnection, RTCSessionDescription, WebSocket })
Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices, userAgent: 'node' }, configurable: true })

export { countMedia }

export async function startJsSip({ url, uri, password }: SipCredentials): Promise<JsSipClient> {
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(url)],
    uri,
    password,
    session_timers: false,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 1
  })
  const stream = await mediaDevices.getUserMedia({ audio: true })
  const sessions: RTCSession[] = []
  const waiting: ((session: RTCSession) => void)[] = []
  const meters = new WeakMap<RTCSession, Meter>()

  /** A microphone per call: JsSIP mutes the very track it was given. */
  const microphone = (): MediaStream => stream.clone()

  const listen = (session: RTCSession, connection: RTCPeerConnection): void => {
    connection.addEventListener('track', (event) => meters.set(session, meter(event.track)))
  }
  agent.on('newRTCSession', ({ session, originator }: { session: RTCSession; originator: string }) => {
    if (session.connection) listen(session, session.connection)
    else session.on('peerconnection', ({ peerconnection }) => listen(session, peerconnection))
    if (originator !== 'remote') return
    const take = waiting.shift()
    if (take) take(session)
    else sessions.push(session)
  })
  await new Promise<void>((resolve, reject) => {
    agent.once('registered', () => resolve())
    agent.once('registrationFailed', ({ cause }) => reject(new Error(cause)))
    agent.start()
  })

  return {
    incoming: () =>
      new Promise((resolve) => {
        const session = sessions.shift()
        if (session) resolve(session)
        else waiting.push(resolve)
      }),
    call: (target) => agent.call(target, { mediaStream: microphone() }),
    answer: (session) => session.answer({ mediaStream: microphone() }),
    heard: (session) => meters.get(session) ?? { frames: 0, loud: 0 },
    async stop() {
      stream.getTracks().forEach((track) => track.stop())
      const disconnected = new Promise((resolve) => agent.once('disconnected', resolve))
      agent.stop()
      await disconnected
    }
  }
}

/** Resolves with what the session tells when this happens; rejects when it ends before. */
export function happens(session: RTCSession, event: string): Promise<{ cause?: string }> {
  return new Promise((resolve, reject) => {
    session.on(event as 'ended', resolve)
    if (event !== 'failed') session.on('failed', ({ cause }) => reject(new Error(`failed: ${cause}`)))
  })
}
