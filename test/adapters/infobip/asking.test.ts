/** A token that is not given once, but asked for anew. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { infobipTransport } from '../../../adapters/infobip/index.ts'
import type { InfobipOptions, WebSocketLike } from '../../../adapters/infobip/index.ts'
import type { TransportEvent } from '../../../machines/index.ts'
import { soon } from '../../contract/scene.ts'
import { startInfobipBench } from '../../contract/infobip/emulator-bench.ts'
import type { InfobipBench } from '../../contract/infobip/emulator-bench.ts'
import { person } from './support/people.ts'
import { settled } from '../../engine/support/desk.ts'

let bench: InfobipBench

beforeAll(async () => {
  bench = await startInfobipBench()
})

afterAll(() => bench.stop())

describe('a token that is asked for', { timeout: 20_000 }, () => {
  test('is asked for before every opening of a connection', async () => {
    const given: string[] = []
    const token = async () => {
      given.push(bench.server.credentials('fresh', { timeToLive: 3_600 + given.length }).token)
      return given.at(-1) ?? ''
    }
    const alice = await person(bench, { user: 'fresh', changes: { token } })

    bench.server.drop('fresh')
    await soon(() => alice.told.includes('connection.reconnected'), 'reconnected')

    expect(given).toHaveLength(2)
    expect(alice.handshakes.map(([, [offered]]) => offered)).toEqual(given)
    expect(new Set(given).size).toBe(2)
  })

  test('that has expired is another one at the next opening', async () => {
    const lives = [3_600, -1, 3_600]
    const token = () => bench.server.credentials('late', { timeToLive: lives.shift() ?? -1 }).token
    const alice = await person(bench, { user: 'late', changes: { token } })

    bench.server.drop('late')
    await soon(() => alice.told.includes('connection.reconnected'), 'reconnected')

    expect(alice.handshakes).toHaveLength(3)
    expect(alice.engine.connection$.value.identity).toBe('late')
  })

  test.each<[string, () => unknown]>([
    ['throws', fail],
    ['rejects', async () => fail()],
    ['gives nothing', () => undefined],
    ['gives what cannot be sent', () => 'secret in two words'],
    ['never answers', () => new Promise(() => {})]
  ])('is one more opening that failed when who is asked %s', async (_, answer) => {
    let asked = 0
    const token = (() => (++asked === 1 ? answer() : bench.server.credentials('again').token)) as () => string
    const policy = { deadlines: { connectDeadline: 60_000 } }
    const alice = await person(bench, { user: 'again', changes: { token }, online: false, policy })
    const causes: unknown[] = []
    alice.transport.events.subscribe((event) => event.type === 'transport.closed' && causes.push(event.cause))

    await alice.engine.connect()

    expect(asked).toBe(2)
    expect(alice.handshakes).toHaveLength(1)
    const [cause] = causes
    const code = _ === 'never answers' ? 'connection.cancelled' : 'registration.unauthorized'
    expect(cause).toMatchObject({ code })
    expect(JSON.stringify([causes, alice.events])).not.toContain('secret')
  })

  test('is dropped when it comes after its opening was given up', async () => {
    const { transport, asked, offered } = wire()
    transport.send({ type: 'connect', attempt: 1 })
    transport.send({ type: 'disconnect' })
    transport.send({ type: 'connect', attempt: 2 })
    await settled()

    asked[1]?.('second')
    await settled()
    asked[0]?.('first')
    await settled()

    expect(offered).toEqual(['second'])
    transport.dispose()
  })

  test('opens nothing once nobody wants to be connected', async () => {
    const { transport, asked, offered, told } = wire()
    transport.send({ type: 'connect', attempt: 1 })
    await settled()

    transport.dispose()
    asked[0]?.('late')
    await settled()

    expect([offered, told]).toEqual([[], []])
  })

  test('that is refused again and again is not asked for for ever', async () => {
    let asked = 0
    const token = () => {
      asked += 1
      return 'never-good'
    }
    const policy = { backoff: { maxAttempts: 3, initialDelay: 1 } }
    const alice = await person(bench, { changes: { token }, online: false, policy })

    await expect(alice.engine.connect()).rejects.toMatchObject({ code: 'connection.exhausted' })

    expect(asked).toBe(3)
    expect(JSON.stringify(alice.events)).not.toContain('never-good')
  })
})

function fail(): never {
  throw new Error('the server said: secret')
}

/** A transport whose tokens are given by hand, and the ones it went out with. */
function wire() {
  const asked: ((token: string) => void)[] = []
  const offered: string[] = []
  const told: TransportEvent['type'][] = []
  const options: InfobipOptions = {
    url: 'gateway.test',
    token: () => new Promise((resolve) => asked.push(resolve)),
    WebSocket: class implements WebSocketLike {
      onopen: WebSocketLike['onopen'] = null
      onerror: WebSocketLike['onerror'] = null
      onclose: WebSocketLike['onclose'] = null
      onmessage: WebSocketLike['onmessage'] = null

      constructor(_: string, [token = '']: string[]) {
        offered.push(token)
      }

      send() {}
      close() {}
    }
  }
  const transport = infobipTransport(options)
  transport.events.subscribe(({ type }) => told.push(type))
  return { transport, asked, offered, told }
}
