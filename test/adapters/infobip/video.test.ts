/** Video at Infobip's gateway: who has it, and in which words it is asked for. Whether it flows is seen in browsers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { dialect261, infobipTransport, videoCalls } from '../../../adapters/infobip/index.ts'
import { soon } from '../../contract/scene.ts'
import { startInfobipBench } from '../../contract/infobip/emulator-bench.ts'
import type { InfobipBench } from '../../contract/infobip/emulator-bench.ts'
import { actionsOf, person } from './support/people.ts'

let bench: InfobipBench
beforeAll(async () => {
  bench = await startInfobipBench({}, { video: videoCalls })
})
afterAll(() => bench.stop())

test.each([
  ['given, as 0.4.1', { video: videoCalls }, { video: true, renegotiate: true }],
  ['not given', {}, { video: false, renegotiate: true }],
  ['given, as 2.6.1, which has other connections for it', { video: videoCalls, dialect: dialect261 }, { video: false }]
] as const)('calls have video where it is %s', (_, options, expected) => {
  const transport = infobipTransport({ token: 'opaque', WebSocket, ...options })

  expect(transport.capabilities).toMatchObject(expected)
  transport.dispose()
})

describe('a call with video', () => {
  const receive = { media: { audio: true, video: 'receive' } } as const

  async function placedTo(target: string) {
    const alice = await person(bench)
    bench.server.party(target)
    const call = await alice.engine.dial(target, receive)
    await soon(() => actionsOf(alice).length > 0, 'the call is placed')
    const [placing] = actionsOf(alice) as [{ action: string; description: { sdp: string } }]
    await call.hangup()
    return placing
  }

  test('to a user is placed as one, and says what of it is wanted', async () => {
    const { action, description } = await placedTo('carol')

    expect(action).toBe('video_call')
    expect(description.sdp).toMatch(/^m=video [1-9][^]*^a=recvonly/m)
  })

  test('to a phone is one of sound alone', async () => {
    const { action, description } = await placedTo('+41793026727')

    expect(action).toBe('pstn_call')
    expect(description.sdp).not.toContain('m=video')
  })
})
