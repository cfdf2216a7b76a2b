import { expect, test, vi } from 'vitest'
import { createKeys } from '../../../adapters/azstack/emulator/keys.ts'
import { createToken } from '../../../adapters/azstack/token.ts'
import { onlinePhone, startServer } from './support/phone.ts'

const content = { sdkVersion: '0.0.1', namespace: '', azStackUserID: 'Zoë 🙂', userCredentials: 'пароль 🔑' }

/** As on a page, which has no Node underneath. */
const onPage = () => vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)

const keys = await createKeys()
const pem = `-----BEGIN PUBLIC KEY-----\n${keys.publicKey}\n-----END PUBLIC KEY-----\n`

test.each([
  ['in Node', 'base64', keys.publicKey, false],
  ['in Node', 'PEM', pem, false],
  ['on a page', 'base64', keys.publicKey, true],
  ['on a page', 'PEM', pem, true]
])('%s a token under a key in %s can be read with the other half', async (_, __, key, isPage) => {
  using _spy = isPage ? onPage() : null

  const made = await createToken(key, content)

  expect(keys.read('token' in made ? made.token : '')).toEqual({ token: content })
})

test.each([['in Node'], ['on a page']])('%s exactly what fits into the key is taken', async (where) => {
  using _spy = where === 'on a page' ? onPage() : null
  const empty = new TextEncoder().encode(JSON.stringify({ ...content, userCredentials: '' })).length + 2 * 4
  const filled = (size: number) => ({ ...content, userCredentials: 'x'.repeat(size - empty) })

  const most = await createToken(keys.publicKey, filled(245))
  const more = await createToken(keys.publicKey, filled(246))

  expect(most).toHaveProperty('token')
  expect(more).toEqual({
    failure: {
      code: 'engine.invalid-options',
      text: 'What authenticates is 246 bytes long, and the key has room for 245'
    }
  })
})

test.each([
  ['in Node', 'not a key'],
  ['in Node', ''],
  ['on a page', 'not a key'],
  ['on a page', '']
])('%s %j is no key, which is said without showing what it was to hide', async (where, key) => {
  using _spy = where === 'on a page' ? onPage() : null

  const made = await createToken(key, content)

  expect(made).toMatchObject({ failure: { code: 'engine.invalid-options' } })
  expect(JSON.stringify(made)).not.toContain('пароль')
})

test('in Node the block is filled from a real source of chance', async () => {
  const chance = vi.spyOn(Math, 'random')
  const server = await startServer()

  await onlinePhone(server)
  const tokens = await Promise.all([1, 2].map(() => createToken(keys.publicKey, content)))

  expect(chance).not.toHaveBeenCalled()
  expect(new Set(tokens.map((made) => JSON.stringify(made))).size).toBe(2)
})
