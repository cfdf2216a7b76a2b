import { describe, expect, test } from 'vitest'
import { authorization, connectRaw, field, request, response } from './raw-client.ts'
import { following, INVITE, join, settled, start, statusOf } from './scene.ts'

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

describe('inside a call', () => {
  test('a device that goes by the address of its user does not keep calls from the others', async () => {
    const server = await start()
    const [desk, mobile, bob] = [
      await join(server, 'alice', 'desk'),
      await join(server, 'alice', 'mobile'),
      await join(server, 'bob')
    ]
    desk.send(request(INVITE))
    await bob.next(/^INVITE/)

    bob.send(request({ ...INVITE, uri: 'sip:alice@example.test', from: 'bob', to: 'alice' }))

    await Promise.all([desk.next(/^INVITE/), mobile.next(/^INVITE/)])
  })

  test('requests find a device by its GRUU over its new connection', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    const gone = bob.closed
    server.drop('bob')
    await gone
    const again = await join(server, 'bob')

    alice.send(
      request({ method: 'BYE', uri: 'sip:bob@example.test;gr=urn:uuid:bob', to: '<sip:bob@example.test>;tag=b' })
    )

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
