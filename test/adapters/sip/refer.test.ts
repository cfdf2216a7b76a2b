/** Transfers at the port: what goes out and comes in on the wire, also when it is not what it should be. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readReplaces } from '../../../adapters/sip/replaces.ts'
import { ourCalled, ourDialled, ourTalking, turns } from '../../contract/sip/paper-phones.ts'
import type { OurCall } from '../../contract/sip/paper-phones.ts'
import { ask, description, field, invitation, reply } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** The peer tells what has become of the REFER, in a body or without one. */
function notify(call: OurCall, cseq: number, event: string, state: string, fragment?: string) {
  const text = fragment === undefined ? '' : `${fragment}\r\n`
  const message = ask('NOTIFY', call.invite, { cseq, headers: [event, `Subscription-State: ${state}`], body: text })
  call.line.receive(message.replace('application/sdp', 'message/sipfrag;version=2.0'))
}

const idOf = ({ told }: OurCall) =>
  told.flatMap((event) => (event.type === 'transport.incoming' ? [event.leg] : []))[0] ?? 'call'
const last = ({ events }: OurCall) => events.at(-1)

describe('asking the peer to call somebody', () => {
  async function referred(): Promise<[OurCall, string]> {
    const call = await ourTalking()
    await call.send({ type: 'refer', attempt: 3, target: 'sip:carol@example.test' })
    return [call, await call.line.next(/^REFER/)]
  }

  test('names the target and who asks, and hears what comes of it', async () => {
    const [call, refer] = await referred()
    const event = `Event: refer;id=${parseInt(field(refer, 'CSeq'))}`
    expect(field(refer, 'Refer-To')).toBe('<sip:carol@example.test>')
    expect(field(refer, 'Referred-By')).toBe('<sip:alice@example.test>')

    call.line.receive(reply(refer, 202))
    expect(last(call)).toEqual({ type: 'leg.refer.accepted', attempt: 3 })
    notify(call, 1, event, 'active;expires=60', 'SIP/2.0 180 Ringing')
    expect(last(call)).toEqual({ type: 'leg.refer.progress', attempt: 3, status: 180 })
    notify(call, 2, event, 'terminated;reason=noresource', 'SIP/2.0 200 OK')
    expect(last(call)).toEqual({ type: 'leg.refer.succeeded', attempt: 3 })
    notify(call, 3, event, 'terminated;reason=noresource', 'SIP/2.0 200 OK')
    await turns()
    expect(call.line.has(/^SIP\/2.0 481/)).toBe(true)
  })

  test.each([
    ['SIP/2.0 486 Busy Here', { code: 486, text: 'Busy Here' }],
    ['SIP/2.0 180 Ringing', undefined],
    [undefined, undefined]
  ])('fails when the last word is %s', async (fragment, provider) => {
    const [call, refer] = await referred()
    call.line.receive(reply(refer, 202))

    notify(call, 1, 'Event: refer', 'terminated;reason=noresource', fragment)

    expect(last(call)).toMatchObject({ type: 'leg.refer.failed', attempt: 3, cause: { code: 'transfer.failed' } })
    const event = last(call)
    expect(event?.type === 'leg.refer.failed' && event.cause.provider).toEqual(provider)
  })

  test.each([
    ['603 Decline', 'transfer.rejected'],
    ['405 Method Not Allowed', 'transfer.unsupported'],
    ['481 Call Does Not Exist', 'transfer.rejected'],
    ['408 Request Timeout', 'transfer.timeout']
  ])('is rejected with %s, and the call goes on', async (status, code) => {
    const [call, refer] = await referred()

    call.line.receive(reply(refer, status))

    expect(last(call)).toMatchObject({ type: 'leg.refer.rejected', attempt: 3, cause: { code } })
    expect(call.events.filter(({ type }) => type === 'leg.ended')).toEqual([])
  })

  test.each([
    ['Event: presence', 'active', 'SIP/2.0 200 OK', 489],
    ['X-Nothing: here', 'active', 'SIP/2.0 200 OK', 489],
    ['Event: refer;id=999999', 'active', 'SIP/2.0 200 OK', 481],
    ['Event: refer', 'active', 'Hello', 400]
  ])('takes no other notification for its own (%s)', async (event, state, fragment, status) => {
    const [call, refer] = await referred()
    call.line.receive(reply(refer, 202))

    notify(call, 1, event, state, fragment)
    await turns()

    expect(call.line.has(new RegExp(`^SIP/2.0 ${status}`))).toBe(true)
    expect(last(call)).toEqual({ type: 'leg.refer.accepted', attempt: 3 })
  })

  test('names the call to be replaced as its other end sees it, whoever had called', async () => {
    for (const open of [ourTalking, answered]) {
      const call = await open()
      await call.send({ type: 'refer', attempt: 1, target: '', replaces: idOf(call) })
      const refer = await call.line.next(/^REFER/)

      const [, replaces = ''] = /\?Replaces=([^>]+)>/.exec(field(refer, 'Refer-To')) ?? []
      const ours = /tag=([^;>\s]+)/.exec(field(refer, 'From'))?.[1]
      expect(decodeURIComponent(replaces)).toBe(`${field(refer, 'Call-ID')};to-tag=far;from-tag=${ours}`)
    }
  })

  test('does not name a call that is not there', async () => {
    const call = await ourTalking()

    await call.send({ type: 'refer', attempt: 1, target: '', replaces: 'nobody' })

    expect(last(call)).toMatchObject({ type: 'leg.refer.rejected', cause: { code: 'transfer.rejected' } })
    expect(call.line.has(/^REFER/)).toBe(false)
  })
})

