import { firstValueFrom } from 'rxjs'
import { expect, test } from 'vitest'
import { called, onlinePhone, sentTo, startServer } from './support/phone.ts'

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
