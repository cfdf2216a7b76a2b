/** How a program that makes calls is tested without its provider: the emulator plays everybody else. */
import { createEngine } from 'callchart'
import type { Engine } from 'callchart'
import { infobipTransport } from 'callchart/adapters/infobip'
import { startInfobipEmulator } from 'callchart/adapters/infobip/emulator'
import type { InfobipEmulator } from 'callchart/adapters/infobip/emulator'
import { loadNodeWebRtc } from 'callchart/testing'
import { filter, firstValueFrom } from 'rxjs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'

let emulator: InfobipEmulator
let engine: Engine

beforeEach(async () => {
  const { RTCPeerConnection, mediaDevices } = await loadNodeWebRtc()
  emulator = await startInfobipEmulator()
  engine = createEngine({
    transport: infobipTransport({ ...emulator.credentials('alice'), WebSocket, RTCPeerConnection }),
    media: { mediaDevices }
  })
  await engine.connect()
})

afterEach(async () => {
  engine.dispose()
  await emulator.stop()
})

test('somebody who is busy is told apart from somebody who does not want to talk', async () => {
  emulator.party('bob', { do: 'reject', reason: 'busy' })
  emulator.party('carol', { do: 'reject', reason: 'declined' })

  const toBob = await engine.dial(emulator.address('bob'))
  expect((await toBob.ended()).reason).toBe('busy')

  const toCarol = await engine.dial(emulator.address('carol'))
  expect((await toCarol.ended()).reason).toBe('declined')
})

test('whoever calls us hears us, and may hang up', async () => {
  const rings = firstValueFrom(engine.incoming$)
  const bob = await emulator.call('alice', { from: 'bob' })
  const call = await rings

  await call.answer()
  await bob.reaches('established')
  await expect.poll(async () => (await bob.media()).loud, { timeout: 5_000 }).toBeGreaterThan(5)
  await bob.hangup()

  expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'hangup' })
})

test('a connection that is cut comes back by itself', async () => {
  const back = firstValueFrom(engine.events$.pipe(filter(({ event }) => event.type === 'connection.reconnected')))

  emulator.drop('alice')

  await back
  expect(engine.connection$.value.status).toBe('online')
})
