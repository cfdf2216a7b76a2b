import { describe, expect, test } from 'vitest'
import { ANSWER, faults, join, placing, settled, start } from './raw-client.ts'
import { calling, eventsOf, nextCall, PHONE, webClient } from './web-client.ts'
import { eventually } from '../../../support/eventually.ts'

const status = (id: number) => expect.objectContaining({ id }) as unknown
describe('a phone', () => {
  test('answers, and both hear each other', async () => {
    const gateway = await start()
    gateway.party('+4179', { do: 'answer' })
    const [alice, next] = [await webClient(gateway, 'alice'), nextCall(gateway)]

    const callId = await alice.call('+4179', PHONE)
    const response = await alice.connect(callId)

    const call = await next
    expect(call).toMatchObject({ id: callId, client: 'alice', party: '4179', state: 'established' })
    expect(response).toMatchObject({ isEarlyMedia: false })
    const meter = await alice.heard
    await eventually(() => expect(meter.loud).toBeGreaterThan(5))
    await eventually(async () => expect((await call.media()).loud).toBeGreaterThan(5))
    expect(faults(gateway)).toEqual([])
  })

  test('is heard before it answers', async () => {
    const gateway = await start()
    gateway.party('4179')
    const [alice, next] = [await webClient(gateway, 'alice'), nextCall(gateway)]
    const callId = await alice.call('+4179', PHONE)
    const call = await next

    await call.ring({ earlyMedia: true })
    expect(await alice.connect(callId)).toMatchObject({ isEarlyMedia: true })
    const meter = await alice.heard
    await eventually(() => expect(meter.loud).toBeGreaterThan(5))
    expect(call.state).toBe('ringing')
    expect(eventsOf(alice.client)).not.toContain('call_accepted')

    await call.answer()
    expect(await alice.client.next('call_accepted')).toEqual({ event: 'call_accepted', callId })
    expect(call.state).toBe('established')
    expect(eventsOf(alice.client).filter((event) => event === 'call_response')).toHaveLength(1)
  })

  test('rings, answers and hangs up as it is steered', async () => {
    const gateway = await start()
    gateway.party('4179')
    const [alice, next] = [await webClient(gateway, 'alice'), nextCall(gateway)]
    await alice.call('4179', PHONE)
    const call = await next
    const states: string[] = []
    call.state$.subscribe((state) => states.push(state))

    await call.ring()
    await alice.client.next('ringing')
    await call.answer()
    await call.hangup()

    expect(await alice.client.next('hangup')).toMatchObject({ status: status(0) })
    await call.reaches('ended')
    expect(states).toEqual(['offered', 'ringing', 'established', 'ended'])
    await expect(call.answer()).rejects.toThrow('answered or over')
  })

  test.each([
    ['busy', undefined, 5002],
    ['declined', undefined, 5603],
    ['no-answer', undefined, 5003],
    ['unavailable', undefined, 5480],
    ['not-found', undefined, 5404],
    ['forbidden', undefined, 5403],
    ['payment-required', undefined, 5402],
    ['invalid-number', 484, 5484],
    ['busy', 486, 5002],
    ['error', 5510, 5510]
  ] as const)('refuses: %s, %s', async (reason, code, id) => {
    const { alice, call } = await calling()

    await call.reject(reason, code)

    expect(await alice.next('hangup')).toMatchObject({ status: status(id) })
    await call.reaches('ended')
  })

  test.each([
    ['reject', { do: 'reject', reason: 'busy' } as const, ['hangup']],
    ['ring', { do: 'ring' } as const, ['ringing']]
  ])('does by its script: %s', async (_, script, events) => {
    const gateway = await start()
    gateway.party('4179', script)
    const alice = await join(gateway, 'alice')

    alice.send(placing('4179', PHONE))

    await alice.next(events.at(-1) ?? '')
    expect(eventsOf(alice)).toEqual(['registered', ...events])
  })

  test('fails in a way of its own', async () => {
    const { alice, call } = await calling()

    await call.fail(5503)

    expect(await alice.next('call-error')).toMatchObject({ status: status(5503) })
    expect(call.state).toBe('ended')
  })

  test('learns that the caller gave up', async () => {
    const { alice, callId, call } = await calling()

    alice.send({ action: 'hangup', callId })

    await call.reaches('ended')
    await expect(call.reaches('established')).rejects.toThrow('ended before')
  })

  test('learns that the caller is gone', async () => {
    const { gateway, call } = await calling()

    gateway.drop('alice')

    await call.reaches('ended')
  })

  test('cannot take an offer that is none', async () => {
    const { alice, call } = await calling()

    await expect(call.answer()).rejects.toThrow('cannot take the offer')

    expect(await alice.next('hangup')).toMatchObject({ status: status(5480) })
  })

  test('answers with whatever it is told to', async () => {
    const { alice, call } = await calling()

    await call.answerBroken('not a description')

    expect(await alice.next('call_response')).toMatchObject({
      description: { type: 'answer', sdp: 'not a description' }
    })
  })

  test('has digits that come as a message, and what was given along', async () => {
    const { alice, callId, call } = await calling({ customData: { order: 7 } })

    alice.send({ action: 'dtmf_info', callId, digit: '12#', duration: 500 })
    alice.send({ action: 'dtmf_info', callId, digit: '4', duration: 500 })
    alice.send({ action: 'info', callId, type: 'USER_MUTED' })
    await settled(alice)

    await eventually(() => expect(call).toMatchObject({ digits: '12#4', muted: true, customData: { order: 7 } }))
    await expect(call.sendDigits('1')).rejects.toThrow('no message')
  })
})

