import { filter, firstValueFrom } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { called, onlinePhone, sentTo, startServer } from './support/phone.ts'
import { openWire } from './support/wire.ts'

test('we hang up a call that came in', async () => {
  const server = await startServer()
  const { call, there } = await called(server, await onlinePhone(server))
  await Promise.all([call.answer(), there.reaches('established')])

  await call.hangup()

  expect(call.state.end).toMatchObject({ by: 'local', reason: 'hangup' })
  await there.reaches('ended')
  expect(sentTo(server, 506).at(-1)?.text).toContain('\\"code\\":700')
})

test.each([
  ['busy', 486],
  ['declined', 702]
] as const)('a call that comes in is rejected as %s', async (reason, code) => {
  const server = await startServer()
  const { call, there } = await called(server, await onlinePhone(server))

  await call.reject(reason)

  expect(call.state.end).toMatchObject({ by: 'local', reason })
  await there.reaches('ended')
  expect(sentTo(server, 506).at(-1)?.text).toContain(`\\"code\\":${code}`)
})

test('a call that comes in and rings too long is said not to have been answered', async () => {
  const server = await startServer()
  const alice = await onlinePhone(server, { policy: { deadlines: { incomingDeadline: 20 } } })
  const { call, there } = await called(server, alice)

  expect(await call.ended()).toMatchObject({ by: 'system', reason: 'missed' })
  await there.reaches('ended')
  expect(sentTo(server, 506).at(-1)?.text).toContain('\\"code\\":403')
})

test('a caller who gives up has been missed', async () => {
  const server = await startServer()
  const { call, there } = await called(server, await onlinePhone(server))

  await there.hangup()

  expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'missed' })
})

test('what is answered on one device rings on no other', async () => {
  const server = await startServer()
  const [first, second] = [await onlinePhone(server), await onlinePhone(server)]
  const other = firstValueFrom(second.engine.incoming$)
  const { call } = await called(server, first)
  const elsewhere = await other

  await call.answer()

  expect(await elsewhere.ended()).toMatchObject({ by: 'remote', reason: 'answered-elsewhere' })
  expect(second.microphones).toEqual([])
  expect(call.state.status).toBe('established')
})

test('what is rejected on one device is over on every other', async () => {
  const server = await startServer()
  const [first, second] = [await onlinePhone(server), await onlinePhone(server)]
  const other = firstValueFrom(second.engine.incoming$)
  const { call } = await called(server, first)
  const elsewhere = await other

  await call.reject()

  expect(await elsewhere.ended()).toMatchObject({ by: 'local', reason: 'declined', code: 702 })
})

describe('a call that reaches us', () => {
  const arrival = { callId: 900, callType: 2, from: '1', to: '2', sdp_candidate: 'v=0' }

  async function rung() {
    const wire = await openWire()
    const ids: string[] = []
    wire.transport.events.subscribe((event) => {
      if (event.type === 'transport.incoming') ids.push(event.leg)
    })
    wire.tell(505, arrival)
    return { ...wire, ids, leg: wire.transport.leg('azstack-900') }
  }

  test('does not ring again when it is over and the service repeats that it comes in', async () => {
    const { transport, tell, ids, leg, sent } = await rung()
    leg.send({ type: 'reject', reason: 'declined' })
    leg.dispose()

    tell(505, arrival)
    tell(505, { ...arrival, callId: 901 })

    expect(ids).toEqual(['azstack-900', 'azstack-901'])
    expect(sent.filter(({ body }) => body['callId'] === 900 && body['code'] === 183)).toHaveLength(1)
    transport.dispose()
  })

  test('rings again when it was only lost with its connection', async () => {
    const { transport, tell, ids, leg } = await rung()
    const reopened = firstValueFrom(transport.events.pipe(filter(({ type }) => type === 'transport.opened')))
    transport.send({ type: 'disconnect' })
    leg.dispose()
    transport.send({ type: 'connect', attempt: 2 })
    await reopened

    tell(505, arrival)

    expect(ids).toEqual(['azstack-900', 'azstack-900'])
    transport.dispose()
  })

  test('of another user is told what is no candidate of theirs: it is dropped', async () => {
    const { transport, tell } = await openWire()
    const garbage: string[] = []
    transport.events.subscribe((event) => {
      if (event.type === 'transport.garbage') garbage.push(event.text)
    })
    const about = { callId: 900, from: 1001, to: 7 }
    tell(186, { ...about, mediaType: 1, sdp: { type: 'offer', sdp: 'v=0' } })

    tell(187, {
      ...about,
      type: 2,
      data: { sdpMid: '0', sdpMLineIndex: 0, sdp: 'candidate:1 1 udp 1 192.0.2.5 5 typ host' }
    })
    expect(garbage).toEqual([])
    tell(187, { ...about, type: 2, data: { sdpMid: '0', sdpMLineIndex: 0, sdp: 'no candidate' } })
    expect(garbage).toEqual(['Malformed data.sdp'])
    transport.dispose()
  })
})
