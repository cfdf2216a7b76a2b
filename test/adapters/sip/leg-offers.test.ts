/** Offer and answer of one call at the port: what comes in on the wire, what is told, and what goes out. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ourTalking, turns } from '../../contract/sip/paper-phones.ts'
import type { OurCall } from '../../contract/sip/paper-phones.ts'
import { ask, bodyIn, description, reply } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What the chart would say to every offer of the peer's. */
function accepting({ leg }: OurCall, hold = false) {
  leg.events.subscribe(({ type }) => {
    if (type === 'leg.offer.received') leg.send({ type: 'accept', hold })
  })
}

const types = ({ events }: OurCall) => events.map(({ type }) => type)

describe('an offer of the peer’s', () => {
  test.each(['INVITE', 'UPDATE'])('by %s is told before it is answered, and after', async (method) => {
    const call = await ourTalking()
    accepting(call)

    call.line.receive(ask(method, call.invite, { body: description('far', 'sendonly') }))
    await turns()

    expect(call.events.slice(1)).toEqual([
      { type: 'leg.offer.received' },
      { type: 'leg.offer.answered', peerHolds: true }
    ])
    expect(call.line.has(/^SIP\/2.0 200/)).toBe(true)
  })

  test('that the chart refuses is refused', async () => {
    const call = await ourTalking()
    call.leg.events.subscribe(({ type }) => {
      if (type === 'leg.offer.received') call.leg.send({ type: 'refuse' })
    })

    call.line.receive(ask('INVITE', call.invite, { body: description('far', 'sendonly') }))
    await turns()

    expect(call.line.has(/^SIP\/2.0 491/)).toBe(true)
    expect(types(call)).toEqual(['leg.answered', 'leg.offer.received'])
  })

  test('that is only a wish for one is answered when its answer has come', async () => {
    const call = await ourTalking()
    accepting(call)

    call.line.receive(ask('INVITE', call.invite))
    await turns()
    const answer = await call.line.next(/^SIP\/2.0 200/)
    expect(types(call)).toEqual(['leg.answered', 'leg.offer.received'])
    call.line.receive(ask('ACK', call.invite, { body: description('far', 'sendonly') }))
    await turns()

    expect(bodyIn(answer)).toContain('a=sendrecv')
    expect(call.events.at(-1)).toEqual({ type: 'leg.offer.answered', peerHolds: true })
  })

  test('that is no description is refused, and the chart is not asked', async () => {
    const call = await ourTalking()

    const headers = ['Content-Type: text/plain', 'Content-Length: 5', '', 'hello']
    call.line.receive(ask('INVITE', call.invite).replace(/Content-Length: 0\r\n\r\n$/, headers.join('\r\n')))
    await turns()

    expect(call.line.has(/^SIP\/2.0 415/)).toBe(true)
    expect(types(call)).toEqual(['leg.answered'])
  })

  test('that meets ours which the chart has given up takes its place', async () => {
    const call = await ourTalking()
    accepting(call)
    await call.send({ type: 'offer', attempt: 1, terms: { hold: true, video: 'off', restarts: 0 } })
    const ours = await call.line.next(/^INVITE/)
    call.line.receive(reply(ours, 100))

    call.line.receive(ask('INVITE', call.invite, { body: description('far') }))
    await turns()
    expect(call.line.has(/^CANCEL/)).toBe(true)
    expect(types(call).slice(1)).toEqual(['leg.offer.received', 'leg.offer.failed'])
    call.line.receive(reply(ours, 487))
    await turns()
    call.line.receive(ask('INVITE', call.invite, { body: description('far'), cseq: 2 }))
    await turns()

    expect(types(call).slice(3)).toEqual(['leg.offer.refused', 'leg.offer.received', 'leg.offer.answered'])
  })
})

describe('an offer of ours', () => {
  const offer = { type: 'offer', attempt: 7, terms: { hold: true, video: 'off', restarts: 0 } } as const

  test('is granted with how the peer holds', async () => {
    const call = await ourTalking()

    await call.send(offer)
    const ours = await call.line.next(/^INVITE/)
    expect(bodyIn(ours)).toContain('a=sendonly')
    call.line.receive(reply(ours, 200, { body: description('far', 'inactive') }))
    await turns()

    expect(call.events.at(-1)).toEqual({
      type: 'leg.offer.accepted',
      attempt: 7,
      granted: offer.terms,
      peerHolds: true
    })
  })

  test.each([
    ['500 Busy With Another', ['Retry-After: 3'], { glare: true, cause: { code: 'negotiation.glare' } }],
    ['500 Broken', [], { glare: false, cause: { code: 'negotiation.rejected' } }],
    ['408 Nobody', [], { glare: false, cause: { code: 'negotiation.timeout' } }]
  ])('that is refused with %j %j may be made again, or not', async (status, headers, outcome) => {
    const call = await ourTalking()

    await call.send(offer)
    call.line.receive(reply(await call.line.next(/^INVITE/), status, { headers }))
    await turns()

    expect(call.events.at(-1)).toMatchObject({ type: 'leg.offer.refused', attempt: 7, ...outcome })
  })

  test.each(['', 'v=0\r\nbroken\r\n'])('that is answered with %j is rolled back', async (body) => {
    const call = await ourTalking()

    await call.send(offer)
    call.line.receive(reply(await call.line.next(/^INVITE/), 200, { body }))
    await turns()

    expect(call.events.at(-1)).toMatchObject({ type: 'leg.offer.refused', cause: { code: 'negotiation.failed' } })
    expect(call.connection.signalingState).toBe('stable')
    expect(call.line.has(/^ACK/)).toBe(true)
  })

  test('to a peer that knows the call no longer ends it', async () => {
    const call = await ourTalking()

    await call.send(offer)
    call.line.receive(reply(await call.line.next(/^INVITE/), 481))
    await turns()

    expect(call.events.at(-1)).toMatchObject({ type: 'leg.ended', end: { by: 'remote', code: 481 } })
  })
})
