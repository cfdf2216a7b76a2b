/** A phone in Node: what a browser has as globals (WebSocket, WebRTC, a microphone) is handed in. */
import { createEngine } from 'callchart'
import type { Call, Engine } from 'callchart'
import type { SipOptions } from 'callchart/adapters/sip'
import { loadNodeWebRtc } from 'callchart/testing'
import { firstValueFrom } from 'rxjs'
import { WebSocket } from 'ws'
import type { Account } from '../providers/account.ts'
import { connectionOf } from '../providers/transport.ts'

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

/** On a SIP server. Resolves once calls can reach it. */
export function startPhone(name: string, options: SipOptions): Promise<Phone> {
  return startPhoneOn({ provider: 'sip', options }, name)
}

/** The same on any provider. `frequency` in hertz: the tone its microphone hears. */
export async function startPhoneOn(account: Account, name: string, frequency = 440): Promise<Phone> {
  const connection = await connectionOf(account, { WebSocket, RTCPeerConnection: RememberedConnection })
  const engine = createEngine({
    ...connection,
    media: { mediaDevices: { getUserMedia: () => Promise.resolve(webRtc.tone({ frequency })) } }
  })
  await engine.connect()
  return { name, engine, rings: () => firstValueFrom(engine.incoming$) }
}
