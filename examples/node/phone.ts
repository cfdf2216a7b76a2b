/** A phone in Node: what a browser has as globals (WebSocket, WebRTC, a microphone) is handed in. */
import { createEngine } from 'callchart'
import type { Call, Engine } from 'callchart'
import { sipTransport } from 'callchart/adapters/sip'
import type { SipOptions } from 'callchart/adapters/sip'
import { loadNodeWebRtc } from 'callchart/testing'
import { firstValueFrom } from 'rxjs'
import { WebSocket } from 'ws'

export interface Phone {
  readonly name: string
  readonly engine: Engine
  /** The next call that reaches us. */
  rings(): Promise<Call>
}

const webRtc = await loadNodeWebRtc()

/** Every connection made in this process, oldest first, for those who count packets. */
export const connections: RTCPeerConnection[] = []

class RememberedConnection extends webRtc.RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration)
    connections.push(this)
  }
}

/** Resolves once calls can reach it. `frequency` in hertz: the tone its microphone hears. */
export async function startPhone(name: string, account: SipOptions, frequency = 440): Promise<Phone> {
  const engine = createEngine({
    transport: sipTransport({ ...account, WebSocket, RTCPeerConnection: RememberedConnection }),
    media: { mediaDevices: { getUserMedia: () => Promise.resolve(webRtc.tone({ frequency })) } }
  })
  await engine.connect()
  return { name, engine, rings: () => firstValueFrom(engine.incoming$) }
}
