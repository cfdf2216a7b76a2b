import { describe, expect, test } from 'vitest'
import { field, request, response } from './raw-client.ts'
import { following, INVITE, join, settled, start, statusOf } from './scene.ts'

describe('a call that is taken back', () => {
  test('stops ringing with the caller’s reason, and is answered 487', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    const text = request(INVITE)
    alice.send(text)
    const invite = await bob.next(/^INVITE/)
    bob.send(response(invite, '180 Ringing'))
    await alice.next(/^SIP\/2\.0 180/)

    alice.send(
      following(text, 'CANCEL').replace('Content-Length', 'Reason: SIP;cause=487;text="Later"\r\nContent-Length')
    )
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
