import { createHmac } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { connectRaw, DEVICE, encode, faults, join, open, placing, settled, start } from './raw-client.ts'
import { eventually } from '../../../support/eventually.ts'

describe('a client registers by its token', () => {
  test('and is told who it is and how to find a path for its media', async () => {
    const iceServers = [{ urls: ['turn:turn.example.com:3478'], username: 'u1', credential: 'c1' }]
    const gateway = await start({ iceServers })

    const alice = await open(gateway, 'alice')

    expect(await alice.next('registered')).toMatchObject({
      identity: 'alice',
      iceServers,
      instanceHash: expect.stringMatching(/^\w+$/)
    })
    expect(gateway.clients).toEqual([{ user: 'alice', registered: true }])
  })

  test('which the gateway selects of the two subprotocols, at any path', async () => {
    const gateway = await start()
    const { url, token } = gateway.credentials('alice')

    const alice = await connectRaw(`${url}/anything?instance=a1b2`, [token, encode(DEVICE)])

    expect(alice.protocol).toBe(token)
    expect(gateway.trace[0]?.text).toMatch(/^GET \/anything\?instance=a1b2 \[\*\*\*, /)
  })

  test('also by an opaque one, as there was before 0.4.1', async () => {
    const gateway = await start()

    const alice = await open(gateway, 'alice', { opaque: true })

    expect(await alice.next('registered')).toMatchObject({ identity: 'alice' })
  })

  const forged = (claims: object, secret: string) => {
    const body = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`
    return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
  }
  const later = Math.floor(Date.now() / 1000) + 60

  test.each([
    ['that somebody else signed', forged({ identity: 'alice', exp: later }, 'not the secret'), 'Invalid token.'],
    [
      'without a signature',
      `${encode({ alg: 'none' })}.${encode({ identity: 'alice', exp: later })}.`,
      'Invalid token.'
    ],
    ['of nobody', forged({ exp: later }, 'the secret'), 'Invalid token.'],
    ['that has run out', forged({ identity: 'alice', exp: later - 120 }, 'the secret'), 'Token expired.'],
    ['that never runs out', forged({ identity: 'alice' }, 'the secret'), 'Token expired.'],
    ['that is none', 'nonsense', 'Invalid token.']
  ])('but not by one %s', async (_, token, reason) => {
    const gateway = await start({ secret: 'the secret' })

    const client = await connectRaw(gateway.url, [token, encode(DEVICE)])

    expect(await client.next('registration_failed')).toEqual({ event: 'registration_failed', reason })
    expect(gateway.clients).toEqual([])
    expect(faults(gateway)).toEqual([reason])
  })

  test.each([
    ['nothing', []],
    ['no JSON', ['bm9uc2Vuc2U']],
    ['another kind of client', [encode({ sdk: { type: 'ios', version: '1' } })]],
    ['too much', [encode(DEVICE), 'more']]
  ])('and not when it says %s of what it runs on', async (_, rest) => {
    const gateway = await start()
    const { url, token } = gateway.credentials('alice')

    const client = await connectRaw(url, [token, ...rest])

    expect(await client.next('registration_failed')).toMatchObject({ reason: 'Invalid device info.' })
  })

  test('nor without any, which it cannot be told', async () => {
    const gateway = await start()

    await expect(connectRaw(gateway.url, [])).rejects.toThrow('401')
  })

  test('nor when the gateway will not have it', async () => {
    const gateway = await start()
    gateway.forbid('alice', 'Not today.')
    expect(await (await open(gateway, 'alice')).next('registration_failed')).toMatchObject({ reason: 'Not today.' })

    gateway.forbid('alice', null)
    await join(gateway, 'alice')
  })

  test('and says nothing before that which is heard', async () => {
    const gateway = await start()
    const { token } = (await start()).credentials('alice')
    const client = await connectRaw(gateway.url, [token, encode(DEVICE)])

    client.send({ action: 'hangup', callId: 'any' })
    await settled(client)

    expect(faults(gateway)).toEqual(['Invalid token.', 'not registered'])
  })
})

describe('a connection', () => {
  test('lives by its heartbeats', async () => {
    const gateway = await start()
    const alice = await join(gateway, 'alice')

    alice.send({ action: 'heartbeat' })

    expect(await alice.next('heartbeat_resp')).toEqual({ event: 'heartbeat_resp' })
  })

  test('is not answered when the gateway plays dead', async () => {
    const gateway = await start()
    const [alice, bob] = [await join(gateway, 'alice'), await join(gateway, 'bob')]
    gateway.withhold('alice', ['heartbeat_resp'])

    alice.send({ action: 'heartbeat' })
    await settled(bob)
    gateway.withhold('alice', [])
    await settled(alice)

    expect(alice.received.filter(({ event }) => event === 'heartbeat_resp')).toHaveLength(1)
  })

  test('that is silent for too long is dropped', async () => {
    const gateway = await start({ silence: 30 })

    const alice = await join(gateway, 'alice')

    expect(await alice.closed).toEqual({ code: 1006, reason: '' })
    expect(faults(gateway)).toEqual(['silent for too long'])
  })

  test('is dropped without a goodbye, alone or with all others', async () => {
    const gateway = await start()
    const [alice, bob, carol] = [await join(gateway, 'alice'), await join(gateway, 'bob'), await join(gateway, 'carol')]

    gateway.drop('alice')
    expect((await alice.closed).code).toBe(1006)
    await settled(bob)

    gateway.drop()
    expect([(await bob.closed).code, (await carol.closed).code]).toEqual([1006, 1006])
  })

  test('is closed for good with a code of the gateway', async () => {
    const gateway = await start()
    const alice = await join(gateway, 'alice')

    gateway.close('alice', 4003, 'Account suspended.')

    expect(await alice.closed).toEqual({ code: 4003, reason: 'Account suspended.' })
  })

  test('is refused while the gateway takes none; those that stand are left alone', async () => {
    const gateway = await start()
    const alice = await join(gateway, 'alice')

    gateway.refuse()
    await expect(open(gateway, 'bob')).rejects.toThrow('503')
    await settled(alice)
    gateway.accept()

    await join(gateway, 'bob')
  })

  test('is over for the gateway once its client said so', async () => {
    const gateway = await start()
    const alice = await join(gateway, 'alice')

    alice.send({ action: 'destroy' })
    await settled(alice)

    expect(gateway.clients).toEqual([{ user: 'alice', registered: false }])
  })

  test('gets bytes as they are', async () => {
    const gateway = await start()
    const alice = await join(gateway, 'alice')

    gateway.inject('alice', 'not JSON')

    expect(await alice.next('not JSON')).toBeTruthy()
    expect(gateway.trace.at(-1)).toMatchObject({ direction: 'out', user: 'alice', text: 'not JSON' })
  })

  test('gets what was held back late, and in order', async () => {
    const gateway = await start()
    const alice = await join(gateway, 'alice')
    gateway.delay(20)
    gateway.inject('alice', 'first')

    const sent = performance.now()
    alice.send({ action: 'heartbeat' })
    await alice.next('heartbeat_resp')

    expect(performance.now() - sent).toBeGreaterThan(15)
  })
})

describe('a user with two connections', () => {
  test('stands there twice, and is called on the newer one', async () => {
    const gateway = await start()
    const [older, newer, bob] = [await join(gateway, 'alice'), await join(gateway, 'alice'), await join(gateway, 'bob')]
    expect(gateway.clients.map(({ user }) => user)).toEqual(['alice', 'alice', 'bob'])

    bob.send(placing('alice'))

    await newer.next('call')
    await settled(older)
    expect(older.received.some(({ event }) => event === 'call')).toBe(false)
  })

  test('keeps but one where the gateway allows no more', async () => {
    const gateway = await start({ sessions: 'one' })
    const older = await join(gateway, 'alice')

    await join(gateway, 'alice')

    expect((await older.closed).code).toBe(4001)
    await eventually(() => expect(gateway.clients).toEqual([{ user: 'alice', registered: true }]))
  })
})

describe('stopping', () => {
  test('closes everything, completes everything, and may be asked for twice', async () => {
    const gateway = await start()
    const alice = await join(gateway, 'alice')
    const completed: string[] = []
    gateway.clients$.subscribe({ complete: () => completed.push('clients') })
    gateway.trace$.subscribe({ complete: () => completed.push('trace') })
    gateway.calls$.subscribe({ complete: () => completed.push('calls') })

    await Promise.all([gateway.stop(), gateway.stop()])

    expect((await alice.closed).code).toBe(1006)
    expect(completed.sort()).toEqual(['calls', 'clients', 'trace'])
    await expect(connectRaw(gateway.url, ['any'])).rejects.toThrow('ECONNREFUSED')
  })

  test('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const gateway = await start()
    gateway.party('dave', { do: 'answer', ringFor: 60_000 })
    const [alice, bob, carol] = [await join(gateway, 'alice'), await join(gateway, 'bob'), await join(gateway, 'carol')]
    alice.send(placing('bob'))
    await bob.next('call')
    carol.send(placing('dave'))
    await carol.next('ringing')
    gateway.delay(60_000)
    expect(vi.getTimerCount()).toBeGreaterThan(3)

    await gateway.stop()
    await Promise.all([alice.closed, bob.closed, carol.closed])

    await eventually(() => expect(vi.getTimerCount()).toBe(0))
  })

  test('a port that is taken is told', async () => {
    const gateway = await start()

    await expect(start({ port: Number(new URL(gateway.url).port) })).rejects.toThrow('the port is in use')
  })
})

describe('the trace', () => {
  test('has every message, and no token', async () => {
    const iceServers = [{ urls: 'turn:turn.example.com', username: 'u1', credential: 'very "secret"' }]
    const gateway = await start({ iceServers })
    const [jwt, uuid] = [gateway.credentials('alice').token, gateway.credentials('bob', { opaque: true }).token]
    const alice = await connectRaw(`${gateway.url}/?t=${jwt}`, [jwt, encode(DEVICE)])
    const bob = await connectRaw(gateway.url, [uuid, encode(DEVICE)])

    alice.send({ action: 'call', token: 'anything', from: jwt })
    alice.send(`{"action":"${jwt}"}`)
    bob.send(`broken ${uuid} ${jwt.slice(0, 60)}`)
    await Promise.all([settled(alice), settled(bob)])

    const text = JSON.stringify(gateway.trace)
    for (const secret of [jwt, jwt.split('.')[1] ?? '', uuid, 'secret', 'anything']) expect(text).not.toContain(secret)
    expect(gateway.trace.filter(({ direction }) => direction === 'in')).toHaveLength(7)
    expect(gateway.trace.every(({ at }) => at > 0)).toBe(true)
  })

  test('is bounded', async () => {
    const gateway = await start({ traceLimit: 3 })
    const alice = await join(gateway, 'alice')

    await settled(alice)

    expect(gateway.trace).toHaveLength(3)
  })
})
