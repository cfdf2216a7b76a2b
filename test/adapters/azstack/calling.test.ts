import { describe, expect, test } from 'vitest'
import { until } from '../../support/until.ts'
import {
  called,
  connected,
  dialled,
  hearEachOther,
  number,
  onlinePhone,
  sentTo,
  startServer,
  talking,
  watchOpen,
  links
} from './support/phone.ts'

describe.each(links)('over %s', (_, options) => {
  test('a telephone is called, answers, is heard, and is hung up on', async () => {
    const server = await startServer()
    const alice = await onlinePhone(server, { options })

    const { call, there } = await talking(server, alice)
    await hearEachOther(call, there)
    await call.hangup()

    expect(call.state.end).toMatchObject({ by: 'local', reason: 'hangup' })
    await there.reaches('ended')
    expect(alice.open.connections).toBe(0)
    expect(sentTo(server, 502)).toHaveLength(1)
  })

  test('a telephone calls, is answered, is heard, and hangs up', async () => {
    const server = await startServer()
    const alice = await onlinePhone(server, { options })

    const { call, there } = await called(server, alice)
    expect(call.state).toMatchObject({ status: 'ringing', remote: { address: '84911111111' } })
    await call.answer()
    await connected(call)
    await hearEachOther(call, there)
    await there.hangup()

    expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'hangup', code: 700 })
    expect(alice.open.connections).toBe(0)
  })
})

test('the telephone hangs up', async () => {
  const server = await startServer()
  const { call, there } = await talking(server, await onlinePhone(server))

  await there.hangup()

  expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'hangup', code: 700 })
})

test.each([
  ['busy', 'busy', 486],
  ['declined', 'declined', 403],
  ['no-answer', 'no-answer', 480]
] as const)('a telephone that is %s ends the call so', async (does, reason, code) => {
  const server = await startServer()
  const { call, there } = await dialled(server, await onlinePhone(server))
  await until(() => there.state === 'offered', { what: 'the offer' })
  await there.ring()

  await there.reject(does)

  expect(await call.ended()).toMatchObject({ by: 'remote', reason, code })
})

test.each([
  ['invalid-number', -5],
  ['payment-required', -4],
  ['forbidden', 404]
] as const)('a call that is refused as %s is over before anything is offered', async (reason, code) => {
  const server = await startServer()
  const alice = await onlinePhone(server)
  server.party(number, { do: 'reject', reason })

  const call = await alice.engine.dial(number)

  expect(await call.ended()).toMatchObject({ by: 'remote', reason, code })
  expect(sentTo(server, 501)).toEqual([])
  expect(alice.microphones.every(({ readyState }) => readyState === 'ended')).toBe(true)
})

test('the money runs out in the middle of a call', async () => {
  const server = await startServer()
  const { call, there } = await talking(server, await onlinePhone(server))

  await there.status(702)

  expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'payment-required', code: 702 })
})

test('a call is cancelled before anybody has said anything', async () => {
  const server = await startServer()
  const alice = await onlinePhone(server)
  server.party(number, { do: 'silence' })
  const call = await alice.engine.dial(number)
  await until(() => sentTo(server, 500).length > 0, { what: 'the call is asked for' })

  await call.hangup()

  expect(call.state.end).toMatchObject({ by: 'local', reason: 'cancelled' })
  await until(() => sentTo(server, 502).length === 1, { what: 'the service knows' })
})

test('a call that is cancelled while it rings is over on both sides', async () => {
  const server = await startServer()
  const { call, there } = await dialled(server, await onlinePhone(server))
  await there.ring()

  await call.hangup()

  await there.reaches('ended')
  expect(call.state.end).toMatchObject({ by: 'local', reason: 'cancelled' })
})

test('an answer that cannot be used ends the call, and the telephone is told', async () => {
  const server = await startServer()
  const { call, there } = await dialled(server, await onlinePhone(server))
  await there.ring()

  await there.answerBroken('v=0\r\nnonsense')

  expect(await call.ended()).toMatchObject({ by: 'system', reason: 'error' })
  await there.reaches('ended')
  expect(sentTo(server, 502)).toHaveLength(1)
})

