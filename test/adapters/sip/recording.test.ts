/** Recording by the server: what goes over the wire, and what is told of the answer. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sipTransport } from '../../../adapters/sip/index.ts'
import type { SipOptions } from '../../../adapters/sip/index.ts'
import type { RecordAction } from '../../../machines/index.ts'
import { paperWebRtc } from '../../contract/sip/paper-connection.ts'
import { ourTalking, turns } from '../../contract/sip/paper-phones.ts'
import type { OurCall } from '../../contract/sip/paper-phones.ts'
import { bodyIn, field, openLine, reply } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const RTCPeerConnection = paperWebRtc
const codes = { start: '*1', stop: '*2' }

const told = ({ events }: OurCall) => events.filter(({ type }) => type.startsWith('leg.record.'))

async function asked(call: OurCall, action: RecordAction, attempt = 1): Promise<string> {
  await call.send({ type: 'record', attempt, action })
  return call.line.next(/^INFO/)
}

function transport(recording?: SipOptions['recording']) {
  const options = {
    url: 'ws://line.test',
    uri: 'sip:alice@example.test',
    WebSocket: openLine().WebSocket,
    RTCPeerConnection
  }
  return sipTransport({ ...options, ...(recording === undefined ? {} : { recording }) })
}

test('what the server can be asked for is what the options say', () => {
  expect(transport().capabilities.recording).toEqual([])
  expect(transport('info').capabilities.recording).toEqual(['start', 'stop'])
  expect(transport(codes).capabilities.recording).toEqual(['start', 'stop'])
  expect(transport({ ...codes, pause: '*3', resume: '*4' }).capabilities.recording).toEqual([
    'start',
    'pause',
    'resume',
    'stop'
  ])
})

test.each([[{ start: '', stop: '*2' }], [{ start: '*1', stop: '*2\r\n' }], [{ start: 'on', stop: '*2' }]])(
  'codes that nobody could dial are refused: %j',
  (recording) => {
    expect(() => transport(recording)).toThrow(TypeError)
  }
)

describe('asked by INFO', () => {
  test('the server is told to start and to stop, and done is what it confirms', async () => {
    const call = await ourTalking({ recording: 'info' })

    const on = await asked(call, 'start', 1)
    expect(field(on, 'Record')).toBe('on')
    expect(told(call)).toEqual([])
    call.line.receive(reply(on, 200))
    await turns()
    const off = await asked(call, 'stop', 2)
    expect(field(off, 'Record')).toBe('off')
    call.line.receive(reply(off, 200))
    await turns()

    expect(told(call)).toEqual([
      { type: 'leg.record.done', attempt: 1, action: 'start' },
      { type: 'leg.record.done', attempt: 2, action: 'stop' }
    ])
  })

  test.each(['403 Forbidden', '405 Method Not Allowed', '481 Call Does Not Exist', '501 Not Implemented'])(
    'a server that says %s has refused, and the call goes on',
    async (status) => {
      const call = await ourTalking({ recording: 'info' })

      call.line.receive(reply(await asked(call, 'start'), status))
      await turns()

      const code = Number(status.slice(0, 3))
      expect(told(call)).toMatchObject([
        { type: 'leg.record.refused', attempt: 1, cause: { code: 'recording.rejected', provider: { code } } }
      ])
      expect(call.events.some(({ type }) => type === 'leg.ended')).toBe(false)
    }
  )

  test('a server that says nothing has not been reached, and the call goes on', async () => {
    const call = await ourTalking({ recording: 'info' })
    await asked(call, 'start')

    await vi.advanceTimersByTimeAsync(32_000)

    expect(told(call)).toMatchObject([{ type: 'leg.record.refused', attempt: 1, cause: { code: 'recording.failed' } }])
    expect(call.events.some(({ type }) => type === 'leg.ended')).toBe(false)
  })
})

describe('asked by feature codes', () => {
  test('the server gets the digits one after the other, and it is done with the last', async () => {
    const call = await ourTalking({ recording: codes, dtmf: 'info' })

    const star = await asked(call, 'start')
    expect(bodyIn(star)).toContain('Signal=*')
    call.line.receive(reply(star, 200))
    await turns()
    expect(call.line.has(/^INFO/)).toBe(false)
    await vi.advanceTimersByTimeAsync(170)
    const one = await call.line.next(/^INFO/)
    expect(bodyIn(one)).toContain('Signal=1')
    expect(told(call)).toEqual([])
    call.line.receive(reply(one, 200))
    await vi.advanceTimersByTimeAsync(170)

    expect(told(call)).toEqual([{ type: 'leg.record.done', attempt: 1, action: 'start' }])
  })

  test('nothing more is sent after a digit that was refused', async () => {
    const call = await ourTalking({ recording: codes, dtmf: 'info' })

    call.line.receive(reply(await asked(call, 'start'), 415))
    await vi.advanceTimersByTimeAsync(1_000)

    expect(told(call)).toMatchObject([{ type: 'leg.record.refused', attempt: 1, cause: { code: 'recording.failed' } }])
    expect(call.line.has(/^INFO/)).toBe(false)
  })
})
