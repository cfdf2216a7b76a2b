import { firstValueFrom, skip } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { startAzstackEmulator } from '../../../../adapters/azstack/emulator.ts'
import { connectRaw, connectWith2, connectWith4, settled, signIn, start } from './clients.ts'
import { describeAll, dial, NUMBER, offered, openMedia, say } from './scene.ts'
import { eventually } from '../../../support/eventually.ts'

describe('paid calls are logged', () => {
  test('and every device is told, each log once, and the newest first', async () => {
    const server = await start()
    server.party(NUMBER)
    const alice = await signIn(server, 'alice', connectRaw)
    const other = await signIn(server, 'alice', connectRaw)
    alice.send(509, {})
    expect(await alice.next(509)).toEqual({ r: 1, data: [] })

    const placed = await dial(server, alice, { callId: 1, from: '849', tags: 'vip' })
    offered(alice, undefined, 1)
    await placed.answerBroken(null)
    await placed.hangup()
    const incoming = await server.call('alice', { from: '111' })
    say(alice, await alice.next(505), 702)
    await incoming.reaches('ended')

    const [first, second] = [await other.next(601), await other.next(601)]
    expect(first.data).toMatchObject({
      ...{ callId: 1, from: '849', to: NUMBER, tags: 'vip', azUserId: 1001, callType: 1, status: 0 },
      urlRecord: 'https://records.invalid/1.mp3'
    })
    expect(second.data).toMatchObject({ callId: 900_000_001, from: '111', to: 'alice', callType: 2, status: 1 })
    expect(await alice.next(601)).toEqual(first)

    alice.send(509, {})
    const { r, data } = await alice.next(509)
    expect(r).toBe(1)
    expect(data).toMatchObject([
      { callId: 900_000_001, callType: 2, status: 1, url: '', userId: 1001 },
      { callId: 1, callType: 1, status: 0, url: 'https://records.invalid/1.mp3', userId: 1001 }
    ])
    expect(data[0]).not.toHaveProperty('azUserId')
  })

  test('but not those that were never placed', async () => {
    const server = await start()
    server.party(NUMBER, { do: 'reject', reason: 'payment-required' })
    const alice = await signIn(server, 'alice', connectRaw)
    alice.send(500, { callId: 1, to: NUMBER })
    await alice.next(610)
    alice.send(509, {})
    expect(await alice.next(509)).toEqual({ r: 1, data: [] })
  })
})

describe('a free call', () => {
  const desc = (type: 'offer' | 'answer', sdp: string) => ({ type, sdp })

  test('between two users is relayed until they hear each other', async () => {
    const server = await start()
    const alice = await signIn(server, 'alice', connectWith4)
    const bob = await signIn(server, 'bob', connectWith2)
    const [from, to] = [server.userId('alice'), server.userId('bob')]
    const [mine, theirs] = [openMedia(), openMedia()]

    alice.send(186, {
      callId: 5,
      mediaType: 1,
      to,
      sdp: desc('offer', await describeAll(mine, await mine.createOffer()))
    })
    const invitation = await bob.next(186)
    expect(invitation).toMatchObject({ callId: 5, mediaType: 1, to, from })
    bob.send(188, { callId: 5, to: from, status: 180 })
    expect(await alice.next(188)).toEqual({ callId: 5, to: from, from: to, status: 180 })
    const candidate = { sdpMid: '0', sdpMLineIndex: 0, sdp: 'candidate:1 1 udp 1 127.0.0.1 9 typ host' }
    alice.send(187, { callId: 5, to, type: 2, data: candidate })
    expect(await bob.next(187)).toEqual({ callId: 5, to, from, type: 2, data: candidate })

    await theirs.setRemoteDescription(invitation.sdp)
    bob.send(188, { callId: 5, to: from, status: 200 })
    const answer = desc('answer', await describeAll(theirs, await theirs.createAnswer()))
    bob.send(187, { callId: 5, to: from, type: 1, data: answer })
    expect((await alice.next(188)).status).toBe(200)
    await mine.setRemoteDescription((await alice.next(187)).data)
    await eventually(() => expect([mine.connectionState, theirs.connectionState]).toEqual(['connected', 'connected']))

    alice.send(188, { callId: 5, to, status: 700 })
    expect(await bob.next(188)).toEqual({ callId: 5, to, from, status: 700 })
    bob.send(188, { callId: 5, to: from, status: 700 })
    await settled(bob)
    expect(server.trace.filter(({ fault }) => fault).map(({ fault }) => fault)).toEqual(['No Such Call'])
  })

  test.each([200, 400, 600, 603, 700])('is known on the other devices of who has said %i', async (status) => {
    const server = await start()
    const alice = await signIn(server, 'alice', connectRaw)
    const [bob, other] = [await signIn(server, 'bob', connectRaw), await signIn(server, 'bob', connectRaw)]
    const [from, to] = [server.userId('alice'), server.userId('bob')]
    alice.send(186, { callId: 5, mediaType: 2, to, sdp: desc('offer', 'v=0') })
    await Promise.all([bob.next(186), other.next(186)])

    bob.send(188, { callId: 5, to: from, status })

    expect(await other.next(199)).toEqual({ callId: 5, status })
    expect(await alice.next(188)).toEqual({ callId: 5, to: from, from: to, status })
    expect(bob.received.map(({ service }) => service)).not.toContain(199)
    alice.send(188, { callId: 5, to, status: 42 })
    await settled(alice)
    expect(server.trace.findLast(({ fault }) => fault)?.fault).toMatch(/Unknown Status 42|No Such Call/)
  })
})

