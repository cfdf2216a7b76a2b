/** The port all emulators listen on. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openPort, refuse } from '../../src/testing/port.ts'

const handshake = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

test('a client that was refused and does not leave keeps no port open', async () => {
  const port = await openPort({ host: '127.0.0.1', port: 0 })
  port.http.on('upgrade', (_, socket) => refuse(socket, '503 Service Unavailable'))
  const client = connect({ port: Number(new URL(`ws://${port.address}`).port), allowHalfOpen: true })
  onTestFinished(() => void client.destroy())
  client.on('error', () => undefined)
  client.write(handshake)
  await once(client, 'data')

  await port.close()

  await expect(
    openPort({ host: '127.0.0.1', port: Number(port.address.split(':')[1]) }).then((next) => next.close())
  ).resolves.toBe(undefined)
})

test('a client that says nothing is cut off when the port closes', async () => {
  const port = await openPort({ host: '127.0.0.1', port: 0 })
  const client = connect(Number(port.address.split(':')[1]))
  client.on('error', () => undefined)
  await once(client, 'connect')
  const cutOff = once(client, 'close')

  await port.close()

  await cutOff
})

test('who wants a page is told to ask for a WebSocket', async () => {
  const port = await openPort({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => port.close())

  expect((await fetch(`http://${port.address}`)).status).toBe(426)
})

test.each([
  ['999.1.1.1', 'Cannot listen on 999.1.1.1:0: this machine has no such address'],
  ['192.0.2.1', 'Cannot listen on 192.0.2.1:0: this machine has no such address']
])('an address that is not ours (%s) is refused with a sentence', async (host, sentence) => {
  await expect(openPort({ host, port: 0 })).rejects.toThrow(sentence)
})

test('an address of the sixth version stands in brackets', async () => {
  const port = await openPort({ host: '::1', port: 0 })
  onTestFinished(() => port.close())

  expect(port.address).toMatch(/^\[::1\]:[1-9]\d*$/)
})