async function answered(): Promise<OurCall> {
  const call = await ourCalled()
  await call.send({ type: 'answer' })
  const answer = await call.line.next(/^SIP\/2.0 200/)
  call.line.receive(ask('ACK', answer))
  await turns()
  return { ...call, invite: answer }
}

describe('being asked to call somebody', () => {
  const wish = (call: OurCall, headers: readonly string[]) => call.line.receive(ask('REFER', call.invite, { headers }))

  test('is told with all that is needed for it, and the peer is told how it goes', async () => {
    const call = await ourTalking()

    const to = 'Refer-To: <sip:carol@example.test?Replaces=abc%40far%3Bto-tag%3D1%3Bfrom-tag%3D2>'
    wish(call, [to, 'Referred-By: "Bob" <sip:bob@example.test>'])
    await turns()
    expect(last(call)).toEqual({
      type: 'leg.refer.received',
      refer: '1',
      target: 'sip:carol@example.test',
      replaces: 'abc@far;to-tag=1;from-tag=2',
      referredBy: { address: 'sip:bob@example.test', displayName: 'Bob' }
    })
    expect(call.line.has(/^SIP\/2.0 202/)).toBe(true)
    expect(await call.line.next(/^NOTIFY/)).toMatch(/Event: refer;id=1\r\n[^]*active[^]*SIP\/2.0 100 Trying/)

    await call.send({ type: 'report', refer: '1', status: 486 })
    expect(await call.line.next(/^NOTIFY/)).toMatch(/terminated[^]*SIP\/2.0 486 Busy Here/)
    await call.send({ type: 'report', refer: '1', status: 200 })
    expect(call.line.has(/^NOTIFY/)).toBe(false)
  })

  test('is refused in so many words when that is said at once', async () => {
    const call = await ourTalking()
    call.leg.events.subscribe((event) => {
      if (event.type === 'leg.refer.received') call.leg.send({ type: 'report', refer: event.refer, status: 603 })
    })

    wish(call, ['Refer-To: <sip:carol@example.test>'])
    await turns()

    expect(call.line.has(/^SIP\/2.0 603/)).toBe(true)
    expect(call.line.has(/^NOTIFY/)).toBe(false)
  })

  test('says nothing to a peer that does not want to hear of it, or is gone', async () => {
    const [silent, gone] = [await ourTalking(), await ourTalking()]
    wish(silent, ['Refer-To: <sip:carol@example.test>', 'Refer-Sub: false'])
    wish(gone, ['Refer-To: <sip:carol@example.test>'])
    await turns()
    await gone.line.next(/^NOTIFY/)
    gone.line.receive(ask('BYE', gone.invite, { cseq: 2 }))

    for (const call of [silent, gone]) await call.send({ type: 'report', refer: '1', status: 200 })

    expect([silent, gone].map(({ line }) => line.has(/^NOTIFY/))).toEqual([false, false])
  })

  test.each([
    [[], 400],
    [['Refer-To: <sip:carol@example.test;method=BYE>'], 501],
    [['Refer-To: <sip:carol@example.test?Replaces=a%0D%0AX-Evil%3A%20y%3Bto-tag%3D1%3Bfrom-tag%3D2>'], 400],
    [['Refer-To: <sip:carol@example.test?Replaces=a%3Bto-tag%3D1>'], 400]
  ])('is no use with %j', async (headers, status) => {
    const call = await ourTalking()

    wish(call, headers)
    await turns()

    expect(call.line.has(new RegExp(`^SIP/2.0 ${status}`))).toBe(true)
    expect(call.events.filter(({ type }) => type === 'leg.refer.received')).toEqual([])
  })
})

