/** Credentials that are not given once, but asked for anew. */
import { expect, test } from 'vitest'
import { soon } from '../../contract/scene.ts'
import { phone, startServer } from './support/phone.ts'

test('credentials that are asked for are asked for before every opening of a connection', async () => {
  const server = await startServer()
  const { userCredentials } = server.credentials('alice')
  const given = ['wrong', userCredentials, userCredentials]
  let asked = 0
  const options = { userCredentials: async () => given[asked++] ?? '' }
  const { engine, told } = phone(server, { options })
  await engine.connect()

  server.drop('alice')
  await soon(() => told.some(({ type }) => type === 'connection.reconnected'), 'reconnected')

  // the first ones were refused, which is no reason to ask no more
  expect(asked).toBe(3)
})

test.each<[string, () => unknown]>([
  ['throws', fail],
  ['rejects', async () => fail()],
  ['gives nothing', () => undefined]
])('credentials are one more opening that failed when who is asked for them %s', async (_, answer) => {
  const server = await startServer()
  const { userCredentials } = server.credentials('alice')
  let asked = 0
  const options = { userCredentials: (() => (++asked === 1 ? answer() : userCredentials)) as () => string }
  const { engine, transport, open, told } = phone(server, { options })
  const causes: unknown[] = []
  transport.events.subscribe((event) => event.type === 'transport.closed' && causes.push(event.cause))

  await engine.connect()

  expect(asked).toBe(2)
  // a master and a slave, and none of it before there were credentials
  expect(open.openings).toBe(2)
  expect(causes).toEqual([expect.objectContaining({ code: 'registration.unauthorized' })])
  expect(JSON.stringify([causes, told])).not.toContain('secret')
})

function fail(): never {
  throw new Error('the server said: secret')
}
