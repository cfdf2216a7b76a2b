import { firstValueFrom } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { PartyScript } from '../../../../src/testing/emulator.ts'
import { connectRaw, connectWith2, connectWith4, settled, signIn, start } from './clients.ts'
import type { Connect } from './clients.ts'
import { describeAll, dial, NUMBER, offered, openMedia, SDP } from './scene.ts'
import { eventually } from '../../../support/eventually.ts'

const callId = 1_512_381_600

async function scene(script?: PartyScript, connect: Connect = connectRaw, options = {}) {
  const server = await start(options)
  server.party(NUMBER, script)
  return { server, alice: await signIn(server, 'alice', connect) }
}

describe.each([
  ['Engine.IO 4', connectWith4],
  ['Engine.IO 3', connectWith2]
] as const)('over %s', (_, connect) => {
  test('an answered call is heard on both sides until the client stops it', async () => {
    const { server, alice } = await scene({ do: 'answer' }, connect)
    const media = openMedia()

    const call = await dial(server, alice)
    expect(await alice.next(610)).toEqual({ callId, status: 100 })
    offered(alice, await describeAll(media, await media.createOffer(), { appended: connect === connectWith2 }))

    expect(await alice.next(503)).toEqual({ callId, code: 100 })
    expect(await alice.next(503)).toEqual({ callId, code: 183 })
    const { code, sdp_candidate: sdp } = await alice.next(503)
    expect(code).toBe(200)
    expect(sdp).toMatch(/^a=candidate:/m)
    await media.setRemoteDescription({ type: 'answer', sdp })
    await eventually(async () => expect((await call.media()).loud).toBeGreaterThan(10))
    expect((await call.media()).packetsSent).toBeGreaterThan(0)

    alice.send(502, { callId, to: NUMBER })
    await call.reaches('ended')
  })
})

describe('a call that may not be placed is refused at once', () => {
  test.each([
    ['to a number there is not', null, { status: 402, chargingError: -5 }],
    ['to an invalid number', { do: 'reject', reason: 'invalid-number' }, { status: 402, chargingError: -5 }],
    ['without balance', { do: 'reject', reason: 'payment-required' }, { status: 402, chargingError: -4 }],
    ['to a busy number', { do: 'reject', reason: 'busy', code: -3 }, { status: 402, chargingError: -3 }],
    ['from a number that is not ours', { do: 'reject', reason: 'forbidden', code: -6 }, { status: 404 }],
    ['for reasons unknown', { do: 'reject', reason: 'error' }, { status: 402, chargingError: -1 }]
  ] as const)('%s', async (_, script, refusal) => {
    const { server, alice } = await scene(script ?? undefined)

    alice.send(500, { callId, to: script ? NUMBER : '000' })

    expect(await alice.next(610)).toEqual({ callId, ...refusal })
    await settled(alice)
    expect(alice.received.map(({ service }) => service)).not.toContain(504)
    expect(server.trace.filter(({ fault }) => fault)).toEqual([])
  })
})

describe('a call that was placed is refused', () => {
  test.each([
    ['busy', 486],
    ['no-answer', 480],
    ['declined', 403],
    ['unavailable', 408],
    ['cancelled', 487],
    ['network', 503],
    ['hangup', 700]
  ] as const)('because of %s with %i', async (reason, code) => {
    const { server, alice } = await scene({ do: 'reject', reason })

    const call = await dial(server, alice)
    offered(alice)

    expect(await alice.next(503)).toEqual({ callId, code: 100 })
    expect(await alice.next(503)).toEqual({ callId, code })
    expect(call.state).toBe('ended')
  })

  test('with whatever code is asked for', async () => {
    const { server, alice } = await scene({ do: 'reject', reason: 'error', code: 599 })
    await dial(server, alice)
    offered(alice)
    await alice.next(503)
    expect(await alice.next(503)).toEqual({ callId, code: 599 })
  })
})