describe('a call that is to take the place of another', () => {
  const replacing = (ours: string, parameters: string) =>
    invitation('sip:alice@example.test', {
      headers: [`Replaces: ${field(ours, 'Call-ID')};${parameters}`, 'Referred-By: <sip:dave@example.test>']
    })
  const tagOf = (ours: string) => /tag=([^;>\s]+)/.exec(field(ours, 'From'))?.[1]

  test('says which, and once it is confirmed that one is over as replaced', async () => {
    const call = await ourTalking()

    call.line.receive(replacing(call.invite, `to-tag=${tagOf(call.invite)};from-tag=far`))
    await turns()
    const incoming = call.told.find((event) => event.type === 'transport.incoming')
    expect(incoming).toMatchObject({ replaces: 'call', referredBy: { address: 'sip:dave@example.test' } })
    const leg = call.transport.leg(incoming?.leg ?? '')
    leg.send({ type: 'answer' })
    await turns()
    call.line.receive(ask('ACK', await call.line.next(/^SIP\/2.0 200/)))
    await turns()

    expect(last(call)).toEqual({ type: 'leg.ended', end: { by: 'remote', reason: 'replaced' } })
    expect(call.line.has(/^BYE/)).toBe(true)
  })

  test.each([
    ['to-tag=other;from-tag=far', 481],
    ['early-only', 486]
  ])('is refused when there is no such call (%s)', async (parameters, status) => {
    const call = await ourTalking()
    const all = parameters === 'early-only' ? `to-tag=${tagOf(call.invite)};from-tag=far;early-only` : parameters

    call.line.receive(replacing(call.invite, all))
    await turns()

    expect(call.line.has(new RegExp(`^SIP/2.0 ${status}`))).toBe(true)
    expect(call.told.filter(({ type }) => type === 'transport.incoming')).toEqual([])
  })

  test('is refused while that one is not answered', async () => {
    const call = await ourDialled()
    call.line.receive(reply(call.invite, 180))
    await turns()

    call.line.receive(replacing(call.invite, `to-tag=${tagOf(call.invite)};from-tag=far`))
    await turns()

    expect(call.line.has(/^SIP\/2.0 481/)).toBe(true)
  })

  test('says so where it is placed', async () => {
    const call = await ourDialled()
    const referral = { replaces: 'a@b;to-tag=1;from-tag=2', referredBy: { address: 'sip:bob@example.test' } }
    call.transport.leg('other').send({ type: 'dial', target: 'sip:carol@example.test', referral })
    await turns()

    const invite = await call.line.next(/^INVITE sip:carol/)
    expect([field(invite, 'Replaces'), field(invite, 'Referred-By')]).toEqual([
      'a@b;to-tag=1;from-tag=2',
      '<sip:bob@example.test>'
    ])
    call.line.receive(reply(invite, 200, { body: description('far') }))
    await turns()
  })

  test('is named by one call and two tags, and nothing else', () => {
    expect(readReplaces(' a@b ; from-tag = 2;to-tag=1; x=y')).toBe('a@b;to-tag=1;from-tag=2')
    for (const broken of ['', 'a', 'a;to-tag=1', 'a b;to-tag=1;from-tag=2', 'a;to-tag=1;to-tag=1;from-tag=2']) {
      expect(readReplaces(broken)).toBeNull()
    }
  })
})
