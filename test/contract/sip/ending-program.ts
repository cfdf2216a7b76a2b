/** A program that leaves engines in every state it can bring them into, disposes of them, and has nothing more to do. */
import { WebSocket } from 'ws'
import { sipTransport } from '../../../adapters/sip/index.ts'
import { createEngine } from '../../../src/index.ts'
import type { Engine } from '../../../src/index.ts'
import { loadNodeWebRtc } from '../../../src/testing/webrtc.ts'

const [, , url = ''] = process.argv
const { RTCPeerConnection, mediaDevices } = await loadNodeWebRtc()
const engines: Engine[] = []

function phone(user: string, at = url) {
  const transport = sipTransport({
    url: at,
    uri: `sip:${user}@example.test`,
    password: `pw-${user}`,
    WebSocket,
    RTCPeerConnection
  })
  const engine = createEngine({ transport, media: { mediaDevices } })
  engines.push(engine)
  return engine
}

async function calling(user: string, target: string) {
  const engine = phone(user)
  await engine.connect()
  return engine.dial(target)
}

phone('idle')
void phone('connecting').connect()
void phone('trying', 'ws://127.0.0.1:9').connect()
await phone('online').connect()
await calling('dialling', 'silent')
await calling('ringing-out', 'ringing')
await (await calling('talking', 'bob')).established()
const held = await calling('held', 'bob')
await held.established()
await held.hold()
const holding = await calling('holding', 'bob')
await holding.established()
void holding.hold()
await (await calling('hung-up', 'bob')).hangup()
const gone = phone('gone')
await gone.connect()
await gone.disconnect()
const callee = phone('callee')
await callee.connect()
const rings = new Promise((resolve) => callee.incoming$.subscribe(resolve))
await calling('caller', 'callee')
await rings

for (const engine of engines) engine.dispose()
process.stdout.write('all disposed\n')