describe('a call that is steered', () => {
  test('is told every status there is, and ends with those that mean so', async () => {
    const { server, alice } = await scene()
    const call = await dial(server, alice)
    offered(alice)
    await alice.next(503)

    for (const code of [180, 183, 0, 302]) {
      await call.status(code)
      expect(await alice.next(503)).toEqual({ callId, code })
    }
    expect(call.state).toBe('offered')
    await call.status(702)
    expect(await alice.next(503)).toEqual({ callId, code: 702 })
    expect(call.state).toBe('ended')
  })

  test('rings, is answered with anything, and is hung up', async () => {
    const { server, alice } = await scene()
    const call = await dial(server, alice)
    offered(alice)
    await alice.next(503)

    await call.ring()
    await call.reaches('ringing')
    expect((await alice.next(503)).code).toBe(183)
    await call.answerBroken('broken')
    expect(await alice.next(503)).toEqual({ callId, code: 200, sdp_candidate: 'broken' })
    await expect(call.reject('busy')).rejects.toThrow('answered or over')
    await call.hangup()
    await call.hangup()
    expect(await alice.next(503)).toEqual({ callId, code: 700 })
    await expect(call.reaches('established')).rejects.toThrow('ended before it was established')
  })

  test('does not ring before the client has made its offer', async () => {
    const { server, alice } = await scene({ do: 'ring' })
    const call = await dial(server, alice)
    await settled(alice)
    expect(call.state).toBe('offered')

    offered(alice)
    await call.reaches('ringing')
  })

  test('ends without media when the offer is none', async () => {
    const { server, alice } = await scene({ do: 'answer' }, connectRaw, { RTCPeerConnection: null })
    const call = await dial(server, alice)
    offered(alice)

    await call.reaches('ended')
    expect((await alice.next(503)).code).toBe(100)
    expect((await alice.next(503)).code).toBe(183)
    expect((await alice.next(503)).code).toBe(700)
    expect(server.trace.some(({ fault }) => fault?.includes('cannot take the offer'))).toBe(true)
  })

  test('has no hold, no digits and no early media', async () => {
    const { server, alice } = await scene()
    const call = await dial(server, alice)

    await expect(call.hold()).rejects.toThrow('no hold')
    await expect(call.resume()).rejects.toThrow('no hold')
    await expect(call.sendDigits('1')).rejects.toThrow('no digits')
    await expect(call.ring({ earlyMedia: true })).rejects.toThrow('no early media')
    expect([call.held, call.digits]).toEqual([false, ''])
  })

  test('is not answered for too long', async () => {
    const { server, alice } = await scene({ do: 'ring' }, connectRaw, { noAnswer: 1_000 })
    const call = await dial(server, alice)
    offered(alice)
    await call.reaches('ended')
    await alice.next(503)
    expect((await alice.next(503)).code).toBe(183)
    expect((await alice.next(503)).code).toBe(480)
  })
})

test('a network that is silent lets the client wait, which may give up', async () => {
  const { server, alice } = await scene({ do: 'silence' })
  const call = await dial(server, alice)
  offered(alice)
  await settled(alice)
  expect(alice.received.map(({ service }) => service)).not.toContain(503)

  alice.send(502, { callId, to: NUMBER })
  await call.reaches('ended')
  await expect(call.answer()).rejects.toThrow('answered or over')
})

test('a call can be stopped before the server has asked for an offer', async () => {
  const { server, alice } = await scene()
  server.fault('alice', { service: 504, body: null })
  const placed = firstValueFrom(server.calls$)
  alice.send(500, { callId, to: NUMBER })
  alice.send(502, { callId, to: NUMBER })
  await (await placed).reaches('ended')
})

test('a call outlives its connection, and is stopped over another', async () => {
  const { server, alice } = await scene()
  const call = await dial(server, alice)
  offered(alice, SDP)
  await alice.next(503)
  server.drop('alice')
  await alice.closed
  const again = await signIn(server, 'alice', connectRaw)

  await call.ring()
  expect(await again.next(503)).toEqual({ callId, code: 183 })
  again.send(502, { callId, to: NUMBER })
  await call.reaches('ended')
})

test('a call ends when nobody comes back for it', async () => {
  const { server, alice } = await scene(undefined, connectRaw, { detachGrace: 20 })
  const call = await dial(server, alice)
  server.drop('alice')
  await call.reaches('ended')
  expect(server.clients).toEqual([])
})
