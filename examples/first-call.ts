import { createEngine } from 'callchart'
import { sipTransport, type SipOptions } from 'callchart/adapters/sip'

export async function firstCall(account: SipOptions, target: string, audio: HTMLAudioElement) {
  const engine = createEngine({ transport: sipTransport(account) })
  await engine.connect()
  const call = await engine.dial(target)
  call.remoteStream$.subscribe((stream) => (audio.srcObject = stream))
  await call.established()
  return { engine, call }
}
