import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { InfobipEmulator } from '../../../../adapters/infobip/emulator.ts'
import { ANSWER, DEVICE, faults, join, OFFER, open, placing, settled, start } from './raw-client.ts'
import type { Json, RawClient } from './raw-client.ts'

const MODERN = { ...DEVICE, sdk: { type: 'js', version: '2.6.1' } }

async function joinModern(gateway: InfobipEmulator, user: string): Promise<RawClient> {
  const client = await open(gateway, user, {}, MODERN)
  await client.next('registered')
  return client
}

const application = (destination: string, more: Json = {}): Json & { callId: string } => ({
  action: 'application_call',
  callId: randomUUID(),
  destination,
  applicationId: 'WEBRTC',
  callsConfigurationId: 'WEBRTC',
  platform: {},
  videoMode: 'PRESENTATION',
  description: OFFER,
  customData: {},
  internalCustomData: { to: destination, type: 'WEBRTC', withDialog: 'true' },
  media: { audio: { muted: false } },
  autoReconnect: false,
  ...more
})

/** A client of 2.x in a call with one of 0.4.1. */
async function talking(gateway: InfobipEmulator, more: Json = {}) {
  const [alice, bob] = [await joinModern(gateway, 'alice'), await join(gateway, 'bob')]
  const call = application('bob', more)
  const { callId } = call
  alice.send(call)
  await bob.next('call')
  bob.send({ action: 'call_response', callId, status: 'accept', description: ANSWER })
  await alice.next('call_response')
  return { alice, bob, callId }
}

describe('a client of 2.x', () => {
  test('calls one of 0.4.1', async () => {
    const gateway = await start()
    const { alice, bob, callId } = await talking(gateway)

    bob.send({ action: 'hangup', callId })

    expect(await alice.next('hangup')).toMatchObject({ status: { id: '10000', name: 'NORMAL_HANGUP' } })
    expect(await bob.next('hangup')).toMatchObject({ status: { id: 0 } })
    expect(faults(gateway)).toEqual([])
  })

  test('is called in its own words, and accepts in them', async () => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice'), await joinModern(gateway, 'bob')]
    const call = placing('bob', { description: { type: 'offer', sdp: 'v=0\r\nm=video 9 X 96\r\n' } })
    const { callId } = call
    alice.send(call)

    expect(await bob.next('application_call')).toMatchObject({
      callId,
      caller: { identity: 'alice', displayName: null },
      callsConfigurationId: 'WEBRTC',
      internalCustomData: { type: 'WEBRTC', to: 'bob', isVideo: 'true' }
    })
    bob.send({ action: 'application_call_accept', callId, description: ANSWER, media: {}, autoReconnect: false })
    bob.send({ action: 'mute', callId, muted: true })

    expect(await alice.next('call_response')).toMatchObject({ description: ANSWER })
    expect(await alice.next('info')).toMatchObject({ type: 'USER_MUTED' })
    expect(faults(gateway)).toEqual([])
  })

  test.each([
    ['BUSY', 5002],
    ['ERROR', 5480]
  ])('declines: %s', async (declineType, id) => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice'), await joinModern(gateway, 'bob')]
    const call = placing('bob')
    alice.send(call)
    await bob.next('application_call')

    bob.send({ action: 'application_call_decline', callId: call.callId, declineType, declineOnAllDevices: true })

    expect(await alice.next('hangup')).toMatchObject({ status: { id } })
  })

  test('calls a phone that is busy', async () => {
    const gateway = await start()
    gateway.party('4179', { do: 'reject', reason: 'busy' })
    const alice = await joinModern(gateway, 'alice')

    alice.send(application('4179', { internalCustomData: { to: '4179', type: 'PHONE_NUMBER', from: '4178' } }))

    expect(await alice.next('hangup')).toMatchObject({ status: { id: '10201', name: 'BUSY' } })
  })

  test('joins no room here', async () => {
    const gateway = await start()
    const alice = await joinModern(gateway, 'alice')

    alice.send(application('room', { internalCustomData: { type: 'ROOM', roomName: 'room' } }))
    alice.send({ action: 'leave_conference', callId: randomUUID() })
    await settled(alice)

    expect(faults(gateway)).toEqual(['not emulated', 'not emulated'])
  })
})

describe('after a reconnect', () => {
  test('a call goes on whose client wanted that', async () => {
    const gateway = await start()
    const { alice, bob, callId } = await talking(gateway, { autoReconnect: true })
    gateway.drop('alice')
    await alice.closed

    const again = await joinModern(gateway, 'alice')
    again.send({ action: 'reconnect_application_call', callId, audioOffer: OFFER })
    expect(await bob.next('updating_call')).toEqual({ event: 'updating_call', callId, description: OFFER })
    bob.send({ action: 'update_call', callId, description: ANSWER })

    expect(await again.next('call_reconnected')).toMatchObject({ callId, description: ANSWER, callState: {} })
    again.send({ action: 'renegotiate_media', callId, iceRestart: true })
    again.send({ action: 'hangup', callId })
    await bob.next('hangup')
    expect(faults(gateway)).toEqual([])
  })

  test('a call is over whose client did not want to go on', async () => {
    const gateway = await start()
    const { bob, callId } = await talking(gateway)
    gateway.drop('alice')
    await bob.next('hangup')

    const again = await joinModern(gateway, 'alice')
    again.send({ action: 'reconnect_application_call', callId, audioOffer: OFFER })

    expect(await again.next('hangup')).toMatchObject({ callId, status: { id: '10308', name: 'NETWORK_ERROR' } })
  })

  test('a call is over whose client comes too late', async () => {
    const gateway = await start({ resume: 10 })
    const { bob } = await talking(gateway, { autoReconnect: true })

    gateway.drop('alice')

    expect(await bob.next('hangup')).toMatchObject({ status: { id: 5480 } })
  })

  test('a call is over whose client said goodbye', async () => {
    const gateway = await start()
    const { alice, bob } = await talking(gateway, { autoReconnect: true })

    alice.close(4000)

    expect(await bob.next('hangup')).toMatchObject({ status: { id: 0 } })
  })

  test('nobody goes on with the call of another', async () => {
    const gateway = await start()
    const { alice, bob, callId } = await talking(gateway, { autoReconnect: true })
    gateway.drop('alice')
    await alice.closed

    const mallory = await joinModern(gateway, 'mallory')
    mallory.send({ action: 'reconnect_application_call', callId, audioOffer: OFFER })

    await mallory.next('hangup')
    await settled(bob)
    expect(bob.received.some(({ event }) => event === 'updating_call')).toBe(false)
  })
})
