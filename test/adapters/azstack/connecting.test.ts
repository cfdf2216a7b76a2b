import { describe, expect, test } from 'vitest'
import { azstackTransport, engineIo3 } from '../../../adapters/azstack/index.ts'
import { until } from '../../support/until.ts'
import { onlinePhone, phone, startServer, talking, watchOpen, links } from './support/phone.ts'

const garbageIn = (told: readonly { type: string }[]) => told.filter(({ type }) => type === 'transport.garbage').length

describe.each(links)('over %s', (_, options) => {
  test('a user is let in by the slave the master named, and says goodbye', async () => {
    const server = await startServer()
    const { engine, transport } = await onlinePhone(server, { options })

    expect(engine.connection$.value).toMatchObject({
      status: 'online',
      identity: `user:${server.userId('alice')}`
    })
    expect(transport.user).toEqual({ azStackUserId: 'alice', userId: server.userId('alice'), fullname: 'alice' })
    expect(server.clients).toEqual([{ user: 'alice', registered: true }])

    await engine.disconnect()
    expect(engine.connection$.value.status).toBe('offline')
    await until(() => server.clients.length === 0, { what: 'the server knows' })
  })

  test('wrong credentials are refused for good, and not tried again', async () => {
    const server = await startServer()
    const { engine } = phone(server, { options: { ...options, userCredentials: 'guessed' } })

    await expect(engine.connect()).rejects.toMatchObject({
      code: 'registration.unauthorized',
      retryable: false,
      provider: { code: 'ERR_UNEXPECTED_RECEIVED_DATA' }
    })

    expect(engine.connection$.value).toMatchObject({ status: 'offline', tries: 1 })
    expect(server.trace.filter(({ text }) => text.includes('"service":179'))).toHaveLength(1)
  })

  test('a lost connection comes back by itself', async () => {
    const server = await startServer()
    const { engine, told } = await onlinePhone(server, { options })

    server.drop('alice')

    await until(() => told.some(({ type }) => type === 'connection.reconnected'), { what: 'reconnected' })
    expect(engine.connection$.value.status).toBe('online')
  })

  test('a server that says goodbye is connected to again', async () => {
    const server = await startServer()
    const { told } = await onlinePhone(server, { options })

    server.dismiss('alice')

    await until(() => told.some(({ type }) => type === 'connection.reconnected'), { what: 'reconnected' })
  })

  test('a server that falls silent is left', async () => {
    const server = await startServer({ pingInterval: 60, pingTimeout: 60 })
    const { told } = await onlinePhone(server, { options })

    server.freeze('alice')

    await until(() => told.some(({ type }) => type === 'connection.reconnecting'), { what: 'noticed' })
  })

  test('a server is asked whether it is there', async () => {
    const server = await startServer()
    const { transport } = await onlinePhone(server, { options })
    const proofs: unknown[] = []
    transport.events.subscribe((event) => {
      if (event.type === 'transport.proved') proofs.push(event)
    })

    transport.send({ type: 'probe', attempt: 7 })

    await until(() => proofs.length > 0, { what: 'a sign of life' })
    expect(proofs).toEqual([{ type: 'transport.proved', attempt: 7 }])
  })

  test('nobody there is told apart from nobody wanted', async () => {
    const server = await startServer()
    const nowhere = { ...options, url: 'http://127.0.0.1:1' }
    const { engine } = phone(server, { options: nowhere, policy: { backoff: { maxAttempts: 2, initialDelay: 1 } } })

    await expect(engine.connect()).rejects.toMatchObject({
      code: 'connection.exhausted',
      cause: expect.objectContaining({ code: 'connection.unreachable' })
    })
  })

  test('whatever nonsense comes in is counted, and nothing more', async () => {
    const server = await startServer()
    const made = await onlinePhone(server, { options })
    const nonsense = [
      '42["WebPacket",null]',
      '42["WebPacket",{"service":"503","body":"{}"}]',
      '42["WebPacket",{"service":503}]',
      '42["WebPacket",{"service":503,"body":"{"}]',
      '42["WebPacket",{"service":503,"body":{"callId":1}}]',
      '42["WebPacket",{"service":505,"body":"{\\"callId\\":1}"}]',
      '42["WebPacket",{"service":601,"body":"null"}]',
      '42["WebPacket",{"service":4242,"body":"{}"}]',
      '42["SomethingElse",{}]'
    ]

    for (const frame of nonsense) server.inject('alice', frame)

    await until(() => garbageIn(made.told) === nonsense.length, { what: 'all of it is counted' })
    expect(made.engine.connection$.value.status).toBe('online')
    await talking(server, made)
  })
})

