import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startInfobipEmulator } from '../../../../adapters/infobip/emulator.ts'
import type { InfobipEmulator } from '../../../../adapters/infobip/emulator.ts'
import { ANSWER, DEVICE, connectRaw, encode, OFFER, placing, settled } from './raw-client.ts'
import type { Json, RawClient } from './raw-client.ts'

let gateway: InfobipEmulator
let client: RawClient

beforeAll(async () => {
  gateway = await startInfobipEmulator({ traceLimit: 50 })
  const { url, token } = gateway.credentials('alice')
  client = await connectRaw(url, [token, encode(DEVICE)])
  await client.next('registered')
})

beforeEach(() => settled(client))

afterAll(() => gateway.stop())

const without = (message: Json, ...fields: string[]): Json =>
  Object.fromEntries(Object.entries(message).filter(([field]) => !fields.includes(field)))

describe('what is not of the protocol is dropped, and the trace says why', () => {
  const callId = '7f0f7f0e-4a5b-4c6d-8e9f-0a1b2c3d4e5f'
  const candidate = { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 }

  test.each<readonly [string, Json | string, string]>([
    ['no JSON', 'hello', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['half a message', '{"action":"heartb', 'not JSON'],
    ['null', 'null', 'no object'],
    ['a list', '[]', 'no object'],
    ['a number', '7', 'no object'],
    ['an object without action', {}, 'no action'],
    ['an event', { event: 'heartbeat_resp' }, 'no action'],
    ['an action that is no word', { action: 7 }, 'no action'],
    ['an action that every object has', { action: 'toString' }, 'unknown action'],
    ['an action of nobody', { action: 'hold' }, 'unknown action'],

    ['a call without id', without(placing('bob'), 'callId'), 'call: callId is missing'],
    ['a call whose id is no UUID', placing('bob', { callId: '1' }), 'call: callId is not right'],
    ['a call without correlation', without(placing('bob'), 'correlationId'), 'call: correlationId is missing'],
    ['a call to nobody', placing(null), 'call: destination is not string'],
    ['a call without offer', without(placing('bob'), 'description'), 'call: description is missing'],
    ['a call with an answer', placing('bob', { description: ANSWER }), 'call: description.type is not "offer"'],
    ['a call with an offer in words', placing('bob', { description: 'v=0' }), 'call: description is not Object'],
    ['a call from a number', placing('bob', { from: 4179 }), 'call: from is not string'],
    [
      'a call to anybody',
      placing('bob', { action: 'dynamic_destination_call' }),
      'dynamic_destination_call: destination is not null'
    ],

    ['a candidate without call', { action: 'ice_candidate', ice: candidate }, 'ice_candidate: callId is missing'],
    ['a candidate of no call', { action: 'ice_candidate', callId, ice: candidate }, 'there is no such call'],
    ['no candidate', { action: 'ice_candidate', callId, ice: {} }, 'ice_candidate: ice is not'],
    [
      'a candidate under the gateway’s name',
      { action: 'ice_candidate', callId, candidate },
      'ice_candidate: ice is missing'
    ],

    [
      'an answer to no call',
      { action: 'call_response', callId, status: 'accept', description: ANSWER },
      'there is no such call'
    ],
    [
      'an answer that is an offer',
      { action: 'call_response', callId, status: 'accept', description: OFFER },
      'call_response: description.type is not "answer"'
    ],
    [
      'a refusal without code',
      { action: 'call_response', callId, status: 'decline' },
      'call_response: code is missing'
    ],
    [
      'a refusal in words',
      { action: 'call_response', callId, status: 'decline', code: '486' },
      'call_response: code is not number'
    ],
    [
      'neither answer nor refusal',
      { action: 'call_response', callId, status: 'maybe' },
      'call_response: status is not ("accept" | "decline")'
    ],
    ['an update of no call', { action: 'update_call', callId, description: OFFER }, 'there is no such call'],
    ['a hangup without call', { action: 'hangup' }, 'hangup: callId is missing'],
    ['digits that are none', { action: 'dtmf_info', callId, digit: 'one', duration: 500 }, 'dtmf_info: digit is not']
  ])('%s', async (_, message, fault) => {
    const before = client.received.length

    client.send(message)
    await settled(client)

    expect(gateway.trace.findLast((entry) => entry.fault !== undefined)?.fault).toContain(fault)
    expect(client.received.slice(before).map(({ event }) => event)).toEqual(['heartbeat_resp'])
  })

  test('bytes that are no text', async () => {
    client.send(Buffer.from('{"action":"heartbeat"}'))
    await settled(client)

    expect(gateway.trace.some(({ fault }) => fault === 'not text')).toBe(true)
  })

  test('more than fits', async () => {
    const { url, token } = gateway.credentials('bob')
    const bob = await connectRaw(url, [token, encode(DEVICE)])

    bob.send(' '.repeat(300_000))

    expect((await bob.closed).code).toBe(1009)
    expect(gateway.trace.some(({ fault }) => fault?.startsWith('invalid frame'))).toBe(true)
  })
})

describe('out of turn', () => {
  async function ringing() {
    const [alice, bob] = await Promise.all(
      ['alice', 'bob'].map(async (user) => {
        const { url, token } = gateway.credentials(user)
        const each = await connectRaw(url, [token, encode(DEVICE)])
        await each.next('registered')
        return each
      })
    )
    if (!alice || !bob) throw new Error('Nobody is here')
    const call = placing('bob')
    alice.send(call)
    await bob.next('call')
    return { alice, bob, call, callId: call.callId }
  }
  const accept = (callId: string) => ({ action: 'call_response', callId, status: 'accept', description: ANSWER })

  test.each<readonly [string, (call: Awaited<ReturnType<typeof ringing>>) => Promise<void> | void, string]>([
    ['the caller answers', ({ alice, callId }) => alice.send(accept(callId)), 'the call is not incoming'],
    ['an id comes twice', ({ alice, call }) => alice.send(call), 'the callId is in use'],
    ['another call is placed', ({ alice }) => alice.send(placing('carol')), 'in a call already'],
    [
      'the call is updated before it is answered',
      ({ bob, callId }) => bob.send({ action: 'update_call', callId, description: OFFER }),
      'the call is not answered'
    ],
    [
      'the call is refused with a success',
      ({ bob, callId }) => bob.send({ action: 'call_response', callId, status: 'decline', code: 200 }),
      'code is not of a refusal'
    ],
    [
      'the call is answered twice',
      ({ bob, callId }) => [accept(callId), accept(callId)].forEach((each) => bob.send(each)),
      'the call is answered'
    ],
    [
      'an update is answered that nobody proposed',
      ({ bob, callId }) =>
        [accept(callId), { action: 'update_call', callId, description: ANSWER }].forEach((each) => bob.send(each)),
      'there is no update to answer'
    ]
  ])('%s', async (_, act, fault) => {
    const call = await ringing()

    await act(call)
    await settled(call.alice)
    await settled(call.bob)

    expect(gateway.trace.findLast((entry) => entry.fault !== undefined)?.fault).toBe(fault)
    expect(call.bob.received.some(({ event }) => event === 'hangup')).toBe(false)
    call.alice.close()
    call.bob.close()
  })
})

describe('whatever comes', () => {
  const word = fc.constantFrom(
    ...['call', 'pstn_call', 'ice_candidate', 'call_response', 'update_call', 'hangup', 'info', 'dtmf_info'],
    ...['application_call', 'reconnect_application_call', 'renegotiate_media', 'join_conference', '__proto__']
  )
  const field = fc.constantFrom(
    'callId',
    'correlationId',
    'destination',
    'description',
    'ice',
    'status',
    'code',
    'digit'
  )
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(OFFER, ANSWER, 'alice', 'bob', { completed: true }))
  const message = fc
    .tuple(word, fc.dictionary(field, value))
    .map(([action, fields]) => JSON.stringify({ ...fields, action }))

  test('the gateway goes on', async () => {
    const texts = fc.oneof(message, fc.string(), fc.json())
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { maxLength: 20 }), async (all) => {
        all.forEach((text) => client.send(text))
        await settled(client)
        expect(gateway.trace.filter(({ fault }) => fault?.startsWith('internal'))).toEqual([])
      }),
      { numRuns: 50 }
    )
  })
})
