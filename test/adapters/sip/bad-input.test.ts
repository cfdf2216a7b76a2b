/** What people and programs get wrong: each is told once, in a word a program can read, and nothing of it goes on the wire. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sipTransport } from '../../../adapters/sip/index.ts'
import { createEngine } from '../../../src/index.ts'
import type { Engine, MediaDevicesLike } from '../../../src/index.ts'
import { paperStream, paperWebRtc } from '../../contract/sip/paper-connection.ts'
import { turns } from '../../contract/sip/paper-phones.ts'
import { field, invitation, openLine, reply } from '../../contract/sip/scripted-line.ts'
import type { Line } from '../../contract/sip/scripted-line.ts'

const account = { url: 'ws://line.test', uri: 'sip:alice@example.test', password: 'secret-of-alice' }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Phone {
  readonly engine: Engine
  readonly line: Line
}

async function phone(devices?: MediaDevicesLike): Promise<Phone> {
  const line = openLine()
  const transport = sipTransport({ ...account, WebSocket: line.WebSocket, RTCPeerConnection: paperWebRtc })
  const mediaDevices = devices ?? { getUserMedia: () => Promise.resolve(paperStream()) }
  const engine = createEngine({ transport, media: { mediaDevices } })
  const connected = engine.connect()
  const register = await line.next(/^REGISTER/)
  line.receive(reply(register, 200).replace(/^Contact: .*$/m, `Contact: ${field(register, 'Contact')}`))
  await connected
  return { engine, line }
}

describe('a target', () => {
  test.each([
    [''],
    [' '],
    ['sip:'],
    ['sip:@example.test'],
    ['sip:bob@'],
    ['sip:bob@exa mple.test'],
    ['sip:bob@example.test:port'],
    ['bob\r\nX-Evil: 1'],
    ['sip:bob@example.test\r\n\r\nBYE sip:x SIP/2.0'],
    ['sip:bob@example.test\0'],
    ['<sip:bob@example.test>'],
    ['"Bob" <sip:bob@example.test>'],
    ['%'],
    ['%zz'],
    ['\u2028'],
    ['bob@@']
  ])('that is %j is refused, and nothing is sent', async (target) => {
    const { engine, line } = await phone()

    await expect(engine.dial(target)).rejects.toMatchObject({ name: 'CallError', code: 'call.invalid-target' })

    await turns()
    expect(line.has(/^INVITE/)).toBe(false)
    expect(engine.calls$.value).toEqual([])
    engine.dispose()
  })

  test.each([
    ['bob', 'sip:bob@example.test'],
    ['+1 (555) 123-4567'.replaceAll(' ', ''), 'sip:+15551234567@example.test'],
    ['tel:+15551234567', 'sip:+15551234567@example.test'],
    ['sip:bob@other.test', 'sip:bob@other.test'],
    ['SIP:bob@other.test;user=phone', 'sip:bob@other.test;user=phone'],
    ['*98#', 'sip:*98%23@example.test'],
    ['ünï', 'sip:%C3%BCn%C3%AF@example.test'],
    ['bob%0d%0aX-Evil:1', 'sip:bob%0D%0AX-Evil:1@example.test']
  ])('that is %j is dialled as %s', async (target, uri) => {
    const { engine, line } = await phone()

    await engine.dial(target)
    await turns()
    const invite = await line.next(/^INVITE/)

    expect(invite.split(' ')[1]).toBe(uri)
    expect(invite).not.toMatch(/^X-Evil/m)
    engine.dispose()
  })
})

describe('what is added to a call', () => {
  test.each([
    [{ headers: { 'X-A': 'a\r\nX-Evil: b' } }],
    [{ headers: { 'X-A\r\nX-Evil': 'b' } }],
    [{ headers: { 'X-A': 'a\nX-Evil: b' } }],
    [{ displayName: 'Ann\r\nX-Evil: b' }]
  ])('with a line end in it (%j) is refused, and nothing is sent', async (request) => {
    const { engine, line } = await phone()

    await expect(engine.dial('bob', request)).rejects.toMatchObject({ code: 'call.invalid-header' })

    await turns()
    expect(line.sent.join('')).not.toContain('X-Evil')
    engine.dispose()
  })

  test('may be quoted as it likes', async () => {
    const { engine, line } = await phone()

    await engine.dial('bob', { displayName: 'A "quoted\\" <sip:evil@x>;tag=1', headers: { 'X-Note': 'a: b; c="d"' } })
    await turns()
    const invite = await line.next(/^INVITE/)

    expect(field(invite, 'From')).toMatch(/^"A \\"quoted\\\\\\" <sip:evil@x>;tag=1" <sip:alice@example\.test>;tag=\w+$/)
    expect(field(invite, 'X-Note')).toBe('a: b; c="d"')
    engine.dispose()
  })

  test.each(['Contact', 'via', 'Content-Length', 'l', 'CSeq'])('cannot be a second %s', async (name) => {
    const { engine, line } = await phone()

    const call = await engine.dial('bob', { headers: { [name]: 'evil' } })

    expect(await call.ended()).toMatchObject({ by: 'system', reason: 'error' })
    await turns()
    expect(line.has(/^INVITE/)).toBe(false)
    engine.dispose()
  })
})

describe('a microphone', () => {
  test.each([
    ['NotAllowedError', 'media.denied'],
    ['SecurityError', 'media.denied'],
    ['NotFoundError', 'media.no-device'],
    ['OverconstrainedError', 'media.no-device'],
    ['NotReadableError', 'media.busy'],
    ['TypeError', 'media.failed']
  ])('that fails with %s ends the call with %s, and nothing is sent', async (name, code) => {
    const { engine, line } = await phone({ getUserMedia: () => Promise.reject(new DOMException('No', name)) })

    const call = await engine.dial('bob', { media: { audio: { deviceId: 'unplugged' } } })
    await expect(call.established()).rejects.toMatchObject({ name: 'CallError', code })

    expect(await call.ended()).toMatchObject({ by: 'system', reason: 'media' })
    expect(line.has(/^INVITE/)).toBe(false)
    expect(engine.calls$.value).toEqual([])
    engine.dispose()
  })

  test('that is refused does not take away the call that comes in', async () => {
    const { engine, line } = await phone({
      getUserMedia: () => Promise.reject(new DOMException('No', 'NotAllowedError'))
    })
    line.receive(invitation(account.uri))
    const [call] = engine.calls$.value

    await expect(call?.answer()).rejects.toMatchObject({ code: 'media.denied' })

    expect(call?.state.status).toBe('ringing')
    expect(line.has(/^SIP\/2.0 [2-6]/)).toBe(false)
    engine.dispose()
  })
})

describe('an offer that comes in and cannot be read', () => {
  test.each([['v=0\r\nbroken\r\n'], ['nonsense']])(
    '(%j) ends the call once it is answered, and closes everything',
    async (body) => {
      const { engine, line } = await phone()
      line.receive(invitation(account.uri, { body }))
      const [call] = engine.calls$.value

      await expect(call?.answer()).rejects.toMatchObject({ name: 'CallError', code: 'call.ended' })

      expect(call?.state.end).toMatchObject({ by: 'system', reason: 'media' })
      expect(line.has(/^SIP\/2.0 488/)).toBe(true)
      expect(engine.calls$.value).toEqual([])
      engine.dispose()
    }
  )
})

describe('options', () => {
  const { WebSocket } = openLine()

  test.each([
    [{ url: '' }, 'url'],
    [{ url: 'http://example.test' }, 'ws:'],
    [{ uri: '' }, 'uri'],
    [{ uri: 'example.test' }, 'uri'],
    [{ uri: 'sip:alice@example.test\r\nX-Evil: 1' }, 'uri'],
    [{ expires: -1 }, 'register_expires'],
    [{ instanceId: 'not a uuid' }, 'instance_id']
  ])('with %j are refused, without their password', (changes, what) => {
    const make = () => sipTransport({ ...account, WebSocket, RTCPeerConnection: paperWebRtc, ...changes })

    expect(make).toThrow(TypeError)
    expect(make).toThrow(what)
    expect(make).not.toThrow(account.password)
  })

  test('without a WebSocket where there is none are refused', () => {
    vi.stubGlobal('WebSocket', undefined)

    expect(() => sipTransport(account)).toThrow('There is no WebSocket here')

    vi.unstubAllGlobals()
  })
})

describe('a server', () => {
  test.each([
    ['that speaks another protocol', 'chat', 'connection.refused'],
    ['that speaks no protocol', '', 'connection.refused']
  ])('%s is refused at once', async (_, protocol, code) => {
    const line = openLine()
    const engine = createEngine({ transport: sipTransport({ ...account, WebSocket: shadowed(line, protocol) }) })

    await expect(engine.connect()).rejects.toMatchObject({ name: 'CallError', code, retryable: true })

    expect(line.sent).toEqual([])
    expect(engine.connection$.value.status).toBe('offline')
    engine.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that says nothing is given up on in time, with what went wrong', async () => {
    const line = openLine()
    const transport = sipTransport({ ...account, WebSocket: line.WebSocket, RTCPeerConnection: paperWebRtc })
    const engine = createEngine({ transport, policy: { connectDeadline: 33_000 } })

    const connected = engine.connect()
    await vi.advanceTimersByTimeAsync(60_000)

    await expect(connected).rejects.toMatchObject({
      code: 'connection.timeout',
      cause: expect.objectContaining({ code: 'registration.timeout' })
    })
    engine.dispose()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that says yes to a registration and lists somebody else is not taken at its word', async () => {
    const line = openLine()
    const transport = sipTransport({ ...account, WebSocket: line.WebSocket, RTCPeerConnection: paperWebRtc })
    const engine = createEngine({ transport, policy: { registrationBackoff: { maxAttempts: 1 } } })
    const connected = engine.connect()

    line.receive(reply(await line.next(/^REGISTER/), 200))

    await expect(connected).rejects.toMatchObject({ code: 'registration.rejected' })
    engine.dispose()
  })
})

function shadowed(line: Line, protocol: string) {
  return class extends line.WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols)
      Object.defineProperty(this, 'protocol', { value: protocol })
    }
  }
}
