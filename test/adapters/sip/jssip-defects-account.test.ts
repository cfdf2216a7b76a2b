/**
 * Each work-around twice: JsSIP as it is, where the defect shows, and the adapter, where it does not. When JsSIP mends a
 * defect the first of the two fails and says so: then the work-around can go, and its tests with it.
 */
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ourPhone, ourTalking, rawPhone, rawTalking, stillBroken, turns } from '../../contract/sip/paper-phones.ts'
import { field, reply } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** The challenge of a realm, and the 200 after it. */
function challenge(request: string, realm: string, status = 401) {
  const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate'
  return reply(request, status, { headers: [`${name}: Digest realm="${realm}", nonce="n", algorithm=MD5, qop="auth"`] })
}

function granted(request: string) {
  const contact = field(request, 'Contact')
  return reply(request, 200).replace(/^Contact: .*$/m, `Contact: ${contact.replace(/;expires=\d+/, '')};expires=600`)
}

describe('a registration', () => {
  test('that is refreshed is not told by JsSIP', async () => {
    const { line, ua } = await rawPhone()
    let count = 0
    ua.on('registered', () => (count += 1))

    for (const _ of [1, 2]) {
      ua.register()
      line.receive(granted(await line.next(/^REGISTER/)))
    }

    stillBroken(count).toBe(1)
  })

  test('that is refreshed is told each time', async () => {
    const { line, transport, told } = await ourPhone()

    for (const attempt of [1, 2]) {
      transport.send({ type: 'register', attempt })
      line.receive(granted(await line.next(/^REGISTER/)))
    }

    expect(told.slice(1)).toEqual([
      { type: 'transport.registered', attempt: 1, expires: 600 },
      { type: 'transport.registered', attempt: 2, expires: 600 }
    ])
  })
})

describe('a password', () => {
  test('is forgotten by JsSIP once it was used: another realm is not answered', async () => {
    const { line, ua } = await rawPhone()
    ua.register()
    line.receive(challenge(await line.next(/^REGISTER/), 'one'))
    line.receive(granted(await line.next(/^REGISTER/)))

    ua.sendMessage('sip:bob@example.test', 'hello')
    line.receive(challenge(await line.next(/^MESSAGE/), 'another', 407))

    stillBroken(line.has(/^MESSAGE/)).toBe(false)
  })

  test('stands in the configuration of JsSIP for everybody to see', async () => {
    const { ua } = await rawPhone()

    stillBroken(inspect(ua, { depth: 1 })).toContain('secret-of-alice')
  })

  test('is good for every realm', async () => {
    const { line, transport } = await ourPhone()
    transport.send({ type: 'register', attempt: 1 })
    line.receive(challenge(await line.next(/^REGISTER/), 'one'))
    line.receive(granted(await line.next(/^REGISTER/)))

    const leg = transport.leg('call')
    leg.send({ type: 'dial', target: 'sip:bob@example.test' })
    await turns()
    line.receive(challenge(await line.next(/^INVITE/), 'another', 407))

    expect(field(await line.next(/^INVITE/), 'Proxy-Authorization')).toContain('realm="another"')
  })
})

describe('a connection that is lost', () => {
  test('is tried again by JsSIP, unasked and without end', async () => {
    const { line } = await rawPhone()

    line.drop()
    await vi.advanceTimersByTimeAsync(60_000)

    stillBroken(line.openings).toBeGreaterThan(1)
  })

  test('is tried again when the chart says so', async () => {
    const { line, transport } = await ourPhone()

    line.drop()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(line.openings).toBe(1)
    expect(vi.getTimerCount()).toBe(0)

    transport.send({ type: 'connect', attempt: 2 })
    expect(line.openings).toBe(2)
  })

  test('ends the call in JsSIP when its session is to be refreshed just then', async () => {
    const { line, ended } = await rawTalking({ session_timers: true, connection_recovery_min_interval: 600 })

    line.drop()
    await vi.advanceTimersByTimeAsync(90_000)

    stillBroken(ended).toEqual(['Connection Error'])
  })

  test('does not end a call', async () => {
    const { line, events } = await ourTalking()

    line.drop()
    await vi.advanceTimersByTimeAsync(600_000)

    expect(events.at(-1)).toEqual({ type: 'leg.answered' })
  })
})

describe('stopping', () => {
  test('keeps the connection of JsSIP open for two seconds, however soon everything is said', async () => {
    const { line, ua } = await rawPhone()
    ua.sendMessage('sip:example.test', 'hello')
    const message = await line.next(/^MESSAGE/)

    ua.stop()
    line.receive(reply(message, 200))
    await turns()

    stillBroken(line.isOpen).toBe(true)
  })

  test('closes the connection as soon as everything is said', async () => {
    const { line, transport } = await ourTalking()

    transport.dispose()
    expect(line.isOpen).toBe(true)
    line.receive(reply(await line.next(/^BYE/), 200))
    await turns()

    expect(line.isOpen).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })
})
