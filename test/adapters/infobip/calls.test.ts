/** Calls through Infobip's gateway, in what only this provider does. */
import { firstValueFrom } from 'rxjs'
import { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dialect261, infobipTransport } from '../../../adapters/infobip/index.ts'
import type { InfobipEmulatedCall } from '../../../adapters/infobip/emulator.ts'
import type { LegEvent } from '../../../machines/index.ts'
import { createEngine } from '../../../src/index.ts'
import type { Call } from '../../../src/index.ts'
import { looks, soon } from '../../contract/scene.ts'
import { startInfobipBench } from '../../contract/infobip/emulator-bench.ts'
import type { InfobipBench } from '../../contract/infobip/emulator-bench.ts'
import { actionsOf, person } from './support/people.ts'
import type { Person } from './support/people.ts'

let bench: InfobipBench
beforeAll(async () => {
  bench = await startInfobipBench()
})
afterAll(() => bench.stop())

let parties = 0

/** Somebody talks to a party they have called. */
async function talking(options: Parameters<typeof person>[1] = {}) {
  const alice = await person(bench, options)
  const party = `somebody-${++parties}`
  bench.server.party(party)
  const next = firstValueFrom(bench.server.calls$)
  const call = await alice.engine.dial(party)
  const there = await next
  await Promise.all([there.answer(), call.established()])
  await looks(call, ({ path }) => path === 'connected', 'media connects')
  return { alice, call, there }
}

async function called(alice: Person, from = 'bob') {
  const incoming = firstValueFrom(alice.engine.incoming$)
  const there = await bench.server.call(alice.user, { from, displayName: 'Bob', customData: { order: '42' } })
  return { there, call: await incoming }
}

describe('a call that is placed', { timeout: 20_000 }, () => {
  test('to an identity carries a name for the caller, and data for the callee', async () => {
    const alice = await person(bench)
    bench.server.party('bob')
    const next = firstValueFrom(bench.server.calls$)

    const call = await alice.engine.dial('bob', { displayName: 'Support', headers: { order: '42' } })

    expect((await next).customData).toEqual({ order: '42' })
    expect(actionsOf(alice)[0]).toMatchObject({ action: 'call', destination: 'bob', from: 'Support' })
    const { callId } = alice.transport.details(call.id) ?? {}
    expect(actionsOf(alice)[0]).toMatchObject({ callId })
  })

  test.each(['tel:41793026727', '+41793026727'])('to %s is one to a phone', async (target) => {
    const alice = await person(bench)
    bench.server.party('+41793026727', { do: 'answer' })

    const call = await alice.engine.dial(target, { headers: { secret: 'x' } })
    await call.established()

    expect(actionsOf(alice)[0]).toMatchObject({ action: 'pstn_call', destination: target.replace('tel:', '') })
    expect(actionsOf(alice)[0]).not.toHaveProperty('customData')
  })

  test.each(['x', 'not an identity', 'sip:bob@example.com', 'tel:', 'tel:+49a', 'a'.repeat(65), 'bob\r\n'])(
    'is refused to what is no address here: %s',
    async (target) => {
      const alice = await person(bench)

      await expect(alice.engine.dial(target)).rejects.toMatchObject({ code: 'call.invalid-target' })
    }
  )

  test.each([
    [5002, 'busy'],
    [5003, 'no-answer'],
    [5403, 'forbidden'],
    [5404, 'not-found'],
    [5408, 'timeout'],
    [5480, 'unavailable'],
    [5500, 'error'],
    [5503, 'unavailable'],
    [5484, 'invalid-number'],
    [5402, 'payment-required'],
    [0, 'declined']
  ])('and ended with %i is over for the reason %s', async (id, reason) => {
    const alice = await person(bench)
    bench.server.fault(`ends-${id}`, { id })

    const call = await alice.engine.dial(`ends-${id}`)

    expect(await call.ended()).toMatchObject({ by: 'remote', reason, code: id })
  })

  test('and failed by the gateway is over by neither side', async () => {
    const alice = await person(bench)
    bench.server.fault('fails', { id: 5403, as: 'call-error' })

    const call = await alice.engine.dial('fails')

    expect(await call.ended()).toMatchObject({ by: 'system', reason: 'forbidden', code: 5403 })
  })

  test('is established by the word that follows early media', async () => {
    const alice = await person(bench)
    bench.server.party('early')
    const next = firstValueFrom(bench.server.calls$)
    const call = await alice.engine.dial('early')
    const there = await next

    await there.ring({ earlyMedia: true })
    await looks(call, ({ status, earlyMedia }) => status === 'ringing' && earlyMedia, 'early media')
    await there.answer()

    await looks(call, ({ status, path }) => status === 'established' && path === 'connected', 'established')
  })

  test('and answered with what is no description is hung up', async () => {
    const alice = await person(bench)
    bench.server.party('broken')
    const next = firstValueFrom(bench.server.calls$)
    const call = await alice.engine.dial('broken')
    const there = await next

    await there.answerBroken('no description')

    expect(await call.ended()).toMatchObject({ by: 'system', reason: 'media', code: 5051 })
    await there.reaches('ended')
  })

  test('where there is no WebRTC is over, and says so', async () => {
    const { url, token } = bench.server.credentials('poor')
    const engine = createEngine({ transport: infobipTransport({ url, token, WebSocket }), media: bench.webRtc })
    onTestFinished(() => engine.dispose())
    await engine.connect()

    const call = await engine.dial('bob')

    expect(await call.ended()).toMatchObject({ by: 'system', reason: 'media' })
  })
})

