/** When an offer leaves, and what becomes of candidates that are found only afterwards. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SipOptions } from '../../../adapters/sip/index.ts'
import { PaperConnection } from '../../contract/sip/paper-connection.ts'
import { ourPhone, turns } from '../../contract/sip/paper-phones.ts'
import { description, reply } from '../../contract/sip/scripted-line.ts'
import type { LegEvent } from '../../../machines/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const host = 'candidate:1 1 udp 2122260223 192.0.2.1 5000 typ host generation 0 ufrag x'
const hostTcp = 'candidate:2 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active'
const reflexive = 'candidate:3 1 udp 1686052607 203.0.113.1 5000 typ srflx raddr 192.0.2.1 rport 5000 ufrag x'
const relay = 'candidate:4 1 udp 41885439 198.51.100.1 6000 typ relay raddr 203.0.113.1 rport 5000'

class SlowConnection extends PaperConnection {
  override iceGatheringState = 'gathering'

  /** What is found stands in the description from then on. */
  finds(candidate: string | null) {
    const { localDescription: local } = this
    if (local !== null && candidate !== null) {
      this.localDescription = { ...local, sdp: `${local.sdp}a=${candidate.replace(/ ufrag .*/, '')}\r\n` }
    }
    if (candidate === null) this.iceGatheringState = 'complete'
    const event = { candidate: candidate === null ? null : { candidate } }
    this.dispatchEvent(Object.assign(new Event('icecandidate'), event))
  }
}

async function dialled(gathering: SipOptions['gathering'] = {}) {
  const phone = await ourPhone({
    gathering,
    RTCPeerConnection: SlowConnection as unknown as typeof RTCPeerConnection
  })
  const leg = phone.transport.leg('call')
  const events: LegEvent[] = []
  leg.events.subscribe((event) => events.push(event))
  leg.send({ type: 'dial', target: 'sip:bob@example.test' })
  await turns()
  const connection = PaperConnection.made.at(-1) as SlowConnection
  return { ...phone, leg, events, connection, hasLeft: () => phone.line.has(/^INVITE/) }
}

describe('an offer', () => {
  test('leaves with the first candidates, and does not wait for a server that says nothing', async () => {
    const { connection, hasLeft } = await dialled()

    connection.finds(host)
    await turns()

    expect(hasLeft()).toBe(true)
    expect(connection.iceGatheringState).toBe('gathering')
  })

  test.each([
    ['first', hostTcp, false],
    ['first', reflexive, true],
    ['reflexive', host, false],
    ['reflexive', reflexive, true],
    ['reflexive', relay, true],
    ['all', relay, false]
  ] as const)('that waits for "%s" and finds %s leaves: %s', async (until, candidate, leaves) => {
    const { connection, hasLeft } = await dialled({ until })

    connection.finds(candidate)
    await turns()

    expect(hasLeft()).toBe(leaves)
  })

  test('leaves with what there is when its time is up', async () => {
    const { connection, hasLeft } = await dialled({ until: 'reflexive', deadline: 200 })

    connection.finds(host)
    await vi.advanceTimersByTimeAsync(199)
    expect(hasLeft()).toBe(false)
    await vi.advanceTimersByTimeAsync(1)

    expect(hasLeft()).toBe(true)
  })

  test('leaves when there is nothing more to be found', async () => {
    const { connection, hasLeft } = await dialled({ until: 'all' })

    connection.finds(null)
    await turns()

    expect(hasLeft()).toBe(true)
  })

  test('that is no longer wanted leaves nothing behind', async () => {
    const { connection, leg, transport, line, hasLeft } = await dialled({ until: 'all' })
    connection.finds(host)

    leg.send({ type: 'hangup' })
    leg.dispose()
    transport.dispose()
    await turns()

    expect(hasLeft()).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
    expect(line.isOpen).toBe(false)
  })
})

describe('candidates that are found later', () => {
  async function answered() {
    const call = await dialled()
    call.connection.finds(host)
    await turns()
    return {
      ...call,
      async isAnswered() {
        call.line.receive(reply(await call.line.next(/^INVITE/), 200, { body: description('far') }))
        await turns()
      }
    }
  }
  const isTold = ({ events }: { events: LegEvent[] }) => events.some(({ type }) => type === 'leg.path.incomplete')

  test('are worth an offer when the path does not stand', async () => {
    const call = await answered()

    call.connection.finds(relay)
    await call.isAnswered()
    await vi.advanceTimersByTimeAsync(300)

    expect(isTold(call)).toBe(true)
  })

  test('are worth an offer also long after the answer', async () => {
    const call = await answered()

    await call.isAnswered()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(isTold(call)).toBe(false)
    call.connection.finds(reflexive)

    expect(isTold(call)).toBe(true)
  })

  test('are not when the path stands', async () => {
    const call = await answered()

    await call.isAnswered()
    call.connection.becomes('connected', 'connected')
    call.connection.finds(relay)
    await vi.advanceTimersByTimeAsync(2_000)

    expect(isTold(call)).toBe(false)
  })

  test('are not when the peer was told of them', async () => {
    const call = await dialled({ until: 'all', deadline: 500 })
    call.connection.finds(host)
    call.connection.finds(reflexive)
    await vi.advanceTimersByTimeAsync(500)
    call.line.receive(reply(await call.line.next(/^INVITE/), 200, { body: description('far') }))
    await vi.advanceTimersByTimeAsync(2_000)

    expect(isTold(call)).toBe(false)
  })
})

test('a path is told of as it comes and goes', async () => {
  const { connection, events } = await dialled()

  connection.becomes('connected', 'connected')
  connection.becomes('disconnected', 'disconnected')
  connection.becomes('failed', 'failed')

  expect(events.map(({ type }) => type)).toEqual(['leg.path.connected', 'leg.path.interrupted', 'leg.path.failed'])
})
