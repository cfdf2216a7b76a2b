import { afterEach, describe, expect, test } from 'vitest'
import { startSipEmulator } from '../../../../adapters/sip/emulator.ts'
import type { SipEmulator, SipEmulatorOptions } from '../../../../adapters/sip/emulator.ts'
import { authorization, connectRaw, field, random, registered, request, response } from './raw-client.ts'
import type { Parts, RawClient } from './raw-client.ts'

const servers: SipEmulator[] = []

async function start(options: SipEmulatorOptions = {}): Promise<SipEmulator> {
  const server = await startSipEmulator(options)
  servers.push(server)
  return server
}

afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())))

const join = (server: SipEmulator, user: string, device = user): Promise<RawClient> =>
  registered(server.credentials(user), user, {
    contact: `<sip:${user}@${device}.invalid>;+sip.instance="<urn:uuid:${device}>";reg-id=1`
  })

const INVITE: Parts = {
  method: 'INVITE',
  uri: 'sip:bob@example.test',
  from: '<sip:alice@example.test>;tag=caller',
  to: 'bob',
  headers: ['Contact: <sip:alice@example.test;gr=urn:uuid:alice>']
}

/** The CANCEL or the ACK of an INVITE: the same transaction, another method. */
const following = (invite: string, method: string): string =>
  invite.replace(/^INVITE/, method).replace(/(CSeq: \d+) INVITE/, `$1 ${method}`)

const statusOf = (text: string): string => /^SIP\/2\.0 (.*)\r\n/.exec(text)?.[1] ?? text

/** Everything that reached the server from this client before has been dealt with. */
async function settled(client: RawClient): Promise<void> {
  const callId = random()
  client.send(request({ callId }))
  await client.next(new RegExp(`Call-ID: ${callId}\r`))
}

