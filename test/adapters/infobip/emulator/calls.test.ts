import { describe, expect, test } from 'vitest'
import { ANSWER, faults, join, OFFER, open, placing, settled, start, talking } from './raw-client.ts'
import { eventually } from '../../../support/eventually.ts'

const NO_ERROR = { id: 0, name: 'NO_ERROR', description: 'No Error.' }
const status = (id: number) => expect.objectContaining({ id }) as unknown

describe('one user calls another', () => {
  test('who sees the caller, the offer and what was given along', async () => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice', { displayName: 'Alice Example' }), await join(gateway, 'bob')]
    const call = placing('bob', { customData: { orderId: '42' } })

    alice.send(call)

    expect(await bob.next('call')).toEqual({
      event: 'call',
      callId: call.callId,
      correlationId: call['correlationId'],
      caller: { identity: 'alice', displayName: 'Alice Example' },
      description: OFFER,
      customData: { orderId: '42' },
      recording: { audio: false, video: false }
    })
    expect(await alice.next('ringing')).toEqual({ event: 'ringing', callId: call.callId })
  })

  test('under the name it chose', async () => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice'), await join(gateway, 'bob')]

    alice.send(placing('bob', { action: 'video_call', from: 'support' }))

    expect(await bob.next('call')).toMatchObject({ caller: { identity: 'alice', displayName: 'support' } })
  })

  test('and candidates find their way from the start, in order', async () => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice'), await join(gateway, 'bob')]
    const call = placing('bob')
    const ice = { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'aB1c' }

    alice.send(call)
    alice.send({ action: 'ice_candidate', callId: call.callId, ice })
    alice.send({ action: 'ice_candidate', callId: call.callId, ice: { completed: true } })

    expect(await bob.next('trickle_ice')).toEqual({ event: 'trickle_ice', callId: call.callId, candidate: ice })
    expect(await bob.next('trickle_ice')).toMatchObject({ candidate: { completed: true } })
  })

  test('who answers', async () => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice'), await join(gateway, 'bob')]
    const { callId, ...call } = placing('bob')
    alice.send({ ...call, callId })
    await bob.next('call')

    bob.send({ action: 'call_response', callId, status: 'accept', description: ANSWER })

    const response = { event: 'call_response', callId, description: ANSWER, isEarlyMedia: false }
    expect(await alice.next('call_response')).toEqual(response)
    expect(faults(gateway)).toEqual([])
  })

  test.each([
    ['declines', 486, 5002, true],
    ['is too busy', 600, 5002, true],
    ['declines for good', 603, 5603, true],
    ['fails to accept', 480, 5480, false]
  ])('who %s', async (_, code, id, isToldToo) => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice'), await join(gateway, 'bob')]
    const call = placing('bob')
    const { callId } = call
    alice.send(call)
    await bob.next('call')

    bob.send({ action: 'call_response', callId, status: 'decline', code })
    await settled(bob)

    expect(await alice.next('hangup')).toMatchObject({ callId, status: status(id) })
    expect(bob.received.some(({ event }) => event === 'hangup')).toBe(isToldToo)
  })

  test('who does not answer in time', async () => {
    const gateway = await start({ noAnswer: 10 })
    const [alice, bob] = [await join(gateway, 'alice'), await join(gateway, 'bob')]

    alice.send(placing('bob'))

    expect(await alice.next('hangup')).toMatchObject({ status: status(5003) })
    expect(await bob.next('hangup')).toMatchObject({ status: status(5003) })
  })

  test('and takes it back', async () => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice'), await join(gateway, 'bob')]
    const call = placing('bob')
    const { callId } = call
    alice.send(call)
    await bob.next('call')

    alice.send({ action: 'hangup', callId })

    expect(await alice.next('hangup')).toEqual({ event: 'hangup', callId, status: NO_ERROR })
    expect(await bob.next('hangup')).toEqual({ event: 'hangup', callId, status: NO_ERROR })
  })

  test('who is talking', async () => {
    const gateway = await start()
    const { bob } = await talking(gateway)
    const carol = await join(gateway, 'carol')

    carol.send(placing('bob'))

    expect(await carol.next('hangup')).toMatchObject({ status: status(5002) })
    await settled(bob)
    expect(bob.received.filter(({ event }) => event === 'call')).toHaveLength(1)
  })

  test('who calls at the same time: the call that comes second is refused', async () => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice'), await join(gateway, 'bob')]
    alice.send(placing('bob'))
    await bob.next('call')

    bob.send(placing('alice'))

    expect(await bob.next('hangup')).toMatchObject({ status: status(5002) })
    expect(faults(gateway)).toEqual(['in a call already'])
  })

  test.each([
    ['whom nobody knows', 'nobody', 5404],
    ['who is away', 'carol', 5480],
    ['who has come and gone', 'dave', 5480],
    ['who is oneself', 'alice', 5002]
  ])('%s', async (_, destination, id) => {
    const gateway = await start({ users: ['carol'] })
    gateway.credentials('dave')
    const alice = await join(gateway, 'alice')

    alice.send(placing(destination))

    expect(await alice.next('hangup')).toMatchObject({ status: status(id) })
  })

  test.each([
    [{ id: 5403 }, 'hangup', 'EC_VOICE_ERROR_FORBIDDEN'],
    [{ id: 5500, as: 'call-error' as const }, 'call-error', 'EC_VOICE_INTERNAL_SERVER_ERROR'],
    [{ id: 5402 }, 'hangup', 'EC_UNKNOWN_ERROR']
  ])('whom a fault keeps off: %o', async (fault, event, name) => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice'), await join(gateway, 'bob')]
    gateway.fault('bob', fault)

    alice.send(placing('bob'))
    expect(await alice.next(event)).toMatchObject({ status: { id: fault.id, name } })

    gateway.fault('bob', null)
    alice.send(placing('bob'))
    await bob.next('call')
  })
})