describe('a call that comes in', { timeout: 20_000 }, () => {
  test('names the caller and brings what its application gave along', async () => {
    const alice = await person(bench)

    const { call } = await called(alice)

    expect(call.state.remote).toEqual({ address: 'bob', displayName: 'Bob' })
    expect(alice.transport.details(call.id)).toMatchObject({ customData: { order: '42' }, offersVideo: false })
  })

  test.each([
    ['declined', 486],
    ['busy', 486]
  ] as const)('and is rejected as %s is declined with %i', async (reason, code) => {
    const alice = await person(bench)
    const { call, there } = await called(alice)

    await call.reject(reason)

    expect(actionsOf(alice)).toContainEqual(expect.objectContaining({ action: 'call_response', code }))
    await there.reaches('ended')
  })

  test('is there once, however often the gateway says so', async () => {
    const alice = await person(bench)
    await called(alice)
    const text = bench.server.trace.findLast(({ text, user }) => user === alice.user && text.includes('"call"'))?.text

    alice.inject(text ?? '')

    expect(alice.engine.calls$.value).toHaveLength(1)
    expect(alice.told).toContain('transport.garbage')
  })

  test('is ended by a frame that does not name it, being the only one', async () => {
    const alice = await person(bench)
    const { call } = await called(alice)

    alice.inject('{"event":"hangup","status":{"id":0,"name":"NO_ERROR","description":"No Error."}}')

    expect(await call.ended()).toMatchObject({ reason: 'missed', code: 0 })
  })
})

describe('an offer in a call', { timeout: 20_000 }, () => {
  test('restarts ICE, and media goes on', async () => {
    const { alice, call, there } = await talking()
    const heard = offersOf(alice, call)

    alice.transport.leg(call.id).send({ type: 'offer', attempt: 1, terms: { hold: false, video: 'off', restarts: 1 } })

    await soon(() => heard.length > 0, 'an answer')
    expect(heard).toMatchObject([
      { type: 'leg.offer.accepted', attempt: 1, granted: { restarts: 1 }, peerHolds: false }
    ])
    await hears(there)
  })

  test('that meets one of the peer gives way to it', async () => {
    const { alice, call, there } = await talking()
    await there.hold()
    await there.resume()
    const theirs = bench.server.trace.findLast(({ text }) => text.includes('updating_call'))?.text ?? ''
    const heard = offersOf(alice, call)
    there.silentOffers()

    alice.transport.leg(call.id).send({ type: 'offer', attempt: 7, terms: { hold: false, video: 'off', restarts: 0 } })
    await soon(() => actionsOf(alice).at(-1)?.['action'] === 'update_call', 'our offer leaves')
    alice.inject(theirs)

    await soon(() => heard.length === 3, 'the answer to theirs')
    expect(heard.map(({ type }) => type)).toEqual(['leg.offer.refused', 'leg.offer.received', 'leg.offer.answered'])
    expect(heard[0]).toMatchObject({ attempt: 7, glare: true })
    expect(call.state.status).toBe('established')
  })
})

describe('a lost connection', { timeout: 20_000 }, () => {
  test('ends the call, because the gateway does, before it is made again', async () => {
    const { alice, call } = await talking()

    alice.cut()

    expect(await call.ended()).toMatchObject({ by: 'system', reason: 'network', code: 5050 })
    await soon(() => alice.told.includes('connection.reconnected'), 'reconnected')
    expect(alice.told.indexOf('call.ended')).toBeLessThan(alice.told.indexOf('connection.reconnecting'))
  })

  test('leaves a call of 2.6.1 as it was', async () => {
    const { alice, call, there } = await talking({ changes: { dialect: dialect261 } })
    expect(alice.transport.capabilities.renegotiate).toBe(false)

    alice.refuse()
    alice.cut()
    await looks(call, ({ signalling }) => signalling === 'detached', 'detached')
    alice.accept()
    await looks(call, ({ signalling, path }) => signalling === 'attached' && path === 'connected', 'attached')

    await hears(there)
    expect(alice.handshakes.at(-1)?.[0]).toMatch(/[?&]instance=\w+/)
    expect(actionsOf(alice).map(({ action }) => action)).toEqual([
      'application_call',
      'reconnect_application_call',
      'renegotiate_media'
    ])
  })

  test('to an instance that wants to be left alone makes the next one anywhere', async () => {
    const alice = await person(bench, { user: 'elsewhere', changes: { dialect: dialect261 } })

    bench.server.close('elsewhere', 1013)

    await soon(() => alice.told.includes('connection.reconnected'), 'reconnected')
    expect(alice.handshakes[1]?.[0]).not.toContain('instance')
  })

  test('that ends for good ends a call of 2.6.1 too', async () => {
    const { alice, call } = await talking({ user: 'banned', changes: { dialect: dialect261 } })

    bench.server.close('banned', 4003, 'Banned.')

    expect(await call.ended()).toMatchObject({ by: 'system', reason: 'network' })
    expect(alice.engine.connection$.value.status).toBe('offline')
  })
})

function offersOf(alice: Person, call: Call): LegEvent[] {
  const heard: LegEvent[] = []
  const listening = alice.transport.leg(call.id).events.subscribe((event) => {
    if (event.type.startsWith('leg.offer')) heard.push(event)
  })
  onTestFinished(() => listening.unsubscribe())
  return heard
}

async function hears(there: InfobipEmulatedCall) {
  const { loud } = await there.media()
  await soon(async () => (await there.media()).loud > loud + 5, 'the far end hears us')
}