test('frames that are none are counted as well', async () => {
  const server = await startServer()
  const { engine, told } = await onlinePhone(server)
  const nonsense = ['', '9', '0{', '0{"pingInterval":"often"}', '4', '49', '42', '42{}', '42["WebPacket"']

  for (const frame of nonsense) server.inject('alice', frame)

  await until(() => garbageIn(told) === nonsense.length, { what: 'all of it is counted' })
  expect(engine.connection$.value.status).toBe('online')
})

test.each([
  ['an empty body', 'empty', 'ERR_SOCKET_PARSE_BODY'],
  ['a result', 'result', 'ERR_UNEXPECTED_RECEIVED_DATA']
] as const)('a refusal by %s is one', async (_, refusal, code) => {
  const server = await startServer({ refusal })
  const { engine } = phone(server, { options: { userCredentials: 'guessed' } })

  await expect(engine.connect()).rejects.toMatchObject({ code: 'registration.unauthorized', provider: { code } })
})

test('a server that hangs up on wrong credentials is tried again, but less and less often', async () => {
  const server = await startServer({ refusal: 'close' })
  const policy = { backoff: { maxAttempts: 3, initialDelay: 1 } }
  const { engine } = phone(server, { options: { userCredentials: 'guessed' }, policy })

  await expect(engine.connect()).rejects.toMatchObject({ code: 'connection.exhausted' })
})

test.each([
  ['another service', { service: 29, body: 'null' }, 'Missing Body'],
  ['no JSON', { service: 29, body: 'no JSON' }, 'Malformed Body']
])('a master that answers with %s is tried again', async (_, fault, text) => {
  const server = await startServer()
  server.fault('alice', fault)
  const { engine } = phone(server, { policy: { backoff: { maxAttempts: 2, initialDelay: 1 } } })

  await expect(engine.connect()).rejects.toMatchObject({
    code: 'connection.exhausted',
    cause: expect.objectContaining({
      code: 'connection.refused',
      provider: { code: 'ERR_SOCKET_PARSE_BODY', text }
    })
  })
})

test('credentials that do not fit into the key are refused before anything is sent', async () => {
  const server = await startServer()
  const { engine } = phone(server, { options: { userCredentials: 'secret-'.repeat(60) } })

  const error: unknown = await engine.connect().catch((thrown: unknown) => thrown)

  expect(error).toMatchObject({ name: 'CallError', code: 'engine.invalid-options', retryable: false })
  expect((error as Error).message).toMatch(/\d+ bytes long, and the key has room for \d+/)
  expect(JSON.stringify([error, engine.connection$.value])).not.toContain('secret-')
  expect(server.trace.some(({ text }) => text.includes('"service":179'))).toBe(false)
})

test('a key that is none is refused in the same way', async () => {
  const server = await startServer()
  const { engine } = phone(server, { options: { publicKey: 'not a key' } })

  await expect(engine.connect()).rejects.toMatchObject({ code: 'engine.invalid-options' })
})

test('names and credentials of any language get through', async () => {
  const server = await startServer({ users: { 'Zoë 🙂': 'пароль 🔑' } })
  const { transport } = await onlinePhone(server, { user: 'Zoë 🙂' })

  expect(transport.user?.azStackUserId).toBe('Zoë 🙂')
})

test('the application pings by itself', async () => {
  const server = await startServer()
  await onlinePhone(server, { options: { pingInterval: 10 } })

  await until(() => server.trace.some(({ text }) => text.includes('{"service":1,"body":"{}"}')), { what: 'a ping' })
})

test.each([
  ['appId', ''],
  ['publicKey', ' '],
  ['azStackUserId', ''],
  ['fullname', ''],
  ['url', 'nowhere'],
  ['url', 'ftp://example.com'],
  ['pingInterval', -1],
  ['link', undefined],
  ['userCredentials', 7]
])('%s cannot be %j, which is said at once', (name, value) => {
  const options = {
    appId: 'app',
    publicKey: 'key',
    azStackUserId: 'alice',
    fullname: 'Alice',
    link: engineIo3(watchOpen().WebSocket)
  }

  expect(() => azstackTransport({ ...options, [name]: value })).toThrow(TypeError)
})

test('nothing that authenticates is ever told', async () => {
  const server = await startServer({
    iceServers: [{ url: 'turn:127.0.0.1:9', username: 'ice', password: 'ice-secret' }]
  })
  const { transport, engine } = phone(server)
  const texts: string[] = []
  transport.notices.subscribe((notice) => texts.push(JSON.stringify(notice)))

  await engine.connect()

  expect(texts.filter((text) => text.includes('packet')).length).toBeGreaterThanOrEqual(3)
  expect(texts.join()).not.toMatch(/pw-alice|ice-secret|"token\\":\\"[^*]/)
})
