import { describe, expect, test } from 'vitest'
import type { DialRequest } from '../../src/index.ts'
import { errorOf, settled, setUp, setUpOnline } from './support/desk.ts'

describe('Dialling', () => {
  test('is refused while offline', async () => {
    const { engine, transport } = setUp()

    expect(await errorOf(engine.dial('sip:bob@example.org'))).toMatchObject({
      code: 'connection.offline',
      state: 'offline',
      retryable: true
    })
    expect(transport.legs.size).toBe(0)
  })

  test('sends what was asked, once the microphone is open', async () => {
    const { engine, transport, devices } = await setUpOnline()
    devices.mode = 'waits'
    const headers = { 'X-Ticket': '42' }

    const call = await engine.dial('sip:bob@example.org', { headers, displayName: 'Alice' })
    const leg = transport.leg(call.id)
    expect(call.state.status).toBe('acquiring')
    expect(leg.commands).toEqual([])

    headers['X-Ticket'] = 'changed\r\nX-Evil: 1'
    devices.requests[0]?.grant()
    await settled()
    expect(leg.commands).toEqual([
      { type: 'dial', target: 'sip:bob@example.org', headers: { 'X-Ticket': '42' }, displayName: 'Alice' }
    ])
    expect(leg.attached).toHaveLength(1)
    expect(call.state.status).toBe('ringing')
  })

  test.each(['', '  ', 'sip:bob@example.org\r\nX-Evil: 1', 'bob\n', 'bob\u0000', 'bob\u007f'])(
    'is refused for a target that is none: %j',
    async (target) => {
      const { engine, transport } = await setUpOnline()

      expect(await errorOf(engine.dial(target))).toMatchObject({ code: 'call.invalid-target', retryable: false })
      expect(transport.legs.size).toBe(0)
    }
  )

  test.each<DialRequest>([
    { headers: { 'X-A': 'b\r\nX-Evil: 1' } },
    { headers: { 'X-A\r\nX-Evil': '1' } },
    { headers: { 'X A': '1' } },
    { headers: { '': '1' } },
    { headers: { 'X-A': 1 as never } },
    { displayName: 'Alice"\n' },
    { displayName: 5 as never }
  ])('is refused with headers that would say something else: %j', async (request) => {
    const { engine, transport } = await setUpOnline()

    expect(await errorOf(engine.dial('sip:bob@example.org', request))).toMatchObject({ code: 'call.invalid-header' })
    expect(transport.legs.size).toBe(0)
  })

  test('lets no other option reach the provider', async () => {
    const { dial } = await setUpOnline()
    const smuggled = { type: 'hangup', target: 'sip:eve@example.org' } as DialRequest

    const { leg } = await dial('sip:bob@example.org', smuggled)

    expect(leg.commands).toEqual([{ type: 'dial', target: 'sip:bob@example.org' }])
  })

  test('is refused where the provider does not understand the target', async () => {
    const { engine, transport } = await setUpOnline()
    transport.refusal = { code: 'call.invalid-target', text: 'Not a SIP address' }

    expect(await errorOf(engine.dial('bob'))).toMatchObject({
      code: 'call.invalid-target',
      message: 'Not a SIP address'
    })
  })

  test('fails when the adapter cannot make a leg, or not even look at the target', async () => {
    const { engine, transport } = await setUpOnline()
    transport.onLeg = () => {
      throw new Error('No more lines')
    }
    const noLeg = await errorOf(engine.dial('sip:bob@example.org'))
    transport.check = () => {
      throw new Error('Out of order')
    }
    const noCheck = await errorOf(engine.dial('sip:bob@example.org'))

    expect(noLeg).toMatchObject({ code: 'engine.failed', cause: { message: 'No more lines' } })
    expect(noCheck).toMatchObject({ code: 'engine.failed', cause: { message: 'Out of order' } })
    expect(engine.calls$.value).toEqual([])
  })
})