describe('a call from one client to another', () => {
  test('carries our Via, our route, one hop less, and comes back without them', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]

    alice.send(request(INVITE))
    expect(statusOf(await alice.next(/^SIP/))).toBe('100 Trying')
    const invite = await bob.next(/^INVITE/)
    bob.send(response(invite, '180 Ringing'))
    const ringing = await alice.next(/^SIP\/2\.0 180/)

    expect(invite).toMatch(/^INVITE sip:bob@bob\.invalid SIP\/2\.0\r\n/)
    expect(invite.match(/^Via: /gm)).toHaveLength(2)
    expect(field(invite, 'Max-Forwards')).toBe('69')
    expect(field(invite, 'Record-Route')).toBe(`<sip:${server.url.slice(5)};transport=ws;lr>`)
    expect(ringing.match(/^Via: /gm)).toHaveLength(1)
  })

  test('is acknowledged hop by hop when it is refused', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    const text = request(INVITE)

    alice.send(text)
    const invite = await bob.next(/^INVITE/)
    bob.send(response(invite, '486 Busy Here'))
    const refusal = await alice.next(/^SIP\/2\.0 486/)
    const ack = await bob.next(/^ACK/)
    alice.send(following(text, 'ACK'))
    await settled(alice)

    expect(field(ack, 'Via')).toBe(field(invite, 'Via'))
    expect(field(ack, 'To')).toBe(field(refusal, 'To'))
    expect(bob.received.filter((each) => each.startsWith('ACK'))).toHaveLength(1)
  })

  test('is refused when nobody is there, and differently when there is nobody of that name', async () => {
    const server = await start({ users: { alice: 'pw-alice', bob: 'pw-bob' } })
    const alice = await join(server, 'alice')

    alice.send(request({ ...INVITE, callId: 'away' }))
    alice.send(request({ ...INVITE, callId: 'unknown', uri: 'sip:zoe@example.test' }))
    alice.send(request({ ...INVITE, callId: 'abroad', uri: 'sip:bob@else.where' }))
    alice.send(request({ ...INVITE, callId: 'device', uri: 'sip:bob@example.test;gr=urn:uuid:gone' }))

    expect(statusOf(await alice.next(/Call-ID: away/))).toBe('480 Temporarily Unavailable')
    expect(statusOf(await alice.next(/Call-ID: unknown/))).toBe('404 Not Found')
    expect(statusOf(await alice.next(/Call-ID: abroad/))).toBe('403 Relaying Denied')
    expect(statusOf(await alice.next(/Call-ID: device/))).toBe('480 Temporarily Unavailable')
  })

  test('that comes twice is passed on once, and the answer is repeated', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    const text = request(INVITE)

    alice.send(text)
    bob.send(response(await bob.next(/^INVITE/), '180 Ringing'))
    await alice.next(/^SIP\/2\.0 180/)
    alice.send(text)
    await alice.next(/^SIP\/2\.0 180/)

    expect(bob.received.filter((each) => each.startsWith('INVITE'))).toHaveLength(1)
  })

  test('that nobody answers ends after a while, and the device stops ringing', async () => {
    const server = await start({ noAnswer: 20 })
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]

    alice.send(request(INVITE))
    bob.send(response(await bob.next(/^INVITE/), '180 Ringing'))

    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6]/))).toBe('408 Request Timeout')
    await bob.next(/^CANCEL/)
  })

  test('to a device that says nothing at all times out', async () => {
    const server = await start({ transactionTimeout: 20 })
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]

    alice.send(request(INVITE))
    await bob.next(/^INVITE/)

    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6]/))).toBe('408 Request Timeout')
  })

  test('to a device whose connection breaks is unavailable', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]

    alice.send(request(INVITE))
    bob.send(response(await bob.next(/^INVITE/), '180 Ringing'))
    await alice.next(/^SIP\/2\.0 180/)
    server.drop('bob')

    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6]/))).toBe('480 Temporarily Unavailable')
  })

  test('is asked for its password when the server wants one', async () => {
    const server = await start({ inviteAuth: true })
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    const proof = (challenge: string, user: string) =>
      `Proxy-Authorization: ${authorization(challenge, user, `pw-${user}`, 'INVITE', 'sip:bob@example.test')}`
    const call = async (callId: string, user: string) => {
      alice.send(request({ ...INVITE, callId }))
      const challenge = field(await alice.next(new RegExp(`407[^]*Call-ID: ${callId}`)), 'Proxy-Authenticate')
      alice.send(request({ ...INVITE, callId, cseq: 2, headers: [...(INVITE.headers ?? []), proof(challenge, user)] }))
    }

    await call('false', 'bob')
    expect(statusOf(await alice.next(/CSeq: 2/))).toBe('403 Not Your Identity')

    await call('true', 'alice')
    expect(await bob.next(/^INVITE/)).not.toContain('Proxy-Authorization')
  })

  test.each(['UPDATE', 'INFO', 'REFER', 'NOTIFY', 'OPTIONS', 'MESSAGE', 'PRACK', 'BYE', 'SUBSCRIBE'])(
    'can carry %s there and its answer back',
    async (method) => {
      const server = await start()
      const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]

      alice.send(request({ method, uri: 'sip:bob@example.test;gr=urn:uuid:bob', to: '<sip:bob@example.test>;tag=b' }))
      const passed = await bob.next(new RegExp(`^${method} sip:bob@bob.invalid`))
      bob.send(response(passed, '200 OK', ['X-Answer: yes']))

      expect(await alice.next(/^SIP\/2\.0 200/)).toContain('X-Answer: yes')
    }
  )
})

describe('a call that is taken back', () => {
  test('stops ringing with the caller’s reason, and is answered 487', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    const text = request(INVITE)
    alice.send(text)
    const invite = await bob.next(/^INVITE/)
    bob.send(response(invite, '180 Ringing'))
    await alice.next(/^SIP\/2\.0 180/)

    alice.send(following(text, 'CANCEL').replace('Content-Length', 'Reason: SIP;cause=487;text="Later"\r\nContent-Length'))
    const cancel = await bob.next(/^CANCEL/)
    bob.send(response(cancel, '200 OK'))
    bob.send(response(invite, '487 Request Terminated'))

    expect(statusOf(await alice.next(/^SIP[^]*CSeq: 1 CANCEL/))).toBe('200 OK')
    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6][^]*CSeq: 1 INVITE/))).toBe('487 Request Terminated')
    expect(field(cancel, 'Via')).toBe(field(invite, 'Via'))
    expect(field(cancel, 'Reason')).toBe('SIP;cause=487;text="Later"')
    await bob.next(/^ACK/)
  })

  test('is not taken back on the far side before something came from there', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    const text = request(INVITE)
    alice.send(text)
    const invite = await bob.next(/^INVITE/)
    alice.send(following(text, 'CANCEL'))
    await settled(alice)
    await settled(bob)
    expect(bob.received.some((each) => each.startsWith('CANCEL'))).toBe(false)

    bob.send(response(invite, '180 Ringing'))

    await bob.next(/^CANCEL/)
  })

  test('is answered all the same when the answer was on its way', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    const text = request(INVITE)
    alice.send(text)
    const invite = await bob.next(/^INVITE/)
    bob.send(response(invite, '180 Ringing'))
    await alice.next(/^SIP\/2\.0 180/)

    alice.send(following(text, 'CANCEL'))
    await bob.next(/^CANCEL/)
    bob.send(response(invite, '200 OK', ['Contact: <sip:bob@bob.invalid>']))

    expect(statusOf(await alice.next(/^SIP\/2\.0 [2-6][^]*CSeq: 1 INVITE/))).toBe('200 OK')
  })

  test('and was never placed is unknown', async () => {
    const server = await start()
    const alice = await join(server, 'alice')

    alice.send(following(request(INVITE), 'CANCEL'))

    expect(statusOf(await alice.next(/CSeq: 1 CANCEL/))).toBe('481 Call/Transaction Does Not Exist')
  })
})