describe('a party calls', () => {
  test('and is heard by who answers', async () => {
    const gateway = await start()
    const alice = await webClient(gateway, 'alice')

    const call = await gateway.call('alice', { from: '+4179', displayName: 'Carol', customData: { a: 1 } })
    await call.reaches('ringing')
    const callId = await alice.accept()
    await call.reaches('established')

    expect(callId).toBe(call.id)
    expect(alice.client.received.find(({ event }) => event === 'call')).toMatchObject({
      caller: { identity: '+4179', displayName: 'Carol' },
      customData: { a: 1 }
    })
    const meter = await alice.heard
    await eventually(() => expect(meter.loud).toBeGreaterThan(5))
    await eventually(async () => expect((await call.media()).loud).toBeGreaterThan(5))
  })

  test('and is told that the client declines', async () => {
    const gateway = await start()
    const alice = await join(gateway, 'alice')
    const call = await gateway.call('alice')

    await alice.next('call')
    alice.send({ action: 'call_response', callId: call.id, status: 'decline', code: 486 })

    await call.reaches('ended')
    await alice.next('hangup')
  })

  test('and takes it back', async () => {
    const gateway = await start()
    const alice = await join(gateway, 'alice')
    const call = await gateway.call('alice')

    await call.hangup()

    await alice.next('hangup')
    expect(call.state).toBe('ended')
    await call.hangup()
  })

  test('and hangs up when the answer cannot be read', async () => {
    const gateway = await start()
    const alice = await join(gateway, 'alice')
    const call = await gateway.call('alice')

    alice.send({
      action: 'call_response',
      callId: call.id,
      status: 'accept',
      description: { ...ANSWER, sdp: 'broken' }
    })

    await alice.next('hangup')
    await call.reaches('ended')
  })

  test('but nobody rings who is not there', async () => {
    const gateway = await start()

    await expect(gateway.call('alice')).rejects.toThrow('alice is not connected')
  })

  test('without media nobody calls and nobody answers', async () => {
    const gateway = await start({ RTCPeerConnection: null })
    gateway.party('carol')
    const [alice, next] = [await join(gateway, 'alice'), nextCall(gateway)]
    await expect(gateway.call('alice')).rejects.toThrow('no media')

    alice.send(placing('carol'))

    await expect((await next).answer()).rejects.toThrow('cannot take')
  })
})
