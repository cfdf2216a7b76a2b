/** The bench itself: what the other tests of this folder rely on is so. */
import JsSIP from 'jssip'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { CutProxy } from '../support/cut-proxy.ts'
import { startCutProxy } from '../support/cut-proxy.ts'
import type { Kamailio } from '../support/kamailio.ts'
import { startKamailio } from '../support/kamailio.ts'
import { describeWith } from '../support/needing.ts'
import { createSipSocket } from '../support/sip-socket.ts'
import { pause, until } from '../support/until.ts'

let kamailio: Kamailio

describeWith(['kamailio'], 'a real SIP server', () => {
  beforeAll(async () => {
    kamailio = await startKamailio({ tls: true })
  })
  afterAll(() => kamailio.stop())

  test('registers a user who knows the password', async () => {
    const alice = phone('alice')

    await happens(alice, 'registered')

    expect(await kamailio.devicesOf('alice')).toBe(1)
  })

  test('registers over TLS, too', async () => {
    const dave = phone('dave', { url: kamailio.wssUrl ?? 'none' })

    await happens(dave, 'registered')
  })

  test('refuses a user who does not know the password', async () => {
    const bob = phone('bob', { password: 'guessed' })

    await happens(bob, 'registrationFailed')

    expect(await kamailio.devicesOf('bob')).toBe(0)
  })

  test('knows users that were added while it runs', async () => {
    await kamailio.addUser('erin')

    await happens(phone('erin'), 'registered')
  })

  test('answers for a user with the fault a test has set, until it is taken back', async () => {
    const alice = phone('u1')
    await happens(alice, 'registered')

    await kamailio.fault('u2', 503)
    expect(await statusOfMessage(alice, 'u2')).toBe(503)

    await kamailio.fault('u2', null)
    expect(await statusOfMessage(alice, 'u2')).toBe(480)
  })

  test('refuses registrations with the fault a test has set', async () => {
    await kamailio.fault('u3', 503, 'registrations')

    await happens(phone('u3'), 'registrationFailed')
  })

  test('closes the sockets of a user, who comes back', async () => {
    const carol = phone('carol')
    await happens(carol, 'registered')

    await Promise.all([happens(carol, 'disconnected'), kamailio.closeSocketsOf('carol')])

    await happens(carol, 'registered')
  })

  test('comes back at the same address after a restart, and so do its users', async () => {
    const user = phone('u4')
    await happens(user, 'registered')

    await Promise.all([happens(user, 'disconnected'), kamailio.restart()])

    await happens(user, 'registered')
    expect(await kamailio.devicesOf('u4')).toBe(1)
  })
})

describeWith(['kamailio'], 'a connection that a test can break', () => {
  let relay: CutProxy
  beforeAll(async () => {
    kamailio = await startKamailio({ gruu: false, inviteAuth: true })
    relay = await startCutProxy(kamailio.url)
  })
  afterAll(async () => {
    await relay.stop()
    await kamailio.stop()
  })

  test('is closed by a cut, and not accepted again while refused', async () => {
    const user = phone('u5', { url: relay.url })
    await happens(user, 'registered')

    relay.refuse()
    const disconnected = happens(user, 'disconnected')
    relay.cut()
    await disconnected
    await happens(user, 'disconnected') // the next attempt fails
    relay.restore()

    await happens(user, 'registered')
  })

  test('delivers late what was held back, and never what fell into a blackhole', async () => {
    const user = phone('u6', { url: relay.url })
    await happens(user, 'registered')

    relay.stall('down')
    const late = statusOfMessage(user, 'nobody')
    expect(await Promise.race([late, pause(300).then(() => 'nothing')])).toBe('nothing')
    relay.resume()
    expect(await late).toBe(404)

    relay.blackhole()
    const lost = statusOfMessage(user, 'nobody')
    expect(await Promise.race([lost, pause(300).then(() => 'nothing')])).toBe('nothing')
    relay.restore()
  })
})

function phone(user: string, { url = kamailio.url, ...changes }: { url?: string; password?: string } = {}) {
  const { uri, password } = kamailio.credentials(user)
  const agent = new JsSIP.UA({
    sockets: createSipSocket(url),
    uri,
    password,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 2,
    ...changes
  })
  agent.start()
  onTestFinished(() => agent.stop())
  return agent
}

type Happening = 'registered' | 'registrationFailed' | 'disconnected'

async function happens(agent: JsSIP.UA, event: Happening): Promise<void> {
  let happened = false
  agent.once(event, () => {
    happened = true
  })
  await until(() => happened, { within: 10_000, what: event })
}

function statusOfMessage(agent: JsSIP.UA, user: string): Promise<number> {
  return new Promise((resolve) => {
    agent.sendMessage(`sip:${user}@example.test`, 'hello', {
      eventHandlers: {
        succeeded: ({ response }) => resolve(response.status_code),
        failed: ({ response }) => resolve(response?.status_code ?? 0)
      }
    })
  })
}