describe('a call to a user with two devices', () => {
  async function ringBoth() {
    const server = await start()
    const [alice, desk, mobile] = [
      await join(server, 'alice'),
      await join(server, 'bob', 'desk'),
      await join(server, 'bob', 'mobile')
    ]
    alice.send(request(INVITE))
    const [atDesk, atMobile] = [await desk.next(/^INVITE/), await mobile.next(/^INVITE/)]
    desk.send(response(atDesk, '180 Ringing', [], 'desk'))
    mobile.send(response(atMobile, '180 Ringing', [], 'mobile'))
    await alice.next(/180[^]*tag=desk/)
    await alice.next(/180[^]*tag=mobile/)
    return { server, alice, desk, mobile, atDesk, atMobile }
  }

  test('rings both, and the one that did not answer is told why it stops', async () => {
    const { alice, desk, mobile, atDesk } = await ringBoth()

    desk.send(response(atDesk, '200 OK', ['Contact: <sip:bob@desk.invalid>'], 'desk'))

    expect(await alice.next(/^SIP\/2\.0 200/)).toContain('tag=desk')
    expect(field(await mobile.next(/^CANCEL/), 'Reason')).toBe('SIP;cause=200;text="Call completed elsewhere"')
    expect(desk.received.some((text) => text.startsWith('CANCEL'))).toBe(false)
  })

  test('gives the caller both answers when both answer at once', async () => {
    const { alice, desk, mobile, atDesk, atMobile } = await ringBoth()

    desk.send(response(atDesk, '200 OK', ['Contact: <sip:bob@desk.invalid>'], 'desk'))
    mobile.send(response(atMobile, '200 OK', ['Contact: <sip:bob@mobile.invalid>'], 'mobile'))

    await alice.next(/^SIP\/2\.0 200[^]*tag=desk/)
    await alice.next(/^SIP\/2\.0 200[^]*tag=mobile/)
  })

  test.each([
    ['486 Busy Here', '180 Ringing', null],
    ['486 Busy Here', '480 Temporarily Unavailable', '480 Temporarily Unavailable'],
    ['408 Request Timeout', '486 Busy Here', '486 Busy Here'],
    ['404 Not Found', '302 Moved Temporarily', '302 Moved Temporarily'],
    ['500 Broken', '404 Not Found', '404 Not Found'],
    ['403 Forbidden', '484 Address Incomplete', '484 Address Incomplete'],
    ['486 Busy Here', '603 Decline', '603 Decline'],
    ['603 Decline', '486 Busy Here', '603 Decline']
  ])('of which one says %s and one %s is answered %s', async (one, other, best) => {
    const { alice, desk, mobile, atDesk, atMobile } = await ringBoth()

    desk.send(response(atDesk, one))
    mobile.send(response(atMobile, other))
    await settled(desk)
    await settled(mobile)
    await settled(alice)

    const final = alice.received.find((text) => /^SIP\/2\.0 [2-6][^]*CSeq: 1 INVITE/.test(text))
    expect(final ? statusOf(final) : null).toBe(best)
  })

  test('that one device declines for all stops ringing on the other', async () => {
    const { desk, mobile, atDesk } = await ringBoth()

    desk.send(response(atDesk, '603 Decline'))

    expect(field(await mobile.next(/^CANCEL/), 'Reason')).toBe('SIP;cause=603;text="Declined elsewhere"')
  })
})

