import { describe, expect, test } from 'vitest'
import { connectRaw, connectWith2, connectWith4, settled, signIn, start } from './clients.ts'
import { describeAll, openMedia, say, SDP } from './scene.ts'
import { eventually } from '../../../support/eventually.ts'

async function scene(options = {}) {
  const server = await start({ numbers: { alice: '84922222222' }, ...options })
  const alice = await signIn(server, 'alice', connectRaw)
  return { server, alice }
}

async function ringing(options = {}) {
  const { server, alice } = await scene(options)
  const call = await server.call('alice', { from: '84911111111' })
  const start505 = await alice.next(505)
  say(alice, start505, 183)
  await call.reaches('ringing')
  return { server, alice, call, start505 }
}

test.each([
  ['Engine.IO 4', connectWith4],
  ['Engine.IO 3', connectWith2]
] as const)('over %s a call comes in, and is heard once it is answered', async (_, connect) => {
  const server = await start({ numbers: { alice: '84922222222' } })
  const alice = await signIn(server, 'alice', connect)
  const media = openMedia()

  const call = await server.call('alice', { from: '84911111111', displayName: 'Nobody is told' })
  const incoming = await alice.next(505)
  expect(incoming).toMatchObject({ callId: 900_000_001, callType: 2, from: '84911111111', to: '84922222222' })
  say(alice, incoming, 183)
  await call.reaches('ringing')
  await media.setRemoteDescription({ type: 'offer', sdp: incoming.sdp_candidate })
  say(alice, incoming, 200, { sdp_candidate: await describeAll(media, await media.createAnswer()) })

  await call.reaches('established')
  await eventually(async () => expect((await call.media()).loud).toBeGreaterThan(10))
  say(alice, incoming, 700)
  await call.reaches('ended')
})

describe('the client ends a ringing call', () => {
  test.each([
    ['it is busy', 486],
    ['it was not answered', 403],
    ['it is declined', 702],
    ['it is stopped', 700]
  ])('because %s', async (_, code) => {
    const { alice, call, start505, server } = await ringing()
    say(alice, start505, code, { tags: null })
    await call.reaches('ended')
    expect(server.trace.filter(({ fault }) => fault)).toEqual([])
  })
})

describe('the caller ends a call', () => {
  test('that rings', async () => {
    const { alice, call, start505 } = await ringing()
    await call.hangup()
    expect(await alice.next(506)).toEqual({ callId: start505.callId, code: 702 })
  })

  test('that rings for too long', async () => {
    const { server, alice } = await scene({ noAnswer: 50 })
    const call = await server.call('alice')
    await call.reaches('ended')
    expect((await alice.next(506)).code).toBe(702)
  })

  test('with any status', async () => {
    const { alice, call } = await ringing()
    await call.status(42)
    expect((await alice.next(506)).code).toBe(42)
    expect(call.state).toBe('ringing')
    await call.status(700)
    expect((await alice.next(506)).code).toBe(700)
    expect(call.state).toBe('ended')
  })

  test('whose answer nothing can be made of', async () => {
    const { server, alice, call, start505 } = await ringing()
    say(alice, start505, 200, { sdp_candidate: `${SDP}broken\r\n` })
    expect((await alice.next(506)).code).toBe(700)
    expect(call.state).toBe('ended')
    expect(server.trace.some(({ fault }) => fault?.includes('cannot take the answer'))).toBe(true)
  })
})

describe('a user with two devices', () => {
  test.each([200, 486, 702, 700, 403])('hears on one what was done on the other: %i', async (code) => {
    const { server, alice } = await scene()
    const other = await signIn(server, 'alice', connectWith2)
    const call = await server.call('alice')
    const [here, there] = [await alice.next(505), await other.next(505)]
    expect(there).toEqual(here)

    say(alice, here, 183)
    expect(await other.next(508)).toEqual({ callId: here.callId, code: 183 })
    say(alice, here, code, code === 200 ? { sdp_candidate: SDP } : {})
    expect(await other.next(508)).toEqual({ callId: here.callId, code })
    expect(alice.received.map(({ service }) => service)).not.toContain(508)

    say(other, there, 200, { sdp_candidate: SDP })
    await settled(other)
    expect(server.trace.filter(({ fault }) => fault).at(0)?.fault).toMatch(
      /^(No Such Call|Answered Already|The party.*)$/
    )
    await call.hangup()
  })

  test('cannot hang up on one what was answered on the other', async () => {
    const { server, alice } = await scene()
    const other = await signIn(server, 'alice', connectRaw)
    const media = openMedia()
    const call = await server.call('alice')
    const incoming = await alice.next(505)
    await media.setRemoteDescription({ type: 'offer', sdp: incoming.sdp_candidate })
    say(alice, incoming, 200, { sdp_candidate: await describeAll(media, await media.createAnswer()) })
    await call.reaches('established')

    say(other, incoming, 700)
    await settled(other)
    expect(call.state).toBe('established')
    expect(server.trace.at(-3)?.fault).toBe('Answered Already')

    await call.hangup()
    expect(await alice.next(506)).toEqual({ callId: incoming.callId, code: 700 })
    expect(other.received.map(({ service }) => service)).not.toContain(506)
  })
})

test('nobody rings where nobody is connected', async () => {
  const { server } = await scene()
  await expect(server.call('bob')).rejects.toThrow('bob is not connected')
  const mute = await start({ RTCPeerConnection: null })
  await expect(mute.call('bob')).rejects.toThrow('no media')
})

test('who placed a call can neither ring nor answer nor refuse it', async () => {
  const { call } = await ringing()
  for (const steer of [call.ring(), call.answer(), call.answerBroken(null), call.reject('busy')]) {
    await expect(steer).rejects.toThrow('placed this call itself')
  }
})
