/** Whatever happens to a call, in whatever order, over either protocol: what always holds. */
import * as fc from 'fast-check'
import { firstValueFrom } from 'rxjs'
import { expect, test } from 'vitest'
import type { AzstackEmulatedCall, AzstackEmulator } from '../../../adapters/azstack/emulator.ts'
import type { Call } from '../../../src/index.ts'
import { until } from '../../support/until.ts'
import { links, onlinePhone, startServer } from './support/phone.ts'
import type { Phone } from './support/phone.ts'

interface Situation {
  readonly server: AzstackEmulator
  readonly user: string
  readonly call: Call
  readonly there: AzstackEmulatedCall
}

/** What can happen, and what is wrong with some of it. */
const happenings: Readonly<Record<string, (now: Situation) => unknown>> = {
  'we answer': ({ call }) => call.answer(),
  'we reject': ({ call }) => call.reject('busy'),
  'we hang up': ({ call }) => call.hangup(),
  'we hold': ({ call }) => call.hold(),
  'we resume': ({ call }) => call.resume(),
  'we mute': ({ call }) => call.mute(),
  'we send digits': ({ call }) => call.dtmf('1'),
  'they ring': ({ there }) => there.ring(),
  'they answer': ({ there }) => there.answer(),
  'they answer with nonsense': ({ there }) => there.answerBroken('nonsense'),
  'they answer with nothing': ({ there }) => there.answerBroken(null),
  'they are busy': ({ there }) => there.reject('busy'),
  'they hang up': ({ there }) => there.hangup(),
  'the connection drops': ({ server, user }) => server.drop(user),
  'the service says goodbye': ({ server, user }) => server.dismiss(user),
  'we may offer, again': ({ server, user, there }) => server.inject(user, frame(504, { callId: Number(there.id) })),
  'something unheard of': ({ server, user }) => server.inject(user, frame(4242, {})),
  'something about no call': ({ server, user }) => server.inject(user, frame(503, { callId: 1, code: 700 })),
  'something that is no packet': ({ server, user }) => server.inject(user, '42["WebPacket",null]')
}

const frame = (service: number, body: unknown) =>
  `42${JSON.stringify(['WebPacket', { service, body: JSON.stringify(body) }])}`

/** A status is sent as it is, of the protocol or not; and then there is time, or there is none. */
const step = fc.tuple(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...Object.keys(happenings)) },
    { weight: 1, arbitrary: fc.constantFrom(0, 100, 180, 183, 200, 403, 408, 480, 486, 487, 503, 602, 700, 702) }
  ),
  fc.constantFrom(0, 0, 1, 5, 40)
)

const ways = { placed, received }

test.each(
  links.flatMap(([name, options]) => (['placed', 'received'] as const).map((way) => [way, name, options] as const))
)(
  'a call that is %s over %s ends once, can always be hung up, and leaves nothing open',
  { timeout: 60_000 },
  async (way, _, options) => {
    const server = await startServer({ pingInterval: 2_000 })
    let runs = 0

    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 7 }), async (steps) => {
        const user = `${way}-${++runs}`
        const phone = await onlinePhone(server, { user, options })
        const now = { server, user, ...(await ways[way](server, phone, user)) }
        const { call, there } = now

        for (const [what, pause] of steps) {
          const happening = typeof what === 'number' ? there.status(what) : happenings[what]?.(now)
          // what comes too late is refused
          Promise.resolve(happening).catch(() => null)
          await turns(pause)
        }
        await call.hangup().catch(() => null)

        const end = await call.ended()
        const told = phone.told.length
        await until(() => phone.open.connections === 0, { what: 'no media connection stays open' })
        await until(() => phone.microphones.every(({ readyState }) => readyState === 'ended'), {
          what: 'the microphone'
        })
        // who lost the connection before answering cannot be asked, and rings there until nobody answers
        if (way === 'received' && end.reason === 'network') await there.hangup()
        await until(() => there.state === 'ended', { what: `the end there (${JSON.stringify(end)})` })
        await turns(20)
        expect(phone.told.filter(({ type }) => type === 'call.ended')).toHaveLength(1)
        expect(phone.told.slice(told).filter(({ type }) => !beyondCalls.test(type))).toEqual([])
        expect(phone.engine.calls$.value).toEqual([])

        phone.engine.dispose()
        await until(() => phone.open.sockets === 0, { what: 'no socket stays open' })
      }),
      { numRuns: 25 }
    )
  }
)

/** Goes on without any call. */
const beyondCalls = /^(connection|transport)\./

async function placed(server: AzstackEmulator, { engine }: Phone, user: string) {
  const next = firstValueFrom(server.calls$)
  const call = await engine.dial(digitsOf(server, user))
  return { call, there: await next }
}

async function received(server: AzstackEmulator, { engine }: Phone, user: string) {
  const incoming = firstValueFrom(engine.incoming$)
  const there = await server.call(user)
  return { call: await incoming, there }
}

/** A telephone of one's own. */
function digitsOf(server: AzstackEmulator, user: string): string {
  const number = `849${server.userId(user)}`
  server.party(number)
  return number
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test.each(links)('a call over %s that may be offered twice at once opens one media connection', async (_, options) => {
  const server = await startServer()
  const phone = await onlinePhone(server, { options })
  server.fault('alice', { service: 504, body: null })
  const { there } = await placed(server, phone, 'alice')

  const accepted = frame(504, { callId: Number(there.id) })
  server.inject('alice', accepted)
  server.inject('alice', accepted)
  await there.ring()

  expect(phone.open.begun).toBe(1)
})

test.each(links)('over %s a hang-up that is lost with its connection is said again on the next', async (_, options) => {
  const server = await startServer()
  const phone = await onlinePhone(server, { options })
  const { call, there } = await received(server, phone, 'alice')

  server.drop('alice')
  await call.hangup()

  await there.reaches('ended')
})
