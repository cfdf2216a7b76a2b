import { firstValueFrom } from 'rxjs'
import { expect, test } from 'vitest'
import { meter } from '../../../src/testing/webrtc.ts'
import type { Call } from '../../../src/index.ts'
import { until } from '../../support/until.ts'
import { connected, onlinePhone, startServer } from './support/phone.ts'

async function ringing() {
  const server = await startServer()
  const [alice, bob] = [await onlinePhone(server), await onlinePhone(server, { user: 'bob' })]
  const incoming = firstValueFrom(bob.engine.incoming$)
  const call = await alice.engine.dial(`user:${server.userId('bob')}`)
  const there = await incoming
  await until(() => call.state.status === 'ringing', { what: 'it rings' })
  return { server, alice, bob, call, there }
}

async function hears(call: Call) {
  const [track] = call.remoteStream$.value?.getAudioTracks() ?? []
  const heard = meter(track as MediaStreamTrack)
  await until(() => heard.loud > 5, { what: 'something is heard' })
}

test('a user calls another one, and both hear each other', async () => {
  const { server, call, there } = await ringing()
  expect(there.state.remote.address).toBe(`user:${server.userId('alice')}`)

  await Promise.all([there.answer(), call.established()])
  await Promise.all([connected(call), connected(there)])
  await Promise.all([hears(call), hears(there)])

  await call.hangup()
  expect(await there.ended()).toMatchObject({ by: 'remote', reason: 'hangup', code: 700 })
})

test.each([
  ['busy', 600],
  ['declined', 603]
] as const)('a user who is %s says so', async (reason, code) => {
  const { call, there } = await ringing()

  await there.reject(reason)

  expect(await call.ended()).toMatchObject({ by: 'remote', reason, code })
})

test('a user who gives up has been missed', async () => {
  const { call, there } = await ringing()

  await call.hangup()

  expect(await there.ended()).toMatchObject({ by: 'remote', reason: 'missed' })
})

test('the other device of a user stops ringing when one has answered', async () => {
  const server = await startServer()
  const alice = await onlinePhone(server)
  const bobs = [await onlinePhone(server, { user: 'bob' }), await onlinePhone(server, { user: 'bob' })]
  const incoming = Promise.all(bobs.map(({ engine }) => firstValueFrom(engine.incoming$)))
  const call = await alice.engine.dial(`user:${server.userId('bob')}`)
  const [first, second] = await incoming

  await Promise.all([first?.answer(), call.established()])

  expect(await second?.ended()).toMatchObject({ by: 'remote', reason: 'answered-elsewhere' })
})