test('statuses that say nothing change nothing, and are told aside', async () => {
  const server = await startServer()
  const alice = await onlinePhone(server)
  const { call, there } = await talking(server, alice)
  const notices: unknown[] = []
  alice.transport.notices.subscribe((notice) => {
    if (notice.type === 'status') notices.push(notice)
  })

  await there.status(199)
  await there.status(200)
  await there.status(183)

  await until(() => notices.length > 0, { what: 'the notice' })
  expect(notices).toEqual([{ type: 'status', leg: call.id, where: 'here', code: 199 }])
  expect(call.state.status).toBe('established')
})

test('calls use the servers the service names, and our own', async () => {
  const server = await startServer({ iceServers: [{ url: 'turn:127.0.0.1:9', username: 'me', password: 'secret' }] })
  const configurations: (RTCConfiguration | undefined)[] = []
  class Noted extends watchOpen().RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super()
      configurations.push(configuration)
    }
  }
  const rtcConfiguration: RTCConfiguration = { iceServers: [{ urls: 'stun:127.0.0.1:9' }], bundlePolicy: 'max-bundle' }
  const alice = await onlinePhone(server, { options: { rtcConfiguration, RTCPeerConnection: Noted } })

  const { call } = await talking(server, alice)
  await call.hangup()

  expect(configurations).toEqual([
    {
      bundlePolicy: 'max-bundle',
      iceServers: [{ urls: 'stun:127.0.0.1:9' }, { urls: 'turn:127.0.0.1:9', username: 'me', credential: 'secret' }]
    }
  ])
})

test('hold is ours alone, and says so', async () => {
  const server = await startServer()
  const alice = await onlinePhone(server)
  const { call } = await talking(server, alice)

  expect(alice.transport.capabilities).toEqual({
    registration: false,
    hold: false,
    renegotiate: false,
    video: false,
    dtmf: [],
    recording: [],
    blindTransfer: false,
    attendedTransfer: false
  })
  await call.hold()
  expect(alice.microphones.every(({ enabled }) => !enabled)).toBe(true)
  await call.resume()
  await expect(call.dtmf('1')).rejects.toMatchObject({ code: 'dtmf.unsupported' })
})

test('the caller says whom the call is from, and what it is for', async () => {
  const server = await startServer()
  const { engine } = await onlinePhone(server)
  server.party(number)

  await engine.dial(number, { headers: { from: '84999', tags: 'vip' } })

  await until(() => sentTo(server, 500).length > 0, { what: 'the call is asked for' })
  expect(sentTo(server, 500)[0]?.text).toMatch(/\\"from\\":\\"84999\\",\\"tags\\":\\"vip\\"/)
})

test.each(['alice', '+', '', 'user:', 'user:0', 'user:1e3', '84 9'])(
  '%j is nobody who can be called',
  async (target) => {
    const server = await startServer()
    const { engine } = await onlinePhone(server)

    await expect(engine.dial(target)).rejects.toMatchObject({ code: 'call.invalid-target' })
  }
)

test('several calls are told apart', async () => {
  const server = await startServer()
  const alice = await onlinePhone(server)
  const first = await talking(server, alice)
  const second = await dialled(server, alice, '84900000002')

  await second.there.reject('busy')

  expect(await second.call.ended()).toMatchObject({ reason: 'busy' })
  expect(first.call.state.status).toBe('established')
})

test('calls are billed, and the bills can be asked for', async () => {
  const server = await startServer()
  const alice = await onlinePhone(server)
  const notices: { type: string }[] = []
  alice.transport.notices.subscribe((notice) => notices.push(notice))
  const { call } = await talking(server, alice)
  await call.hangup()
  await until(() => notices.some(({ type }) => type === 'log'), { what: 'the bill' })

  alice.transport.askForLogs()

  const log = { type: 'callout', status: 'answered', to: number, userId: server.userId('alice') }
  await until(() => notices.some(({ type }) => type === 'logs'), { what: 'all bills' })
  expect(notices).toContainEqual({ type: 'log', log: expect.objectContaining(log) })
  expect(notices).toContainEqual({ type: 'logs', logs: [expect.objectContaining(log)] })
})
