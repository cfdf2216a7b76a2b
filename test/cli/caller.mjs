// A program of somebody who has installed callchart: calls whom the emulator names, and prints what became of it.
import { createEngine } from 'callchart'
import { loadNodeWebRtc, meter } from 'callchart/testing'
import { firstValueFrom } from 'rxjs'
import { WebSocket } from 'ws'

const { provider, users, parties } = JSON.parse(process.argv[2])
const [{ credentials }] = users
const addressOf = (what) => parties.find(({ does }) => does === what).address

const { RTCPeerConnection, mediaDevices } = await loadNodeWebRtc()
const adapter = await import(`callchart/adapters/${provider}`)
// AZStack wants to know how its service is spoken to; the others speak over the WebSocket itself.
const link = adapter.engineIo3?.(WebSocket)
const transport = adapter[`${provider}Transport`]({ ...credentials, link, WebSocket, RTCPeerConnection })
const engine = createEngine({ transport, media: { mediaDevices } })
await engine.connect()

const talk = await engine.dial(addressOf('answers'))
await talk.established()
const stream = await firstValueFrom(talk.remoteStream$)
const heard = meter(stream.getAudioTracks()[0])
while (heard.loud < 10) await new Promise((resolve) => setTimeout(resolve, 20))
if (process.argv[3] === 'stay') {
  process.stdout.write('talking\n')
  await new Promise(() => setInterval(() => {}, 1000))
}
await talk.hangup()

const busy = await engine.dial(addressOf('busy'))
const { reason } = await busy.ended()

const rings = firstValueFrom(engine.incoming$)
const declined = await engine.dial(addressOf('calls-back'))
const { reason: first } = await declined.ended()
const back = await rings
await back.answer()
await back.established()

process.stdout.write(JSON.stringify({ talked: talk.state.end.reason, busy: reason, first, back: back.state.status }))
engine.dispose()
process.exit(0)
