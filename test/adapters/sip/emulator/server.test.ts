import { describe, expect, test } from 'vitest'
import { startSipEmulator } from '../../../../adapters/sip/emulator.ts'
import { connectRaw, field, request } from './raw-client.ts'
import { INVITE, join, settled, start, statusOf } from './scene.ts'

describe('the wire can be disturbed', () => {
  test('a fault answers calls to one user', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]
    server.fault('bob', { method: 'INVITE', code: 500 })

    alice.send(request(INVITE))

    expect(statusOf(await alice.next(/CSeq: 1 INVITE/))).toMatch(/^500/)
    expect(bob.received.some((text) => text.startsWith('INVITE'))).toBe(false)
  })

  test('a server that refuses lets nobody in, and keeps who is there', async () => {
    const server = await start()
    const alice = await join(server, 'alice')

    server.refuse()
    await expect(connectRaw(server.url)).rejects.toThrow('503')
    await settled(alice)
    server.accept()

    await settled(await connectRaw(server.url))
  })

  test('everybody can be dropped at once', async () => {
    const server = await start()
    const [alice, bob] = [await join(server, 'alice'), await join(server, 'bob')]

    server.drop()

    expect(await Promise.all([alice.closed, bob.closed])).toEqual([1006, 1006])
  })

  test('bytes can be put on the wire as they are', async () => {
    const server = await start()
    const alice = await join(server, 'alice')

    server.inject('alice', 'not \u0000 SIP')

    expect(await alice.next(/^not/)).toBe('not \u0000 SIP')
    expect(server.trace.at(-1)).toMatchObject({ direction: 'out', user: 'alice', text: 'not \u0000 SIP' })
  })

  test('one message is cut in half, the next is whole', async () => {
    const server = await start()
    const alice = await join(server, 'alice')
    server.halve('alice')

    alice.send(request({ callId: 'cut' }))
    alice.send(request({ callId: 'whole' }))

    expect(await alice.next(/Call-ID: whole/)).toMatch(/\r\n\r\n$/)
    expect(await alice.next(/^SIP\/2\.0 200/)).not.toMatch(/\r\n\r\n$/)
  })

  test('what is held back comes late and in order', async () => {
    const server = await start()
    const alice = await join(server, 'alice')
    const times: number[] = []
    const arrived = new Promise<void>((resolve) => {
      server.trace$.subscribe(({ text, at }) => {
        if (text.includes('Call-ID: first\r')) times.push(at)
        resolve()
      })
    })

    server.delay(30)
    alice.send(request({ callId: 'first' }))
    await arrived
    server.delay(0)
    alice.send(request({ callId: 'second' }))
    await alice.next(/Call-ID: second\r/)

    const [asked = 0, answered = 0] = times
    expect(answered - asked).toBeGreaterThanOrEqual(30)
    expect(alice.received.slice(-2).map((text) => field(text, 'Call-ID'))).toEqual(['first', 'second'])
  })
})

describe('the server', () => {
  test('leaves nothing open when it stops, however often it is told to', async () => {
    const server = await startSipEmulator()
    const alice = await join(server, 'alice')
    const ended = new Promise<void>((resolve) => server.trace$.subscribe({ complete: resolve }))
    alice.send(request({ ...INVITE, uri: 'sip:alice@example.test' }))
    await alice.next(/^INVITE/)

    await Promise.all([server.stop(), server.stop()])
    await server.stop()

    await Promise.all([ended, alice.closed])
    await expect(connectRaw(server.url)).rejects.toThrow('ECONNREFUSED')
    const again = await startSipEmulator({ port: Number(new URL(server.url).port) })
    await again.stop()
  })

  test('says so when its port is taken', async () => {
    const server = await start()
    const { port, host } = new URL(server.url)

    await expect(startSipEmulator({ port: Number(port) })).rejects.toThrow(
      `Cannot listen on ${host}: the port is in use`
    )
  })
})
