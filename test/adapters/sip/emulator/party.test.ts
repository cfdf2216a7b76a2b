import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstValueFrom } from 'rxjs'
import { startSipEmulator } from '../../../../adapters/sip/emulator.ts'
import type { SipEmulator } from '../../../../adapters/sip/emulator.ts'
import { countMedia, happens, startJsSip } from './jssip-client.ts'
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

describe('a client that calls a party', () => {
  test('is heard and hears a tone', async () => {
    const { session, call } = await talk()

    await eventually(async () => {
      expect((await call.media()).loud).toBeGreaterThan(10)
      expect(alice.heard(session).loud).toBeGreaterThan(10)
      expect((await call.media()).packetsSent).toBeGreaterThan(10)
    })
    expect(call).toMatchObject({ client: 'alice', party: 'bob', state: 'established', held: false })

    await call.hangup()
    expect((await call.media()).loud).toBeGreaterThan(10)
  })

  test('is answered by a party that has a script for it', async () => {
    server.party('bob', { do: 'answer', ringFor: 10 })

    const session = alice.call(BOB)

    await Promise.all([happens(session, 'progress'), happens(session, 'confirmed')])
  })

  test.each([
    ['busy', undefined, 'Busy'],
    ['declined', undefined, 'Rejected'],
    ['no-answer', undefined, 'Unavailable'],
    ['not-found', undefined, 'Not Found'],
    ['invalid-number', undefined, 'Address Incomplete'],
    ['payment-required', undefined, 'SIP Failure Code'],
    ['busy', 600, 'Busy']
  ] as const)('is refused for the reason %s (%s)', async (reason, code, cause) => {
    server.party('bob', { do: 'reject', reason, ...(code && { code }) })

    expect((await happens(alice.call(BOB), 'failed')).cause).toBe(cause)
  })

  test('that nobody answers is given up by the server, which says so', async () => {
    server.party('bob', { do: 'reject', reason: 'no-answer' })

    expect(await happens(alice.call(BOB), 'failed')).toMatchObject({ message: { status_code: 408 } })
  })

  test('hears it ring until it gives up', async () => {
    server.party('bob', { do: 'ring' })
    const next = firstValueFrom(server.calls$)
    const session = alice.call(BOB)
    const call = await next
    await happens(session, 'progress')

    session.terminate()

    await call.reaches('ended')
    await expect(call.reaches('established')).rejects.toThrow('ended before it was established')
  })

  test('hears nothing at all from a party that is silent', async () => {
    server.party('bob', { do: 'silence' })
    const next = firstValueFrom(server.calls$)
    const session = alice.call(BOB)
    const call = await next

    const failed = happens(session, 'failed')
    session.terminate()
    await failed

    const { id } = call
    expect(server.trace.some(({ text }) => text.startsWith('SIP/2.0 18') && text.includes(id))).toBe(false)
  })

  test('hears the party before it answers', async () => {
    const { session, call } = await ringBob()

    await Promise.all([call.ring({ earlyMedia: true }), happens(session, 'progress')])

    await eventually(() => expect(alice.heard(session).loud).toBeGreaterThan(5))
    await Promise.all([call.answer(), happens(session, 'confirmed')])
  })

  test('is hung up on', async () => {
    const { session, call } = await talk()

    await Promise.all([happens(session, 'ended'), call.hangup()])

    expect(call.state).toBe('ended')
    await call.hangup()
  })

  test('is turned away by a party that hangs up before it answers', async () => {
    const { session, call } = await ringBob()

    const [failed] = await Promise.all([happens(session, 'failed'), call.hangup()])

    expect(failed.cause).toBe('Busy')
    await expect(call.answer()).rejects.toThrow('answered or over')
  })

  test('hangs up', async () => {
    const { session, call } = await talk()

    session.terminate()

    await call.reaches('ended')
  })

  test('sends digits', async () => {
    const { session, call } = await talk()

    session.sendDTMF('12#', { interToneGap: 50, duration: 70 })

    await eventually(() => expect(call.digits).toBe('12#'))
  })

  test('gets digits', async () => {
    const { session, call } = await talk()
    const tones: string[] = []
    session.on('newDTMF', ({ dtmf }: { dtmf: { tone: string } }) => tones.push(dtmf.tone))

    await call.sendDigits('9*')

    expect(tones).toEqual(['9', '*'])
  })

  test.each([null, 'v=0\r\nbroken'])('gives up when the answer is %j', async (sdp) => {
    const { session, call } = await ringBob()

    await Promise.all([happens(session, 'failed'), call.answerBroken(sdp)])

    await call.reaches('ended')
  })
})

describe('a party that calls a client', () => {
  test('is heard once the client answers', async () => {
    const incoming = alice.incoming()
    const call = await server.call('alice', { from: 'carol', displayName: 'Carol "C"' })
    const session = await incoming
    await call.reaches('ringing')

    alice.answer(session)
    await Promise.all([call.reaches('established'), happens(session, 'confirmed')])

    expect(session.remote_identity.uri.toString()).toBe('sip:carol@example.test')
    expect(session.remote_identity.display_name).toBe('Carol "C"')
    await eventually(async () => {
      expect((await call.media()).loud).toBeGreaterThan(10)
      expect(alice.heard(session).loud).toBeGreaterThan(10)
      expect((await countMedia(session.connection)).packetsSent).toBeGreaterThan(10)
    })
  })

  test('gives up before the client answers', async () => {
    const incoming = alice.incoming()
    const call = await server.call('alice')
    const session = await incoming
    await call.reaches('ringing')

    await Promise.all([happens(session, 'failed'), call.hangup()])

    await call.reaches('ended')
  })

  test('is refused by the client', async () => {
    const incoming = alice.incoming()
    const call = await server.call('alice')

    ;(await incoming).terminate()

    await call.reaches('ended')
  })

  test('rings nobody when nobody is there', async () => {
    await expect(server.call('zoe')).rejects.toThrow('zoe is not registered')
  })

  test('goes on talking while the client reconnects', async () => {
    const { session, call } = await talk()
    const back = new Promise<void>((resolve) => {
      let gone = false
      server.clients$.subscribe((clients) => {
        gone ||= clients.length === 0
        if (gone && clients[0]?.registered) resolve()
      })
    })

    server.drop('alice')
    await back
    await call.sendDigits('5')
    await Promise.all([happens(session, 'ended'), call.hangup()])
  })
})
