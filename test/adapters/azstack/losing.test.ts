import { expect, test } from 'vitest'
import { until } from '../../support/until.ts'
import { called, dialled, hearEachOther, onlinePhone, startServer, talking } from './support/phone.ts'

test('a call lives through a lost connection, and is hung up afterwards', async () => {
  const server = await startServer()
  const alice = await onlinePhone(server)
  const { call, there } = await talking(server, alice)

  server.drop('alice')
  await until(() => alice.told.some(({ type }) => type === 'signalling.detached'), { what: 'detached' })
  await until(() => call.state.signalling === 'attached', { what: 'attached' })
  await hearEachOther(call, there)
  await call.hangup()

  await there.reaches('ended')
})

test('a call that is hung up without a connection is over at once, and there as soon as there is one', async () => {
  const server = await startServer()
  const alice = await onlinePhone(server)
  const { call, there } = await talking(server, alice)
  server.refuse()
  server.drop('alice')
  await until(() => call.state.signalling !== 'attached', { what: 'detached' })

  await call.hangup()
  expect(call.state.end).toMatchObject({ by: 'local', reason: 'hangup' })
  expect(there.state).toBe('established')
  server.accept()

  await there.reaches('ended')
})

test.each([['placed'], ['received']])('a call that is %s and not answered is over with its connection', async (way) => {
  const server = await startServer()
  const alice = await onlinePhone(server)
  const { call } = way === 'placed' ? await dialled(server, alice) : await called(server, alice)

  server.drop('alice')

  expect(await call.ended()).toMatchObject({ by: 'system', reason: 'network' })
})