describe('inside a call', () => {
  test('requests find a device by its GRUU over its new connection', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    const gone = bob.closed
    server.drop('bob')
    await gone
    const again = await join(server, 'bob')

    alice.send(request({ method: 'BYE', uri: 'sip:bob@example.test;gr=urn:uuid:bob', to: '<sip:bob@example.test>;tag=b' }))

    await again.next(/^BYE/)
  })

  test('requests find a caller that never registered by its Contact', async () => {
    const server = await start()
    const [guest, bob] = [await connectRaw(server.url), await join(server, 'bob')]
    guest.send(request({ ...INVITE, headers: ['Contact: <sip:guest@guest.invalid>'] }))
    await bob.next(/^INVITE/)

    bob.send(request({ method: 'BYE', uri: 'sip:guest@guest.invalid', to: '<sip:guest@example.test>;tag=caller' }))

    await guest.next(/^BYE/)
  })

  test('requests to a device that is gone are refused', async () => {
    const server = await start()
    const alice = await join(server, 'alice')

    alice.send(request({ method: 'BYE', uri: 'sip:bob@bob.invalid', to: '<sip:bob@example.test>;tag=b' }))

    expect(statusOf(await alice.next(/CSeq: 1 BYE/))).toBe('480 Temporarily Unavailable')
  })

  test('the ACK of an answer goes to the device', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]

    alice.send(request({ method: 'ACK', uri: 'sip:bob@bob.invalid', to: '<sip:bob@example.test>;tag=b' }))

    expect(field(await bob.next(/^ACK/), 'Max-Forwards')).toBe('69')
  })
})

describe('the wire can be disturbed', () => {
  test('a fault answers calls to one user', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    server.fault('bob', { method: 'INVITE', code: 500 })

    alice.send(request(INVITE))

    expect(statusOf(await alice.next(/CSeq: 1 INVITE/))).toMatch(/^500/)
    expect(bob.received.some((text) => text.startsWith('INVITE'))).toBe(false)
  })

  test('a server that refuses lets nobody in, and keeps who is there', async () => {
    const server = await start()
    const alice = await join(server, 'alice')

    server.refuse()
    await expect(connectRaw(server.url)).rejects.toThrow('503')
    await settled(alice)
    server.accept()

    await settled(await connectRaw(server.url))
  })

  test('everybody can be dropped at once', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]

    server.drop()

    expect(await Promise.all([alice.closed, bob.closed])).toEqual([1006, 1006])
  })

  test('bytes can be put on the wire as they are', async () => {
    const server = await start()
    const alice = await join(server, 'alice')

    server.inject('alice', 'not \u0000 SIP')

    expect(await alice.next(/^not/)).toBe('not \u0000 SIP')
    expect(server.trace.at(-1)).toMatchObject({ direction: 'out', user: 'alice', text: 'not \u0000 SIP' })
  })

  test('one message is cut in half, the next is whole', async () => {
    const server = await start()
    const alice = await join(server, 'alice')
    server.halve('alice')

    alice.send(request({ callId: 'cut' }))
    alice.send(request({ callId: 'whole' }))

    expect(await alice.next(/Call-ID: whole/)).toMatch(/\r\n\r\n$/)
    expect(await alice.next(/^SIP\/2\.0 200/)).not.toMatch(/\r\n\r\n$/)
  })

  test('what is held back comes late and in order', async () => {
    const server = await start()
    const alice = await join(server, 'alice')
    const times: number[] = []
    const arrived = new Promise<void>((resolve) => {
      server.trace$.subscribe(({ text, at }) => {
        if (text.includes('Call-ID: first\r')) times.push(at)
        resolve()
      })
    })

    server.delay(30)
    alice.send(request({ callId: 'first' }))
    await arrived
    server.delay(0)
    alice.send(request({ callId: 'second' }))
    await alice.next(/Call-ID: second\r/)

    const [asked = 0, answered = 0] = times
    expect(answered - asked).toBeGreaterThanOrEqual(30)
    expect(alice.received.slice(-2).map((text) => field(text, 'Call-ID'))).toEqual(['first', 'second'])
  })
})

describe('the server', () => {
  test('leaves nothing open when it stops, however often it is told to', async () => {
    const server = await startSipEmulator()
    const alice = await join(server, 'alice')
    const ended = new Promise<void>((resolve) => server.trace$.subscribe({ complete: resolve }))
    alice.send(request({ ...INVITE, uri: 'sip:alice@example.test' }))
    await alice.next(/^INVITE/)

    await Promise.all([server.stop(), server.stop()])
    await server.stop()

    await Promise.all([ended, alice.closed])
    await expect(connectRaw(server.url)).rejects.toThrow('ECONNREFUSED')
    const again = await startSipEmulator({ port: Number(new URL(server.url).port) })
    await again.stop()
  })

  test('says so when its port is taken', async () => {
    const server = await start()
    const { port, host } = new URL(server.url)

    await expect(startSipEmulator({ port: Number(port) })).rejects.toThrow(`Cannot listen on ${host}: the port is in use`)
  })
})
