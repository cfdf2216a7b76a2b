import { describe, expect, test } from 'vitest'
import { faults, OFFER, settled, start } from './raw-client.ts'
import { calling, eventsOf, nextCall, webClient } from './web-client.ts'

describe('offers in a call', () => {
  async function established() {
    const gateway = await start()
    gateway.party('carol', { do: 'answer' })
    const [alice, next] = [await webClient(gateway, 'alice'), nextCall(gateway)]
    const callId = await alice.call('carol')
    await alice.connect(callId)
    const call = await next
    return { gateway, alice, callId, call }
  }

  test('of the client hold the party, and resume it', async () => {
    const { alice, callId, call } = await established()

    expect(await alice.reoffer(callId, 'inactive')).toContain('a=inactive')
    expect(call.held).toBe(true)

    expect(await alice.reoffer(callId, 'sendrecv')).toContain('a=sendrecv')
    expect(call.held).toBe(false)
  })

  test('of the party are answered by the client', async () => {
    const { gateway, alice, callId, call } = await established()

    const granted = call.reoffer('sendonly')
    const { description } = await alice.client.next('updating_call')
    await alice.connection.setRemoteDescription(description as RTCSessionDescriptionInit)
    await alice.connection.setLocalDescription(await alice.connection.createAnswer())
    const { type, sdp } = alice.connection.localDescription ?? {}
    alice.client.send({ action: 'update_call', callId, correlationId: callId, description: { type, sdp } })

    expect(await granted).toBe('recvonly')
    await alice.client.next('updated_call')
    expect(faults(gateway)).toEqual([])
  })

  test('of the client can be left unanswered', async () => {
    const { alice, callId, call } = await established()
    call.silentOffers()

    alice.client.send({ action: 'update_call', callId, description: OFFER })
    await settled(alice.client)

    expect(eventsOf(alice.client).filter((event) => event === 'call_response')).toHaveLength(1)
    await expect(call.hold()).rejects.toThrow('another update is open')
    expect(call.state).toBe('established')
  })

  test('of the party end with the call', async () => {
    const { alice, callId, call } = await established()
    const holding = call.hold()
    holding.catch(() => undefined)
    await alice.client.next('updating_call')

    alice.client.send({ action: 'hangup', callId })

    await expect(holding).rejects.toThrow('The call ended')
  })

  test('wait for the call to stand', async () => {
    const { alice, callId, call } = await calling()

    await expect(call.hold()).rejects.toThrow('not established')
    alice.send({ action: 'update_call', callId, description: OFFER })
    await settled(alice)

    expect(eventsOf(alice)).not.toContain('updated_call')
  })
})
