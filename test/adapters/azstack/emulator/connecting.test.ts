import { describe, expect, test } from 'vitest'
import { authentication, connectRaw, connectWith2, connectWith4, signIn, start } from './clients.ts'

const generations = [
  ['Engine.IO 4', connectWith4],
  ['Engine.IO 3', connectWith2],
  ['frames by hand', connectRaw]
] as const

describe.each(generations)('over %s', (_, connect) => {
  test('a user is handed from the master to a slave, and let in', async () => {
    const ice = { url: 'stun:127.0.0.1:3478', username: 'someone', password: 'secret' }
    const server = await start({ iceServers: [ice] })
    const master = await connect(server.url)
    master.send(29, { azStackUserId: 'alice' })
    const { ip, port } = await master.next(29)
    master.close()

    const slave = await connect(server.url)
    slave.send(179, authentication(server, 'alice', { slaveIp: ip, slavePort: port, fullname: 'Alice' }))

    expect(await slave.next(162)).toEqual({ userId: 1001, username: 'alice', fullname: 'Alice', ice_server: [ice] })
    expect(server.clients).toEqual([{ user: 'alice', registered: true }])
  })

  test('a drop, a goodbye and a stop are noticed by the client', async () => {
    const server = await start()
    const alice = await signIn(server, 'alice', connect)
    const bob = await signIn(server, 'bob', connect)
    const carol = await signIn(server, 'carol', connect)

    server.drop('alice')
    server.dismiss('bob')

    expect(await alice.closed).toMatch(/transport close|1006/)
    expect(await bob.closed).toMatch(/io server disconnect|1005|1000/)
    await server.stop()
    expect(await carol.closed).toMatch(/transport close|1006/)
    expect(server.clients).toEqual([])
  })

  test('nobody is let in while connections are refused', async () => {
    const server = await start()
    const alice = await signIn(server, 'alice', connect)

    server.refuse()
    await expect(connect(server.url)).rejects.toThrow(/./)

    server.accept()
    await signIn(server, 'bob', connect)
    expect(server.clients.map(({ user }) => user)).toEqual(['alice', 'bob'])
    alice.close()
  })
})
