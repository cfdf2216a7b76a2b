import { describe, expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { soon } from './scene.ts'

export function connecting(scene: Scene) {
  describe('connecting', () => {
    test('ends in being reachable, as oneself', async () => {
      const person = await scene.person()

      expect(person.engine.connection$.value).toMatchObject({ status: 'online', identity: person.address })
      expect(scene.isReachable(person)).toBe(true)
    })

    test('with the wrong password fails once and for good, and asks no more', async () => {
      const person = await scene.person({ online: false, password: 'guessed' })
      const failures: unknown[] = []
      person.engine.events$.subscribe(({ event }) => {
        if (event.type === 'registration.failed') failures.push(event.permanent)
        if (event.type === 'connection.disconnected') failures.push(event.reason === 'permanent')
      })

      await expect(person.engine.connect()).rejects.toMatchObject({
        name: 'CallError',
        code: 'registration.unauthorized',
        retryable: false
      })

      expect(failures).toEqual([true])
      expect(scene.isReachable(person)).toBe(false)
      const { logins } = person
      expect(logins).toBeLessThanOrEqual(2)
      // it is asked again only when somebody says so
      await expect(person.engine.connect()).rejects.toMatchObject({ code: 'registration.unauthorized' })
      expect(person.logins).toBeLessThanOrEqual(2 * logins)
    })

    test('to a server that is not there fails with what went wrong', async () => {
      const policy = { backoff: { maxAttempts: 2, initialDelay: 1 } }
      const person = await scene.person({ online: false, unreachable: true, policy })

      await expect(person.engine.connect()).rejects.toMatchObject({
        name: 'CallError',
        code: 'connection.exhausted',
        retryable: true,
        cause: expect.objectContaining({ code: 'connection.unreachable' })
      })
      expect(person.engine.connection$.value).toMatchObject({ status: 'offline', tries: 2 })
    })

    test('goes on in the background when the server is there only later', async () => {
      const person = await scene.person({ online: false, unreachable: true })
      const connected = person.engine.connect()
      await soon(() => person.engine.connection$.value.tries > 2, 'the third try')

      person.accept()

      await connected
      expect(scene.isReachable(person)).toBe(true)
    })

    test('again after the connection was lost makes one reachable again', async () => {
      const person = await scene.person()
      const seen: string[] = []
      person.engine.events$.subscribe(({ event }) => seen.push(event.type))

      person.cut()

      await soon(() => seen.includes(scene.backAgain), 'reachable again')
      const [lost, back] = scene.can('registration')
        ? [
            ['connection.reconnecting', 'registration.unregistered'],
            ['connection.reconnected', 'registration.registered']
          ]
        : [['connection.reconnecting'], ['connection.reconnected']]
      expect(seen.slice(0, lost?.length).sort()).toEqual(lost)
      expect(seen.slice(lost?.length)).toEqual(back)
    })

    test('again after the server was restarted makes calls possible again', async () => {
      const person = await scene.person()
      let returns = 0
      person.engine.events$.subscribe(({ event }) => {
        if (event.type === scene.backAgain) returns += 1
      })

      await scene.bench.restart()
      await soon(() => returns === 1, 'reachable again')

      await scene.reach(person)
    })

    test('and disconnecting says goodbye', async () => {
      const person = await scene.person()

      await person.engine.disconnect()

      expect(person.engine.connection$.value.status).toBe('offline')
      expect(person.engine.registration$.value.status).toBe('unregistered')
      await person.engine.connect()
      expect(scene.isReachable(person)).toBe(true)
    })

    test('outlives whatever nonsense the server sends', async () => {
      const person = await scene.person()
      const garbage = [
        '',
        '\r\n',
        '\r\n\r\n',
        '\0\0\0',
        'HTTP/1.1 200 OK\r\n\r\n',
        'SIP/2.0 200 OK',
        'SIP/2.0 200 OK\r\nCSeq: x\r\n\r\n',
        'SIP/2.0 999 \r\nVia: \r\n\r\n',
        `INVITE ${person.address} SIP/2.0\r\nVia: SIP/2.0/WS x;branch=z9hG4bKx\r\n`,
        `NOTIFY ${person.address} SIP/2.0\r\n\r\n`,
        '{"jsonrpc":"2.0"}',
        '{}',
        '[]',
        'null',
        '{"event":"error"}',
        '{"event":"call"}',
        '{"event":"hangup","status":7}',
        `{"event":"call","callId":"x","caller":{"identity":"y"},"description":{"type":"answer","sdp":"v=0"}}`,
        person.sent[0]?.slice(0, 100) ?? '',
        '\u{1f600}'.repeat(2_000)
      ]

      garbage.forEach((bytes) => person.inject(bytes))

      expect(person.engine.connection$.value.status).toBe('online')
      await scene.reach(person)
    })
  })
}
