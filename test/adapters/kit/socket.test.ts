/** A WebSocket that is asked whether it still stands, on a socket that does as the test says. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isWebSocketUrl, TextSocket } from '../../../adapters/kit/index.ts'
import type { WebSocketLike } from '../../../adapters/kit/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a socket that cannot even be made is closed in a moment, and only then', async () => {
  const { socket, told } = listening(() => {
    throw new Error('secret-token is no subprotocol')
  })

  socket.open('ws://there', ['secret-token'])
  expect(told).toEqual([])
  await vi.runAllTimersAsync()

  expect(told).toEqual(['closed: The WebSocket cannot be opened like this'])
})

test('of a socket that was given up while it was being opened nothing is heard', () => {
  const { socket, sockets, told } = listening()
  socket.open('ws://there')
  const [first] = sockets

  socket.open('ws://there')
  first?.say('late')
  first?.die('late')

  expect([told, first?.isClosed]).toEqual([[], true])
})

test('nothing is said on a socket that is not open', () => {
  const { socket, sockets } = listening()
  socket.open('ws://there')

  const before = socket.say('one')
  sockets[0]?.onopen?.({} as never)
  const after = socket.say('two')
  socket.close()

  expect([before, after, socket.say('three'), sockets[0]?.sent]).toEqual([false, true, false, ['two']])
})

test('the other side is asked over and over, and doubted once it owes an answer for too long', () => {
  const { socket, sockets, told } = listening()
  socket.open('ws://there')
  sockets[0]?.onopen?.({} as never)
  socket.keepAsking({ period: 100, deadline: 150 })

  vi.advanceTimersByTime(240)
  socket.answered()
  vi.advanceTimersByTime(60)
  expect(told).toEqual(['beat', 'beat', 'beat'])
  vi.advanceTimersByTime(151)

  expect(told).toEqual(['beat', 'beat', 'beat', 'beat', 'silent'])
})

test('who does not say goodbye in time is left without one, and nobody is asked any more', () => {
  const { socket, sockets, told } = listening()
  socket.open('ws://there')
  socket.keepAsking({ period: 100, deadline: 150 })

  socket.close()
  vi.advanceTimersByTime(1_999)
  expect(sockets[0]?.isTerminated).toBe(false)
  vi.advanceTimersByTime(1)

  expect([sockets[0]?.isTerminated, told, vi.getTimerCount()]).toEqual([true, [], 0])
})

test('who does is not', () => {
  const { socket, sockets } = listening()
  socket.open('ws://there')

  socket.close()
  sockets[0]?.die('bye')
  vi.advanceTimersByTime(5_000)

  expect(sockets[0]?.isTerminated).toBe(false)
})

test.each([
  ['ws://127.0.0.1:1', true],
  ['wss://gateway.example.com/way', true],
  ['wss://http://example.com', false],
  ['http://example.com', false],
  ['wss://no host', false],
  ['', false]
])('a WebSocket at %j: %o', (url, isOne) => {
  expect(isWebSocketUrl(url)).toBe(isOne)
})

/** A socket, all that were made for it, and what is heard of them. */
function listening(make: () => ScriptedSocket = () => new ScriptedSocket()) {
  const told: string[] = []
  const sockets: ScriptedSocket[] = []
  const construct = function construct() {
    const made = make()
    sockets.push(made)
    return made
  } as unknown as ConstructorParameters<typeof TextSocket>[0]
  const socket = new TextSocket(construct, {
    heard: (text) => told.push(`heard: ${text}`),
    beat: () => told.push('beat'),
    silent: () => told.push('silent'),
    closed: ({ reason }) => told.push(`closed: ${reason}`)
  })
  return { socket, sockets, told }
}

class ScriptedSocket implements WebSocketLike {
  onopen: WebSocketLike['onopen'] = null
  onclose: WebSocketLike['onclose'] = null
  onerror: WebSocketLike['onerror'] = null
  onmessage: WebSocketLike['onmessage'] = null
  readonly sent: string[] = []
  isClosed = false
  isTerminated = false

  send(text: string) {
    this.sent.push(text)
  }

  close() {
    this.isClosed = true
  }

  terminate() {
    this.isTerminated = true
  }

  say(data: string) {
    this.onmessage?.({ data } as never)
  }

  die(reason: string) {
    this.onclose?.({ code: 1006, reason } as never)
  }
}
