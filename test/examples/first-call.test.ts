import { readFileSync } from 'node:fs'
import { WebSocket } from 'ws'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startSipEmulator } from '../../adapters/sip/emulator.ts'
import { firstCall } from '../../examples/first-call.ts'
import { loadNodeWebRtc, meter } from '../../src/testing/webrtc.ts'
import { eventually } from '../support/eventually.ts'

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('the first call of the README is the one that is tested here, and is short', () => {
  const code = file('examples/first-call.ts')

  expect(file('README.md')).toContain(`\`\`\`ts\n${code}\`\`\``)
  expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(12)
})

test('the first call of the README is heard', async () => {
  const server = await startSipEmulator()
  server.party('bob', { do: 'answer', ringFor: 50 })
  const { RTCPeerConnection, mediaDevices } = await loadNodeWebRtc()
  vi.stubGlobal('navigator', { mediaDevices })
  onTestFinished(async () => {
    vi.unstubAllGlobals()
    await server.stop()
  })
  const audio = { srcObject: null } as HTMLAudioElement

  const { engine, call } = await firstCall(
    { ...server.credentials('alice'), WebSocket, RTCPeerConnection },
    `sip:bob@${server.domain}`,
    audio
  )

  expect(call.state.status).toBe('established')
  await eventually(() => expect(audio.srcObject).not.toBeNull())
  const [track] = (audio.srcObject as MediaStream).getAudioTracks()
  const heard = meter(track as MediaStreamTrack)
  await eventually(() => expect(heard.loud).toBeGreaterThan(5))

  await call.hangup()
  expect(call.state.end).toMatchObject({ by: 'local', reason: 'hangup' })
  expect(audio.srcObject).toBeNull()
  engine.dispose()
})