test('a free call is forgotten when nobody comes back for it', async () => {
  const server = await start({ detachGrace: 10 })
  const alice = await signIn(server, 'alice', connectRaw)
  const bob = await signIn(server, 'bob', connectRaw)
  const [from, to] = [server.userId('alice'), server.userId('bob')]
  alice.send(186, { callId: 5, mediaType: 1, to, sdp: { type: 'offer', sdp: 'v=0' } })
  await bob.next(186)

  server.drop('alice')

  await eventually(async () => {
    bob.send(188, { callId: 5, to: from, status: 180 })
    await settled(bob)
    expect(server.trace.findLast(({ fault }) => fault)?.fault).toBe('No Such Call')
  })
})

describe('what else there is to ask', () => {
  test('pings are taken without a word, devices and states with one', async () => {
    const server = await start()
    const alice = await signIn(server, 'alice', connectRaw)
    alice.send(1, {})
    alice.send(38, { id: 'device', type: 2, appBundleId: 'x' })
    alice.send(40, { id: 'device' })
    expect(await alice.next(39)).toEqual({ r: 1 })
    expect(await alice.next(41)).toEqual({ r: 1 })
    alice.send(105, { state: 1 })
    expect(await alice.next(105)).toEqual({})
    expect(alice.received.map(({ service }) => service)).toEqual([162, 39, 41, 105])
    expect(server.trace.filter(({ fault }) => fault)).toEqual([])
  })

  test('users keep their numbers', async () => {
    const server = await start()
    expect([server.userId('alice'), server.userId('bob'), server.userId('alice')]).toEqual([1001, 1002, 1001])
  })
})

describe('what a test can do to a client', () => {
  test('any bytes are injected', async () => {
    const server = await start()
    const alice = await signIn(server, 'alice', connectRaw)
    server.inject('alice', '42["WebPacket",null]')
    server.inject('alice', 'junk')
    await eventually(() => expect(alice.frames.slice(-2)).toEqual(['42["WebPacket",null]', 'junk']))
  })

  test('any body is replaced or withheld, until it is enough', async () => {
    const server = await start()
    server.fault('alice', { service: 29, body: 'null' })
    server.fault('alice', { service: 162, body: null })
    const master = await connectRaw(server.url)
    master.send(29, { azStackUserId: 'alice' })
    expect(await master.next(29)).toBeNull()
    server.fault('alice', null)
    await signIn(server, 'alice', connectRaw)
  })

  test.each([
    ['Engine.IO 4', connectWith4],
    ['Engine.IO 3', connectWith2]
  ] as const)('a frozen server is given up by a client of %s', async (_, connect) => {
    const server = await start({ pingInterval: 100, pingTimeout: 150 })
    const alice = await signIn(server, 'alice', connect)
    server.freeze('alice')
    expect(await alice.closed).toBe('ping timeout')
  })

  test.each([
    ['Engine.IO 4', connectWith4],
    ['Engine.IO 3', connectWith2]
  ] as const)('a client of %s that is pinged stays', async (_, connect) => {
    const server = await start({ pingInterval: 40, pingTimeout: 400 })
    const alice = await signIn(server, 'alice', connect)
    let gone = false
    void alice.closed.then(() => {
      gone = true
    })
    const [bob, frozen] = [await signIn(server, 'bob', connect), server.clients]
    expect(frozen).toHaveLength(2)
    // Somebody else's time-out is the clock: bob is frozen, and alice outlives him.
    server.freeze('bob')
    await bob.closed
    expect(gone).toBe(false)
  })
})

test('stopping leaves nothing open, and can be done twice', async () => {
  const count = () => process.getActiveResourcesInfo().filter((each) => /TCP|Timeout|UDP/.test(each)).length
  const before = count()
  const server = await startAzstackEmulator()
  server.party(NUMBER, { do: 'answer', ringFor: 60_000 })
  const alice = await signIn(server, 'alice', connectRaw)
  const half = await connectRaw(server.url, 'EIO=4&transport=websocket')
  const media = openMedia()
  const call = await dial(server, alice)
  offered(alice, await describeAll(media, await media.createOffer()))
  await call.answer()
  await server.call('alice')
  const completed = firstValueFrom(server.clients$.pipe(skip(100)), { defaultValue: 'completed' })
  media.getSenders().forEach(({ track }) => track?.stop())
  media.close()

  await Promise.all([server.stop(), server.stop()])

  expect(await completed).toBe('completed')
  expect(call.state).toBe('ended')
  await Promise.all([alice.closed, half.closed])
  await expect(connectRaw(server.url)).rejects.toThrow('ECONNREFUSED')
  await eventually(() => expect(count()).toBeLessThanOrEqual(before))
})

test('a port that is taken is told', async () => {
  const server = await start()
  const port = Number(new URL(server.url).port)
  await expect(startAzstackEmulator({ port })).rejects.toThrow(`127.0.0.1:${port}: the port is in use`)
})
