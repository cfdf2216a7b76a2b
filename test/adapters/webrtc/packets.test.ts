/** What packets that do not come say about the path, and what they do not. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { watchPackets } from '../../../adapters/webrtc/packets.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

class CountedConnection extends EventTarget {
  connectionState = 'new'
  direction = 'sendrecv'
  generation = 1
  received = 0
  isBroken = false

  get localDescription() {
    return { sdp: `v=0\r\na=ice-ufrag:u${this.generation}\r\n` }
  }
  getTransceivers() {
    return [{ currentDirection: this.direction }]
  }
  async getStats() {
    if (this.isBroken) throw new Error('No statistics today')
    return new Map([
      ['in', { type: 'inbound-rtp', packetsReceived: this.received }],
      ['out', { type: 'outbound-rtp', packetsSent: 7 }]
    ])
  }
  becomes(state: string) {
    this.connectionState = state
    this.dispatchEvent(new Event('connectionstatechange'))
  }
}

function watched() {
  const connection = new CountedConnection()
  const told: string[] = []
  const stop = watchPackets(connection as unknown as RTCPeerConnection, {
    silent: () => told.push('silent'),
    proved: () => told.push('proved')
  })
  const pass = async (seconds: number, packets = 0) => {
    for (let second = 0; second < seconds; second++) {
      connection.received += packets
      await vi.advanceTimersByTimeAsync(1_000)
    }
  }
  return { connection, told, stop, pass }
}

describe('A peer of whom nothing comes in', () => {
  test('is silent after five seconds, and that is told once', async () => {
    const { connection, told, pass } = watched()
    connection.becomes('connected')

    await pass(10, 50)
    await pass(4)
    expect(told).toEqual([])
    await pass(1)
    expect(told).toEqual(['silent'])

    await pass(600)
    expect(told).toEqual(['silent'])
  })

  test('and of whom nothing ever came is silent, too', async () => {
    const { connection, told, pass } = watched()
    connection.becomes('connected')

    await pass(6)

    expect(told).toEqual(['silent'])
  })

  test('is believed the longer the more often it was silent and came back', async () => {
    const { connection, told, pass } = watched()
    connection.becomes('connected')
    await pass(1, 50)
    await pass(5)
    expect(told).toHaveLength(1)

    await pass(1, 50)
    await pass(19)
    expect(told).toHaveLength(1)
    await pass(1)

    expect(told).toHaveLength(2)
  })

  test.each(['sendonly', 'inactive'])('has every right to it where it is not to send: %s', async (direction) => {
    const { connection, told, pass } = watched()
    connection.becomes('connected')
    await pass(3, 50)
    connection.direction = direction

    await pass(60)

    expect(told).toEqual([])
  })

  test.each(['connecting', 'disconnected', 'failed', 'closed'])(
    'says nothing new while the path is %s',
    async (state) => {
      const { connection, told, pass } = watched()
      connection.becomes('connected')
      await pass(3, 50)
      connection.becomes(state)

      await pass(60)

      expect(told).toEqual([])
      expect(vi.getTimerCount()).toBe(0)
    }
  )

  test('is not made silent by a page that does not run', async () => {
    const { connection, told } = watched()
    connection.becomes('connected')
    await vi.advanceTimersByTimeAsync(2_000)

    vi.setSystemTime(Date.now() + 3_600_000)
    await vi.advanceTimersByTimeAsync(2_000)

    expect(told).toEqual([])
  })
})

describe('A path that was renewed', () => {
  test('is proven by what comes in on it', async () => {
    const { connection, told, pass } = watched()
    connection.becomes('connected')
    await pass(3, 50)
    connection.generation = 2

    await pass(2)
    expect(told).toEqual([])
    await pass(1, 50)

    expect(told).toEqual(['proved'])
    await pass(10, 50)
    expect(told).toEqual(['proved'])
  })
})

test('Statistics that cannot be had say nothing', async () => {
  const { connection, told, pass } = watched()
  connection.becomes('connected')
  await pass(3, 50)
  connection.isBroken = true
  await pass(4, 50)
  connection.isBroken = false
  await pass(3, 50)

  expect(told).toEqual([])
})

test('A watch that has ended leaves nothing behind', async () => {
  const { connection, told, stop, pass } = watched()
  connection.becomes('connected')
  await pass(4)

  stop()
  connection.becomes('connected')
  await pass(60)

  expect(told).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
