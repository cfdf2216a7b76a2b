import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstValueFrom } from 'rxjs'
import { startSipEmulator } from '../../../../adapters/sip/emulator.ts'
import type { SipEmulator } from '../../../../adapters/sip/emulator.ts'
import { happens, startJsSip } from './jssip-client.ts'
import type { JsSipClient } from './jssip-client.ts'
import { eventually } from '../../../support/eventually.ts'

const BOB = 'sip:bob@example.test'

let server: SipEmulator
let alice: JsSipClient

beforeAll(async () => {
  server = await startSipEmulator()
  alice = await startJsSip(server.credentials('alice'))
})

afterAll(async () => {
  await alice.stop()
  await server.stop()
})

/** Alice calls bob, who waits to be steered. */
async function ringBob() {
  server.party('bob')
  const next = firstValueFrom(server.calls$)
  const session = alice.call(BOB)
  return { session, call: await next }
}

async function talk() {
  const { session, call } = await ringBob()
  await call.ring()
  await Promise.all([call.answer(), happens(session, 'confirmed'), call.reaches('established')])
  return { session, call }
}

describe('hold', () => {
  test('by the client silences the party until the client resumes', async () => {
    const { session, call } = await talk()
    await eventually(async () => expect((await call.media()).packetsSent).toBeGreaterThan(0))

    await new Promise<void>((resolve) => session.hold({}, resolve))
    expect(call.held).toBe(true)
    const { packetsSent } = await call.media()
    await new Promise<void>((resolve) => session.unhold({}, resolve))

    expect(call.held).toBe(false)
    await eventually(async () => expect((await call.media()).packetsSent).toBeGreaterThan(packetsSent))
  })

  test('by the party is seen by the client', async () => {
    const { session, call } = await talk()

    await call.hold()
    expect(session.isOnHold().remote).toBe(true)
    await call.resume()

    expect(session.isOnHold().remote).toBe(false)
    expect(call.held).toBe(false)
  })

  test('by both ends one after the other', async () => {
    const { session, call } = await talk()
    await call.hold()
    await new Promise<void>((resolve) => session.hold({}, resolve))
    expect(call.held).toBe(true)

    await call.resume()
    expect(call.held).toBe(true)
    await new Promise<void>((resolve) => session.unhold({}, resolve))

    expect(call.held).toBe(false)
  })

  test('with UPDATE is as good', async () => {
    const { session, call } = await talk()

    await new Promise<void>((resolve) => session.hold({ useUpdate: true }, resolve))

    expect(call.held).toBe(true)
  })
})

describe('an offer in the call', () => {
  test('can restart ICE, and the talk goes on', async () => {
    const { session, call } = await talk()
    await eventually(async () => expect((await call.media()).loud).toBeGreaterThan(0))

    await new Promise<void>((resolve) => session.renegotiate({ rtcOfferConstraints: { iceRestart: true } }, resolve))

    const { loud } = await call.media()
    const { loud: heard } = alice.heard(session)
    await eventually(async () => {
      expect((await call.media()).loud).toBeGreaterThan(loud + 5)
      expect(alice.heard(session).loud).toBeGreaterThan(heard + 5)
    })
  })

  test('of the party is answered with the client’s direction', async () => {
    const { call } = await talk()

    expect(await call.reinvite('sendonly')).toBe('recvonly')
    expect(await call.reinvite('inactive')).toBe('inactive')
    expect(await call.reinvite('sendrecv')).toBe('sendrecv')
    expect(call.held).toBe(false)
  })

  test('of the client is refused for as long as the party wants', async () => {
    const { session, call } = await talk()
    call.refuseOffers(488)

    session.renegotiate()
    await happens(session, 'ended') // JsSIP ends a call whose offer is refused

    expect(server.trace.some(({ text }) => text.startsWith('SIP/2.0 488'))).toBe(true)
    await call.reaches('ended')
  })

  test('of the client is left unanswered, and the call can still be ended', async () => {
    const { session, call } = await talk()
    call.silentOffers()
    session.renegotiate()
    await firstValueFrom(server.trace$)

    session.terminate()

    await call.reaches('ended')
  })
})