describe('in a call', () => {
  test.each(['alice', 'bob'] as const)('%s hangs up, and both are told once', async (who) => {
    const gateway = await start()
    const { callId, ...ends } = await talking(gateway)

    ends[who].send({ action: 'hangup', callId, reason: 'Normal call clearing' })
    ends[who].send({ action: 'hangup', callId })
    await Promise.all([settled(ends.alice), settled(ends.bob)])

    for (const { received } of [ends.alice, ends.bob]) {
      expect(received.filter(({ event }) => event === 'hangup')).toEqual([
        { event: 'hangup', callId, status: NO_ERROR }
      ])
    }
    expect(faults(gateway)).toEqual(['there is no such call'])
  })

  test('the echo of a hangup can be kept from who hung up', async () => {
    const gateway = await start()
    const { alice, bob, callId } = await talking(gateway)
    gateway.withhold('alice', ['hangup'])

    alice.send({ action: 'hangup', callId })

    await bob.next('hangup')
    await settled(alice)
    expect(alice.received.some(({ event }) => event === 'hangup')).toBe(false)
  })

  test('who loses its connection is out of it, and the other is told', async () => {
    const gateway = await start()
    const { bob } = await talking(gateway)

    gateway.drop('alice')

    expect(await bob.next('hangup')).toMatchObject({ status: NO_ERROR })
  })

  test('who says goodbye is out of it, and the other is told', async () => {
    const gateway = await start()
    const { alice, bob } = await talking(gateway)

    alice.send({ action: 'destroy' })

    expect(await bob.next('hangup')).toMatchObject({ status: NO_ERROR })
    await settled(alice)
    expect(alice.received.some(({ event }) => event === 'hangup')).toBe(false)
  })

  test('an update is proposed, answered and confirmed', async () => {
    const gateway = await start()
    const { alice, bob, callId } = await talking(gateway)

    alice.send({ action: 'update_call', callId, correlationId: callId, description: OFFER })
    expect(await bob.next('updating_call')).toEqual({ event: 'updating_call', callId, description: OFFER })
    bob.send({ action: 'update_call', callId, correlationId: callId, description: ANSWER })

    expect(await alice.next('call_response')).toMatchObject({ description: ANSWER, isEarlyMedia: false })
    expect(await bob.next('updated_call')).toEqual({ event: 'updated_call', callId })
    expect(faults(gateway)).toEqual([])
  })

  test('of two updates the second is dropped', async () => {
    const gateway = await start()
    const { alice, bob, callId } = await talking(gateway)

    alice.send({ action: 'update_call', callId, description: OFFER })
    await bob.next('updating_call')
    bob.send({ action: 'update_call', callId, description: OFFER })
    await settled(bob)
    await settled(alice)

    expect(alice.received.some(({ event }) => event === 'updating_call')).toBe(false)
    expect(faults(gateway)).toEqual(['another update is open'])
  })

  test('what one says of itself is passed on', async () => {
    const gateway = await start()
    const { alice, bob, callId } = await talking(gateway)

    alice.send({ action: 'info', callId, type: 'USER_MUTED', content: {} })
    alice.send({ action: 'dtmf_info', callId, digit: '12#', duration: 500 })

    expect(await bob.next('info')).toEqual({ event: 'info', callId, type: 'USER_MUTED', content: {} })
    expect(faults(gateway)).toEqual([])
  })

  test('when it is over, both can call again', async () => {
    const gateway = await start()
    const { alice, bob, callId } = await talking(gateway)
    alice.send({ action: 'hangup', callId })
    await bob.next('hangup')

    bob.send(placing('alice'))

    await alice.next('call')
  })

  test('a stranger is not heard', async () => {
    const gateway = await start()
    const { bob, callId } = await talking(gateway)
    const mallory = await open(gateway, 'mallory')

    mallory.send({ action: 'hangup', callId })
    await settled(mallory)
    await settled(bob)

    expect(bob.received.some(({ event }) => event === 'hangup')).toBe(false)
    expect(faults(gateway)).toEqual(['there is no such call'])
  })
})

test('who calls is told who is there, as it changes', async () => {
  const gateway = await start()
  const seen: string[] = []
  gateway.clients$.subscribe((clients) => seen.push(clients.map(({ user }) => user).join(' ')))

  const alice = await join(gateway, 'alice')
  await join(gateway, 'bob')
  alice.close()

  await eventually(() => expect(seen).toEqual(['', 'alice', 'alice bob', 'bob']))
})
