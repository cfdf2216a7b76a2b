import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { startAzstackEmulator } from '../../../../adapters/azstack/emulator.ts'
import type { AzstackEmulator, AzstackEmulatorOptions } from '../../../../adapters/azstack/emulator.ts'
import { authentication, connectRaw, encrypt, signIn, start } from './clients.ts'

let server: AzstackEmulator

beforeAll(async () => {
  server = await startAzstackEmulator({ users: { alice: 'right' } })
  return () => server.stop()
})

const otherKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64')
const withKey = (text: string) => encrypt(text, server.credentials('alice').publicKey)

describe('who authenticates wrongly is refused, and the trace says why', () => {
  test.each([
    ['with wrong credentials', {}, { userCredentials: 'wrong' }, 'Wrong Credentials'],
    ['as a user there is not', {}, { azStackUserID: 'mallory' }, 'Unknown User'],
    ['as a name of the language', {}, { azStackUserID: 'constructor' }, 'Unknown User'],
    ['for another application', { appId: 'other' }, {}, 'Unknown Application'],
    ['with the token of another version', {}, { sdkVersion: '9' }, 'Token Of Another Client'],
    ['with the token of another namespace', {}, { namespace: 'other' }, 'Token Of Another Client'],
    ['at a slave nobody was sent to', { slavePort: 1 }, {}, 'Another Slave'],
    ['without the slave', { slaveIp: undefined }, {}, 'Another Slave'],
    ['with no base64', { token: 'no base64!' }, {}, 'Token Is Not Base64'],
    ['with a token too short', { token: 'AAAA' }, {}, 'Token Is Not One Block'],
    ['with a token too long', { token: Buffer.alloc(512, 1).toString('base64') }, {}, 'Token Is Not One Block'],
    ['with a block past the modulus', { token: Buffer.alloc(256, 255).toString('base64') }, {}, 'Token Of Another Key'],
    ['with a block of nothing', { token: Buffer.alloc(256).toString('base64') }, {}, 'Token Of Another Key'],
    ['without a name', { fullname: '' }, {}, 'Malformed fullname'],
    ['without a token', { token: undefined }, {}, 'Malformed token'],
    ['with a platform of words', { platform: 'web' }, {}, 'Malformed platform']
  ])('%s', async (_, parts, claim, fault) => {
    const client = await connectRaw(server.url)

    client.send(179, authentication(server, 'alice', parts, claim))

    expect(await client.next(162)).toEqual({ r: 0 })
    expect(server.trace.findLast((entry) => entry.fault)?.fault).toBe(fault)
    expect(server.clients).toEqual([])
    client.close()
  })

  test.each([
    ['made with another key', () => encrypt('{}', otherKey()), 'Token Of Another Key'],
    ['of something else', () => withKey('alice'), 'Malformed Token'],
    ['without credentials', () => withKey('{"sdkVersion":"","namespace":"","azStackUserID":"a"}'), 'Malformed Token'],
    ['of nothing', () => withKey(''), 'Malformed Token']
  ])('with a token %s', async (_, token, fault) => {
    const client = await connectRaw(server.url)
    client.send(179, authentication(server, 'alice', { token: token() }))
    expect(await client.next(162)).toEqual({ r: 0 })
    expect(server.trace.findLast((entry) => entry.fault)?.fault).toBe(fault)
    client.close()
  })
})

test('credentials that fill the block to its last byte are understood', async () => {
  const empty = JSON.stringify({ sdkVersion: '0.0.1', namespace: '', azStackUserID: 'alice', userCredentials: '' })
  const long = 'x'.repeat(245 - empty.length)
  const roomy = await start({ users: { alice: long } })
  await signIn(roomy, 'alice', connectRaw)
  expect(() => authentication(roomy, 'alice', {}, { userCredentials: `${long}x` })).toThrow(/too large/)
})

test('credentials and names of any script are understood', async () => {
  const server = await start({ users: { Nguyễn: 'mật khẩu 🔑' } })
  await signIn(server, 'Nguyễn', connectRaw)
  expect(server.clients).toEqual([{ user: 'Nguyễn', registered: true }])
})

describe('a wrong token can be answered otherwise', () => {
  const attempt = async (refusal: AzstackEmulatorOptions['refusal']) => {
    const server = await start({ ...(refusal && { refusal }) })
    const client = await connectRaw(server.url)
    client.send(179, authentication(server, 'alice', {}, { userCredentials: 'wrong' }))
    return client
  }

  test('with an empty body', async () => {
    expect(await (await attempt('empty')).next(162)).toBeNull()
  })

  test('by closing', async () => {
    expect(await (await attempt('close')).closed).toBe('1006')
  })

  test('not at all', async () => {
    const client = await attempt('silence')
    client.send(29, { azStackUserId: 'alice' })
    await client.next(29)
    expect(client.received).toHaveLength(1)
  })
})

describe('roles are not mixed', () => {
  test('a master authenticates nobody', async () => {
    const master = await connectRaw(server.url)
    master.send(29, { azStackUserId: 'alice' })
    await master.next(29)

    master.send(179, authentication(server, 'alice'))

    expect(await master.next(162)).toEqual({ r: 0 })
    expect(server.trace.findLast((entry) => entry.fault)?.fault).toBe('A Master Authenticates Nobody')
    master.close()
  })

  test('who is authenticated is neither asked again nor sent elsewhere', async () => {
    const alice = await signIn(server, 'alice', connectRaw)
    for (const [service, body] of [
      [179, authentication(server, 'alice')],
      [29, { azStackUserId: 'alice' }]
    ] as const) {
      alice.send(service, body)
      alice.send(105, { state: 1 })
      await alice.next(105)
      expect(server.trace.findLast((entry) => entry.fault)?.fault).toBe('Authenticated Already')
    }
    expect(alice.received.map((each) => each.service)).toEqual([162, 105, 105])
    alice.close()
  })
})
